import csv

import numpy as np
import pytest
from sb3_helpers import assert_same_agents, model_of
from stable_baselines3.common.callbacks import (
    BaseCallback,
    CallbackList,
    CheckpointCallback,
    EvalCallback,
    EveryNTimesteps,
    LogEveryNTimesteps,
    StopTrainingOnMaxEpisodes,
    StopTrainingOnNoModelImprovement,
    StopTrainingOnRewardThreshold,
)
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from world_model_helpers import Corridor


class Counting(BaseCallback):
    """Counts its calls, and looks at what it is shown."""

    def __init__(self):
        super().__init__()
        self.calls = dict.fromkeys(("start", "rollouts", "steps", "rollout_ends", "end"), 0)
        self.seen = []

    def _on_training_start(self):
        self.calls["start"] += 1
        assert self.training_env is self.model.get_env()
        assert self.locals["total_timesteps"] == 500

    def _on_rollout_start(self):
        self.calls["rollouts"] += 1

    def _on_step(self):
        self.calls["steps"] += 1
        self.seen.append((self.num_timesteps, *(self.locals[k] for k in ("dones", "rewards"))))
        assert self.locals["new_obs"].shape == (1, 1)
        assert len(self.locals["infos"]) == len(self.locals["actions"]) == 1
        return True

    def _on_rollout_end(self):
        self.calls["rollout_ends"] += 1

    def _on_training_end(self):
        self.calls["end"] += 1


def test_callbacks_are_called_as_by_other_algorithms():
    callback, called = Counting(), []
    model = model_of(seed=1)
    model.learn(500, callback=[callback, EveryNTimesteps(100, Every(called))])
    rounds = len(model.learn_history.rows)
    assert callback.calls == {
        "start": 1, "rollouts": rounds, "steps": 500, "rollout_ends": rounds, "end": 1,
    }  # fmt: skip
    assert called == [100, 200, 300, 400, 500]
    steps, dones, rewards = (np.array(column) for column in zip(*callback.seen))
    np.testing.assert_array_equal(steps, np.arange(1, 501))
    parts = [stored.part for stored in model.rounds.ended]
    np.testing.assert_array_equal(rewards[:, 0], np.concatenate([part.rewards for part in parts]))
    assert dones[np.concatenate([part.ended for part in parts])].all()


class Every(BaseCallback):
    def __init__(self, called):
        super().__init__()
        self.called = called

    def _on_step(self):
        self.called.append(self.num_timesteps)
        return True


def test_callbacks_do_not_change_what_is_learned(tmp_path):
    evaluation = EvalCallback(
        Monitor(Corridor()), eval_freq=130, n_eval_episodes=3, verbose=0,
        best_model_save_path=str(tmp_path), log_path=str(tmp_path),
    )  # fmt: skip
    saving = CheckpointCallback(150, str(tmp_path), "corridor")
    watched = model_of(seed=1).learn(500, CallbackList([evaluation, saving]))
    assert_same_agents(watched.agent, model_of(seed=1).learn(500).agent)
    assert evaluation.best_mean_reward == 1.0
    results = np.load(tmp_path / "evaluations.npz")
    np.testing.assert_array_equal(results["timesteps"], [130, 260, 390])
    stored = sorted(path.name for path in tmp_path.glob("*.zip"))
    assert stored == ["best_model.zip", *(f"corridor_{n}_steps.zip" for n in (150, 300, 450))]
    loaded = type(watched).load(tmp_path / "corridor_300_steps.zip", env=Corridor())
    assert loaded.num_timesteps == 300
    # The third round had not ended: what it saw is lost with the model that was saved within it.
    assert loaded.rounds.steps < 300
    assert loaded.learn(100, reset_num_timesteps=False).num_timesteps == 400


def test_learning_stops_when_it_is_good_enough_and_keeps_that_policy():
    stop = StopTrainingOnRewardThreshold(0.9, verbose=0)
    evaluation = EvalCallback(
        Monitor(Corridor()), callback_on_new_best=stop, eval_freq=50, n_eval_episodes=5, verbose=0
    )
    model = model_of(seed=1, largest_round=150).learn(5_000, evaluation)
    assert model.num_timesteps < 1000
    assert model.rounds.steps == model.num_timesteps
    before = model.agent
    assert evaluation.best_mean_reward == 1.0
    model.learn(100, reset_num_timesteps=False)
    assert model.agent is not before
    assert model.learn_history.rows[-1]["steps"] == model.num_timesteps


def test_a_stop_in_the_first_round_leaves_a_random_policy_and_what_was_seen():
    model = model_of(seed=1)
    model.learn(500, lambda shown, _: shown["self"].num_timesteps < 50)
    assert model.num_timesteps == 50
    assert model.policy.agent is None
    model.learn(300)
    assert model.rounds.steps == 350
    assert model.agent is not None


@pytest.mark.parametrize("num_envs", [1, 2])
def test_it_stops_after_so_many_episodes(num_envs):
    callback = StopTrainingOnMaxEpisodes(4, verbose=0)
    model = model_of(make_vec_env(Corridor, num_envs), seed=0).learn(5_000, callback)
    assert callback.n_episodes >= 4 * num_envs
    assert model.num_timesteps < 4 * 41 * num_envs


def test_it_stops_where_nothing_gets_better():
    none_better = StopTrainingOnNoModelImprovement(2, min_evals=1, verbose=0)
    evaluation = EvalCallback(
        Monitor(Corridor()), callback_after_eval=none_better, eval_freq=50, n_eval_episodes=2,
        verbose=0,
    )  # fmt: skip
    model = model_of(seed=0).learn(5_000, evaluation)
    assert model.num_timesteps < 2_000


def test_logs_are_written_when_a_callback_says_so(tmp_path):
    model = model_of(seed=0)
    model.set_logger(configure(str(tmp_path), ["csv"]))
    model.learn(400, LogEveryNTimesteps(100), log_interval=None)
    model.logger.close()
    with open(tmp_path / "progress.csv") as file:
        assert [row["time/total_timesteps"] for row in csv.DictReader(file)] == [
            "100", "200", "300", "400",
        ]  # fmt: skip


def test_checkpoints_keep_the_statistics_of_a_vec_normalize(tmp_path):
    env = VecNormalize(DummyVecEnv([Corridor]))
    callback = CheckpointCallback(300, str(tmp_path), save_vecnormalize=True)
    model_of(env, seed=0).learn(400, callback)
    again = VecNormalize.load(
        str(tmp_path / "rl_model_vecnormalize_300_steps.pkl"), DummyVecEnv([Corridor])
    )
    assert again.obs_rms.count > 300


def test_functions_are_callbacks():
    steps = []
    model_of(seed=0).learn(250, lambda shown, _: steps.append(shown["dones"]) or True)
    assert len(steps) == 250


@pytest.mark.filterwarnings("ignore:rich is experimental")
def test_a_progress_bar(capsys):
    model_of(seed=0).learn(300, progress_bar=True)
    assert "300/300" in capsys.readouterr().out
