"""What pictures show, against the episode, the encoder and the history that they are of."""

import itertools

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.models.generative_model import epsilon_identity
from aifgym.benchmarks.cli import program
from aifgym.benchmarks.pictures import figures, movie, style
from aifgym.benchmarks.pictures import observation_plane as plane
from aifgym.benchmarks.pictures import saving as pictures
from aifgym.benchmarks.pictures.animation import EpisodeView
from aifgym.benchmarks.pictures.episode import Names, latent_names, run_episode
from aifgym.envs import ACTION_NAMES, LineWorld
from helpers import ENV_ID, small_encoder
from matplotlib import image
from PIL import Image


@pytest.fixture
def episode(agent, env):
    return run_episode(agent, env, seed=3)


def view_of(agent, episode, world) -> EpisodeView:
    names = latent_names(agent, world)
    return EpisodeView(episode, world, names, lambda axes, limits: None, "plane")


def test_an_episode_holds_what_predict_did_and_believed(agent, env, episode):
    observation, info = env.reset(seed=3)
    memory = None
    for step in range(9):
        action, memory = agent.predict(observation, memory)
        assert (info["state"], int(action)) == (episode.states[step], episode.actions[step])
        np.testing.assert_array_equal(observation, episode.observations[step])
        np.testing.assert_allclose(agent.beliefs[0], episode.beliefs[step], atol=1e-5)
        assert episode.explanation.neg_efe[step].argmax() == action
        if step < 8:
            observation, _, _, _, info = env.step(action)
    assert len(episode.states) == 9


def test_each_step_shows_path_observations_posterior_and_title(agent, episode, world):
    view = view_of(agent, episode, world)
    step = 5
    view.show(step)
    np.testing.assert_allclose(np.transpose(view.path.get_data()), world.means[episode.states[:6]])
    np.testing.assert_allclose(np.transpose(view.seen.get_data()), episode.observations[:5])
    shown = view.heat.get_array()
    np.testing.assert_allclose(shown[:, :6], episode.beliefs[:6].T)
    assert shown.mask[:, 6:].all()
    last = ACTION_NAMES[episode.actions[4]]
    assert view.headline.get_text().split("   |   ") == [
        "t = 5", f"true state {episode.states[5]}", f"encoded {episode.encoded[5]}",
        f"inferred {episode.beliefs[5].argmax()}", f"last action: {last}",
    ]  # fmt: skip
    widths = [[bar.get_width() for bar in bars] for bars, _ in view.why.bars]
    why = episode.explanation
    expected = [why.utility[5], why.info_gain[5], why.neg_efe[5], why.action_probs[5]]
    np.testing.assert_allclose(widths, expected, rtol=1e-5)


def test_frames_are_as_many_as_decisions_and_differ(agent, episode, world):
    frames = list(view_of(agent, episode, world).frames())
    assert [frame.shape for frame in frames] == [(500, 1200, 3)] * 9
    assert all((a != b).any() for a, b in itertools.pairwise(frames))


def test_decision_regions_are_those_of_encode(agent, world):
    limits = plane.extent(world)
    grid, points = plane.decision_grid(agent, limits), plane.grid_points(limits)
    rng = np.random.default_rng(0)
    for row, column in rng.integers(plane.PIXELS, size=(20, 2)):
        assert grid[row, column] == agent.encode(points[row, column].astype("f")).argmax()
    figure = figures.decision_regions({"agent": (agent, latent_names(agent, world))}, world)
    axes = figure.axes[0]
    (drawn,) = (child for child in axes.get_children() if isinstance(child, image.AxesImage))
    inner = np.s_[100, 100]
    colour = style.state_colours(5)[grid[inner]]
    pale = 0.45 * np.array(colour) + 0.55
    picture = drawn.get_array()
    assert np.allclose(picture[inner], pale) or np.allclose(picture[inner], 1)
    assert [circle.get_radius() for circle in axes.patches] == [1, 2] * 5


def test_own_numbers_of_learned_dynamics_are_named_by_the_states_they_stand_for(agent, world):
    learned = ActiveInferenceEncoderAgent(
        agent.encoder, agent.model, settings={"dynamics": "learned"}
    )
    names = latent_names(learned, world)
    rng = np.random.default_rng(0)
    states = rng.integers(5, size=4000)
    encoded = agent.encode(world.means[states] + rng.normal(size=(4000, 2))).argmax(axis=1)
    common = max(range(5), key=lambda index: (encoded == index).sum())
    assert names.states[common] == np.bincount(states[encoded == common], minlength=5).argmax()
    assert names.label(common) == f"{common} (s{names.states[common]})"
    view_rows = Names(np.array([3, 1, 0, 2, 4]), own=True)
    episode = run_episode(learned, gym.make(ENV_ID), 0)
    view = EpisodeView(episode, world, view_rows, lambda axes, limits: None, "plane")
    view.show(8)
    np.testing.assert_allclose(view.heat.get_array(), episode.beliefs[:, [2, 1, 3, 0, 4]].T)
    np.testing.assert_array_equal(view._true_rows, episode.states)


