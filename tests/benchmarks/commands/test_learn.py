import csv

import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.benchmarks.studies.peers import PEERS, peer_settings, scheduled
from aifgym.benchmarks.studies.tasks import TASKS, RandomActions, VisibleDimensions
from command_line import run
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SMALL = ["--num-states", 40, "--first-steps", 200, "--least-round", 200, "--num-members", 1]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    path = tmp_path_factory.mktemp("learned") / "car.aif"
    rest = ["--tensorboard", *SMALL]
    assert run("learn", "MountainCar-v0", "--steps", 600, "--out", path, *rest) == 0
    return path


def test_learn_writes_agent_history_and_pictures(learned):
    agent = ActiveInferenceEncoderAgent.load(learned)
    assert agent.predict(np.float32([-0.5, 0.0]))[0] in range(3)
    rows = list(csv.DictReader(learned.with_suffix(".csv").read_text().splitlines()))
    assert [int(row["steps"]) for row in rows] == sorted(int(row["steps"]) for row in rows)
    assert int(rows[-1]["steps"]) == 600
    folder = learned.with_name("car-figures")
    for name in ("world.png", "learning_curve.png", "rounds.gif"):
        with Image.open(folder / name) as picture:
            assert len(np.unique(np.asarray(picture.convert("L")))) > 20


def test_tensorboard_holds_the_history(learned):
    found = EventAccumulator(str(learned.with_name("car-tensorboard"))).Reload()
    rows = list(csv.DictReader(learned.with_suffix(".csv").read_text().splitlines()))
    for tag, name in (
        ("rollout/ep_rew_mean", "mean_return"),
        ("time/processor_seconds", "seconds"),
        ("world_model/novelty", "novelty"),
        ("world_model/prediction_error", "prediction_error"),
    ):
        events = [(event.step, event.value) for event in found.Scalars(tag)]
        told = [(int(row["steps"]), float(row[name])) for row in rows if row[name]]
        assert told
        np.testing.assert_allclose(events, told, rtol=1e-6)


def test_evaluate_and_animate_in_its_environment(learned, tmp_path, capfd, monkeypatch):
    assert run("evaluate", learned, "--env", "MountainCar-v0", "--episodes", 3) == 0
    out = capfd.readouterr().out
    assert "agent" in out
    assert "random   mean return   -200.00" in out
    monkeypatch.setattr("aifgym.benchmarks.commands.learned_pictures.MAX_FRAMES", 3)
    assert run("animate", learned, "--env", "MountainCar-v0", "--out", tmp_path) == 0
    with Image.open(tmp_path / "episode.gif") as picture:
        assert picture.n_frames == 3


def test_a_grid_is_drawn_and_a_run_is_resumed(tmp_path, capfd):
    out, folder = tmp_path / "lake.aif", tmp_path / "run"
    for _ in range(2):
        code = run("learn", "FrozenLake-v1", "--steps", 500, "--out", out, "--run", folder)
        assert code == 0
    assert len(list(folder.glob("round_*.npz"))) == 1
    assert (tmp_path / "lake-figures" / "grid.png").exists()
    assert run("learn", "FrozenLake-v1", "--seed", 3, "--out", out, "--run", folder) == 2
    assert "other settings" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["learn", "Nothing-v0"], "no environment 'Nothing-v0'"),
        (["learn", "Pendulum-v1"], "discretise"),
        (["learn", "CartPole-v1", "--steps", 0], "total_timesteps"),
        (["learn", "CartPole-v1", "--discount", 2], "discount"),
        (["tasks", "--only", "chess"], "--only"),
    ],
)
def test_bad_input_is_one_line(arguments, message, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    error = capfd.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_an_agent_of_another_task_is_refused(learned, capfd):
    assert run("evaluate", learned, "--env", "CartPole-v1") == 2
    assert "observation_space" in capfd.readouterr().err


def test_the_table_of_tasks_goes_on_with_peers_beside_us(tmp_path, capfd, monkeypatch):
    task = TASKS["MountainCar"]
    monkeypatch.setitem(TASKS, "MountainCar", type(task)(task.make, (300,)))
    out = tmp_path / "tasks.csv"
    arguments = ["--only", "mountain", "--num-seeds", 1, "--episodes", 2, "--out", out]
    assert run("tasks", *arguments) == 0
    assert "| MountainCar | 300 | aifgym | 1 |" in capfd.readouterr().out
    first = out.read_text()
    assert run("tasks", *arguments, "--peer-seeds", 1) == 0
    assert out.read_text().startswith(first)  # nothing was learned again
    rows = list(csv.DictReader(out.read_text().splitlines()))
    peers = [peer for peer in PEERS if peer_settings(peer, task.make()) is not None]
    assert [row["learner"] for row in rows] == ["aifgym", *peers]
    assert peers == ["PPO", "PPO RL-Zoo", "DQN", "DQN RL-Zoo"]
    assert all(-200 <= float(row["mean_return"]) < 0 for row in rows)
    assert run("tasks", *arguments[:-3], 3, "--out", out) == 2
    assert "evaluation episodes" in capfd.readouterr().err


def test_settings_of_rl_zoo_are_used_where_there_are_some():
    env = gym.make("CartPole-v1")
    assert peer_settings("PPO", env) == {}
    assert peer_settings("DQN RL-Zoo", env)["train_freq"] == 256
    assert peer_settings("PPO RL-Zoo", gym.make("FrozenLake-v1")) is None
    falling = scheduled(peer_settings("PPO RL-Zoo", env)["learning_rate"])
    assert [falling(1.0), falling(0.5), falling(0.0)] == [0.001, 0.0005, 0.0]


def test_wrappers_hide_dimensions_and_replace_actions():
    env = VisibleDimensions(gym.make("CartPole-v1"), (0, 2))
    seen, _ = env.reset(seed=0)
    full, _ = gym.make("CartPole-v1").reset(seed=0)
    np.testing.assert_array_equal(seen, full[[0, 2]])
    assert env.observation_space.contains(seen)
    noisy = RandomActions(gym.make("CartPole-v1"), 0.5)
    noisy.reset(seed=1)
    taken = [noisy.action(0) for _ in range(2000)]
    assert np.mean(taken) == pytest.approx(0.25, abs=0.04)
    noisy.reset(seed=1)
    assert taken == [noisy.action(0) for _ in range(2000)]


def test_a_memory_is_learned_compared_and_evaluated(tmp_path, capfd):
    out = tmp_path / "agent.aif"
    arguments = ["FrozenLake-v1", "--steps", 400, "--memory", "window", "--out", out]
    assert run("learn", *arguments) == 0
    said = capfd.readouterr().out
    assert "memory: window (" in said
    rows = list(csv.DictReader((tmp_path / "agent-memories.csv").read_text().splitlines()))
    assert [row["chosen"] for row in rows].count("True") == 1
    assert run("evaluate", out, "--env", "FrozenLake-v1", "--episodes", 2) == 0
    assert run("animate", out, "--env", "FrozenLake-v1", "--out", tmp_path / "figures") == 0
    assert (tmp_path / "figures" / "episode.gif").stat().st_size > 0
