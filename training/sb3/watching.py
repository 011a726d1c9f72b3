"""What SB3 is told while rounds are played: of each step, and in the log."""

import sys
import time
from typing import Any

from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.utils import safe_mean

from ...envs.acting import Steps

# Of a round's row what is not logged below `train/`.
NOT_LOGGED = ("steps", "episodes", "mean_return", "seconds")


class Watch:
    """Tells a model and its callback of each step, until the callback says no.

    Args:
        model: an `ActiveInference`, whose steps are counted.
        callback: of SB3.
    """

    def __init__(self, model: Any, callback: BaseCallback) -> None:
        self._model, self._callback, self.is_stopped = model, callback, False

    def __call__(self, step: Steps) -> bool:
        """Whether to go on."""
        model = self._model
        model.num_timesteps += int(step.valid.sum())
        shown = {
            "self": model,
            "env": model.env,
            "actions": step.action,
            "new_obs": step.next_observation,
            "rewards": step.reward,
            "dones": step.begins,
            "infos": step.info,
        }
        self._callback.update_locals(shown)
        self.is_stopped = not self._callback.on_step()
        model._update_info_buffer(step.info, step.begins)
        return not self.is_stopped


def record_round(model: Any, row: dict) -> None:
    """Puts the row of a round into the log, below `train/`."""
    for name, value in row.items():
        if name not in NOT_LOGGED and value is not None:
            model.logger.record(f"train/{name}", value)
    model.logger.record("train/n_updates", len(model.rounds.ended), exclude="tensorboard")


def record_progress(model: Any, iteration: int) -> None:
    """Puts episodes and speed into the log, by the keys of SB3's algorithms."""
    record, episodes = model.logger.record, model.ep_info_buffer
    elapsed = max((time.time_ns() - model.start_time) / 1e9, sys.float_info.epsilon)
    if iteration:
        record("time/iterations", iteration, exclude="tensorboard")
    if episodes:
        record("rollout/ep_rew_mean", safe_mean([episode["r"] for episode in episodes]))
        record("rollout/ep_len_mean", safe_mean([episode["l"] for episode in episodes]))
    if model.ep_success_buffer:
        record("rollout/success_rate", safe_mean(model.ep_success_buffer))
    record("time/fps", int((model.num_timesteps - model._num_timesteps_at_start) / elapsed))
    record("time/time_elapsed", int(elapsed), exclude="tensorboard")
    record("time/total_timesteps", model.num_timesteps, exclude="tensorboard")