def test_curves_are_those_of_the_history(agent):
    rows = [
        {"restart": r, "phase": p, "step": s, "train_loss": -r - s / 7, "held_out_loss": r - s / 9,
         "effective_states": 3.0 + r}
        for r in (0, 1) for p in ("main", "finetune") for s in (50, 100)
    ]  # fmt: skip
    axes = figures.training_curves(rows, best_restart=1).axes[0]
    best = [line for line in axes.lines if line.get_linewidth() == 2.2]
    assert [line.get_xdata().tolist() for line in best] == [[50, 100]] * 2 + [[150, 200]] * 2
    np.testing.assert_allclose(best[0].get_ydata(), [-1 - 50 / 7, -1 - 100 / 7])
    np.testing.assert_allclose(best[1].get_ydata(), [1 - 50 / 9, 1 - 100 / 9])


def test_a_gif_holds_every_frame_for_its_time(tmp_path):
    frames = [np.full((20, 30, 3), 50 * i, np.uint8) for i in range(4)]
    movie.save_gif(frames, tmp_path / "a.gif", 0.5)
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.size) == (4, (30, 20))
        durations = []
        for index, frame in enumerate(frames):
            gif.seek(index)
            durations.append(gif.info["duration"])
            assert abs(np.asarray(gif.convert("RGB")).astype(int) - frame).max() <= 4
    assert durations == [500, 500, 500, 1000]


def test_an_mp4_is_written_where_ffmpeg_is_and_a_failure_is_told(tmp_path, monkeypatch):
    frames = [np.full((20, 30, 3), 50 * i, np.uint8) for i in range(4)]
    movie.save_mp4(frames, tmp_path / "a.mp4", 0.5)
    assert (tmp_path / "a.mp4").read_bytes()[4:8] == b"ftyp"
    monkeypatch.setattr(movie, "find_ffmpeg", lambda: "false")
    with pytest.raises(OSError, match="ffmpeg failed"):
        movie.save_mp4(frames, tmp_path / "b.mp4", 0.5)
    assert not (tmp_path / "b.mp4").exists()


def test_long_lines_are_animated_without_ffmpeg(tmp_path, monkeypatch):
    num_states = 50
    monkeypatch.setattr(movie, "find_ffmpeg", lambda: None)
    world = LineWorld(num_states=num_states)
    model = GenerativeModel(
        A=epsilon_identity(num_states, 1e-4), B=world.transition_matrix,
        C=8.0 * np.eye(num_states)[3], D=np.full(num_states, 1 / num_states), policy_len=2,
    )  # fmt: skip
    agent = ActiveInferenceEncoderAgent(small_encoder(num_states), model)
    env = gym.make(ENV_ID, max_episode_steps=2, **world.to_dict())
    episode = run_episode(agent, env, 0)
    (note,) = pictures.save_animations(agent, world, episode, tmp_path)
    assert "pip install" in note
    kinds = {(path.stem, path.suffix) for path in tmp_path.iterdir()}
    expected = {".gif", ".png", ".svg"}
    assert kinds == {(f"path_over_{n}", k) for n in ("density", "regions") for k in expected}
    assert ">Utility (nats)</text>" in (tmp_path / "path_over_regions.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--num-states", 7], "has 5 states, the world 7: pass --num-states 5"),
        (["--goal", 9], "state must be in 0..4, got 9"),
        (["--goal", 1, 2, 3], "--goal must be a state or two coordinates"),
        (["--out", __file__], "--out: cannot write to"),
        (["--seconds-per-step", 0], "--seconds-per-step must be above 0"),
    ],
)
def test_animating_bad_input_is_one_line_and_exit_code_2(agent, tmp_path, capfd, arguments, named):
    agent.save(tmp_path / "a.aif")
    with pytest.raises(SystemExit) as stop:
        program.main(["animate", str(tmp_path / "a.aif"), *map(str, arguments)])
    assert stop.value.code == 2
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert named in line
