"""What is logged, where, and by which names."""

import csv
import json

import pytest
from sb3_helpers import assert_same_agents, model_of
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from world_model_helpers import Corridor


def scalars(folder) -> dict[str, list[tuple[int, float]]]:
    """What a file of TensorBoard holds, by tag: steps and values."""
    found = EventAccumulator(str(folder)).Reload()
    tags = found.Tags()["scalars"]
    return {tag: [(event.step, event.value) for event in found.Scalars(tag)] for tag in tags}


def test_tensorboard_has_the_tags_of_ppo_and_our_own(tmp_path):
    model = model_of(Monitor(Corridor()), seed=1, tensorboard_log=str(tmp_path)).learn(500)
    ppo = PPO("MlpPolicy", Corridor(), 64, 64, n_epochs=1, device="cpu", tensorboard_log=tmp_path)
    ppo.learn(192)
    ours, theirs = scalars(tmp_path / "ActiveInference_1"), scalars(tmp_path / "PPO_1")
    shared = {tag for tag in theirs if not tag.startswith("train/")}
    assert shared >= {"rollout/ep_rew_mean", "rollout/ep_len_mean", "time/fps"}
    assert shared <= set(ours)
    own = set(ours) - shared
    assert {tag.split("/")[0] for tag in own} == {"train"}
    rows = model.learn_history.rows
    steps = [row["steps"] for row in rows]
    assert [step for step, _ in ours["rollout/ep_rew_mean"]] == steps
    errors = [row["prediction_error"] for row in rows if row["prediction_error"] is not None]
    assert [value for _, value in ours["train/prediction_error"]] == pytest.approx(errors)


def test_a_run_that_goes_on_is_written_behind_the_first_one(tmp_path):
    model = model_of(seed=1, tensorboard_log=str(tmp_path)).learn(300, tb_log_name="corridor")
    model.learn(200, tb_log_name="corridor", reset_num_timesteps=False)
    model.learn(200, tb_log_name="corridor")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corridor_1", "corridor_2"]
    assert [step for step, _ in scalars(tmp_path / "corridor_1")["time/fps"]][-1] == 500


def test_csv_and_json_hold_the_same(tmp_path):
    model = model_of(seed=1)
    model.set_logger(configure(str(tmp_path), ["csv", "json", "log"]))
    model.learn(500)
    model.logger.close()
    with open(tmp_path / "progress.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "progress.json").read_text().splitlines()]
    assert len(rows) == len(lines) == len(model.learn_history.rows)
    for row, line, ours in zip(rows, lines, model.learn_history.rows):
        assert {key for key, value in row.items() if value} == set(line)
        assert int(row["time/total_timesteps"]) == line["time/total_timesteps"] == ours["steps"]
        assert float(row["train/num_states"]) == line["train/num_states"] == ours["num_states"]
    assert "total_timesteps" in (tmp_path / "log.txt").read_text()


@pytest.mark.parametrize("verbose", [0, 1])
def test_verbose_says_what_is_printed(verbose, capsys):
    model_of(Corridor(), seed=1, verbose=verbose).learn(300)
    printed = capsys.readouterr().out
    assert ("total_timesteps" in printed) == ("Wrapping the env" in printed) == bool(verbose)


def test_logging_changes_nothing(tmp_path):
    watched = model_of(seed=1, verbose=0, tensorboard_log=str(tmp_path)).learn(400, log_interval=1)
    silent = model_of(seed=1).learn(400, log_interval=None)
    assert_same_agents(watched.agent, silent.agent)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_progress_bar_in_a_notebook():
    reason = "no notebooks here: `make test-slow` has them"
    nbclient = pytest.importorskip("nbclient", reason=reason)
    nbformat = pytest.importorskip("nbformat", reason=reason)
    pytest.importorskip("ipywidgets", reason=reason)
    code = """
from aifgym.training.sb3 import ActiveInference
_ = ActiveInference("auto", "Taxi-v4", seed=0).learn(1000, progress_bar=True)
"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(book, timeout=300).execute()
    widgets = book.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    shown = [str(widget["state"].get("outputs")) for widget in widgets.values()]
    assert any("/1,000" in text for text in shown)


def test_seeds_of_vec_envs_are_those_of_stable_baselines3():
    """The first observations are those that a model of SB3 with the same seed sees."""
    env, other = make_vec_env(Corridor, 2), make_vec_env(Corridor, 2)
    model_of(env, seed=5)
    PPO("MlpPolicy", other, seed=5, device="cpu", n_steps=8, batch_size=8)
    assert env.reset().tolist() == other.reset().tolist()
