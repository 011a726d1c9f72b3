import os
import shutil
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
from aifgym.envs import LineWorld
from aifgym.envs.colours import label_colour, state_colours
from aifgym.envs.line_world.drawing import Moment, Scene
from aifgym.envs.line_world.grid import Grid
from helpers import ENV_ID


def luminance(colour) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [c / 255 for c in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("num_states", [2, 5, 7, 13, 20, 50, 61])
def test_neighbours_differ_around_the_circle_and_labels_can_be_read(num_states):
    colours = state_colours(num_states)
    assert len(colours) == num_states
    assert all(a != b for a, b in zip(colours, colours[1:] + colours[:1]))
    assert colours[:2] == state_colours(5)[:2]
    for colour in colours:
        pair = sorted([luminance(colour), luminance(label_colour(colour))])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5  # WCAG AA


def test_the_state_is_circled_and_the_target_squared():
    world, observation = LineWorld(), np.array([0.0, 0.0])
    scene = Scene(world)
    base = scene.frame(Moment(0, 4, observation, 0, None))
    moved = scene.frame(Moment(2, 4, observation, 0, None))
    changed = np.argwhere((base != moved).any(axis=2))
    expected = {tuple(reversed(scene._pixels[state])) for state in (0, 2)}
    for row, column in expected:  # something changed at most a dot's ring away from each
        assert np.hypot(*(changed - [row, column]).T).min() < 25
    centre = np.array(sorted(expected))
    nearest = np.hypot(*(changed[:, None] - centre).transpose(2, 0, 1)).min(axis=1)
    assert nearest.max() < 25
    assert base.flags.writeable


def test_a_grid_holds_each_environments_own_frame():
    world = LineWorld(num_states=7)
    moments = [Moment(s, 6, world.means[s], s, "stay") for s in range(5)]
    grid = Grid(world, 5)
    picture = grid.frame(moments)
    scene = Scene(world, 1280 // 3)
    width, height = scene.size
    assert picture.shape == (2 * height, 3 * width, 3)
    tile = picture[height + 1 : 2 * height, width + 1 : 2 * width]
    np.testing.assert_array_equal(tile, scene.frame(moments[4])[1:, 1:])
    assert (picture[height:, 2 * width :] == 255).all()
    for wrong in (0, 17):
        with pytest.raises(ValueError, match=r"num_tiles must be in 1\.\.16"):
            Grid(world, wrong)
    with pytest.raises(ValueError, match="moments must be 5"):
        grid.frame(moments[:2])


WINDOW = f"""
import time, gymnasium, pygame
env = gymnasium.make("{ENV_ID}", render_mode="human", num_states=5)
env.reset(seed=0)
before = time.perf_counter()
for _ in range(4):
    env.step(2)
print(pygame.display.get_driver(), round(4 / (time.perf_counter() - before)))
surface = pygame.display.get_surface()
print(surface.get_size(), len(set(map(tuple, pygame.surfarray.array3d(surface)[:, 60]))) > 2)
env.close()
print(pygame.display.get_init())
env.reset(seed=0)
env.close()
"""


def in_window(**variables):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("SDL_VIDEODRIVER", None)
    return subprocess.run(
        [sys.executable, "-c", WINDOW], env=environment | variables, capture_output=True, text=True
    )


def test_a_window_shows_each_step_at_render_fps():
    xvfb = shutil.which("Xvfb")
    if xvfb is None:
        result = in_window(SDL_VIDEODRIVER="dummy")
        expected = "dummy"
    else:
        read, write = os.pipe()
        # The server takes a free display by itself and says which.
        command = [xvfb, "-displayfd", str(write), "-screen", "0", "800x600x24"]
        server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
        try:
            os.close(write)
            with os.fdopen(read) as pipe:
                result = in_window(DISPLAY=f":{pipe.readline().strip()}")
        finally:
            server.terminate()
            server.wait()
        expected = "x11"
    assert result.returncode == 0, result.stderr
    driver, rate = result.stdout.splitlines()[0].split()
    assert driver == expected
    assert int(rate) <= 5  # never faster than render_fps, 4
    assert result.stdout.splitlines()[1:] == ["(640, 520) True", "False"]


def test_without_a_display_the_window_says_what_to_do():
    result = in_window(SDL_VIDEODRIVER="x11", DISPLAY=":12345")
    assert result.returncode != 0
    assert 'render_mode="human" found no display' in result.stderr.splitlines()[-1]


def test_a_missing_pygame_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygame", None)
    env = gym.make(ENV_ID, render_mode="rgb_array")
    env.reset(seed=0)
    with pytest.raises(gym.error.DependencyNotInstalled, match=r"needs pygame-ce: pip install"):
        env.render()
