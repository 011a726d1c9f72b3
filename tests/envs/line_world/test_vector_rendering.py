import gymnasium as gym
import numpy as np
import pytest
from helpers import ENV_ID
from line_world_helpers import native


def test_each_environment_shows_its_own_moment():
    env = native(start_state=None, target_state=None, render_mode="ansi")
    _, info = env.reset(seed=0)
    assert [line.startswith("step 0 | action none") for line in env.render()] == [True] * 4
    info = env.step(np.array([0, 1, 2, 2]))[4]
    lines = env.render()
    for line, state, target, name in zip(
        lines, info["state"], info["target_state"], ["back", "stay", "forward", "forward"]
    ):
        assert line.startswith(f"step 1 | action {name}")
        assert (f"[{state}]" in line) or (f"[({state})]" in line)
        assert f"({target})" in line
    assert native().metadata["render_modes"] == ["ansi", "rgb_array"]
    with pytest.raises(ValueError, match="render_mode"):
        native(render_mode="human")


def test_frames_and_the_grid_are_those_of_single_environments():
    settings = {"transition_noise": 0.0, "render_mode": "rgb_array"}
    env = native(num_envs=3, **settings)
    env.reset(seed=0)
    env.step(np.array([2, 2, 2]))
    frames = env.render()
    assert len(frames) == 3
    single_env = gym.make(ENV_ID, **settings)
    single_env.reset(seed=0)
    single_env.step(2)
    theirs = single_env.render()
    assert frames[0].shape == theirs.shape
    different = (frames[0] != theirs).any(axis=2).mean()
    assert 0 < different < 0.01, "all but the observation's cross is the same"
    grid = env.render_grid(num_tiles=9)
    assert grid.shape[2] == 3
    assert len(np.unique(grid.reshape(-1, 3), axis=0)) > 5
    assert env.render_grid(num_tiles=1).shape == (520, 640, 3)
