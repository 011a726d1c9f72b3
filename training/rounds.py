"""Learning a task round by round: what `learn` runs to its end."""

import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np

from ..agents.agent import ActiveInferenceEncoderAgent
from ..agents.world_model.checking import batched
from ..agents.world_model.model import WorldModel
from ..agents.world_model.spaces import (
    actions_of,
    check_observation_space,
    is_discrete,
    num_actions,
)
from ..agents.world_model_agent import WorldModelAgent
from ..envs.acting import Steps, act_by
from ..envs.stepping import Environments
from .learners.memory.learner import MemoryLearner
from .learners.world_model.config import LearnConfig
from .learners.world_model.continuous import ContinuousLearner
from .learners.world_model.discrete import DiscreteLearner
from .learners.world_model.history import LearnHistory, history_of, row_of
from .learners.world_model.protocol import RoundLearner
from .learners.world_model.stored_rounds import StoredRound
from .learners.world_model.threads import one_thread

# A round waits for the end of an episode, but not longer than this share of its own steps.
LONGEST_WAIT = 0.5
LARGEST_SEED = 2**32 - 1


class Rounds:
    """One task being learned: `play` acts for a round and makes the model anew.

    Args:
        observation_space: of one environment.
        action_space: of one environment.
        config: settings.
        seed: the same seed gives the same rounds.

    Attributes:
        ended: the rounds so far.

    Raises:
        TypeError: the spaces are of another kind.
        ValueError: the seed is out of range.
    """

    def __init__(
        self,
        observation_space: gym.Space,
        action_space: gym.Space,
        config: LearnConfig,
        seed: int,
    ) -> None:
        check_observation_space(observation_space)
        count = num_actions(action_space)
        if not isinstance(seed, int | np.integer) or not 0 <= seed <= LARGEST_SEED:
            raise ValueError(f"seed must be an integer in 0..{LARGEST_SEED}, got {seed!r}")
        self._spaces = observation_space, action_space
        self._config, self._seed = config, int(seed)
        self._learner = self._new_learner(config, count)
        self.ended: list[StoredRound] = []

    @property
    def steps(self) -> int:
        """Steps so far, in all environments together."""
        return self.ended[-1].row["steps"] if self.ended else 0

    @property
    def world(self) -> WorldModel:
        """What the last round made of all that was seen."""
        return self._learner.world

    @property
    def history(self) -> LearnHistory:
        """What happened so far, at least one round."""
        rows = [stored.row for stored in self.ended]
        return history_of(rows, [stored.part for stored in self.ended])

    @property
    def agent(self) -> ActiveInferenceEncoderAgent | WorldModelAgent:
        """The agent as it is now."""
        own = self._learner.agent
        return own or WorldModelAgent(self.world, *self._spaces, seed=self._seed)

    def _new_learner(self, config: LearnConfig, count: int) -> RoundLearner:
        space = self._spaces[0]
        if config.memory != "none" and (is_discrete(space) or config.memory != "auto"):
            return MemoryLearner(config, count, self._seed, space)
        kind = DiscreteLearner if is_discrete(space) else ContinuousLearner
        return kind(config, count, self._seed)

    def restore(self, ended: list[StoredRound]) -> None:
        """Goes on after rounds that were played before."""
        if ended:
            standings: list = [stored.standing for stored in ended]
            self._learner.restore([stored.part for stored in ended], standings)
        self.ended = list(ended)

    def play(
        self,
        worlds: Environments,
        total_timesteps: int,
        go_on: Callable[[Steps], bool] | None = None,
    ) -> StoredRound:
        """Plays one round, and learns from all so far.

        Args:
            worlds: environments of these spaces.
            total_timesteps: which `steps` must not exceed by more than one step of all.
            go_on: called after each step; when it says no the round is over.
        """
        start = time.process_time()
        rows = [stored.row for stored in self.ended]
        most = total_timesteps - self.steps
        planned = min(self._config.round_steps(self.steps), most)
        if most < self._learner.longest_last * planned:
            planned = most
        with one_thread():
            steps = self.steps + self._act(worlds, planned, most, go_on)
            made = self._learner.refit()
        part = self._learner.part()
        row = row_of(part, made, steps, rows, self._config.discount, worlds.num_envs)
        row |= self._learner.notes
        row["seconds"] = time.process_time() - start + (rows[-1]["seconds"] if rows else 0)
        self.ended.append(StoredRound(part, None if made is None else made.standing, row))
        return self.ended[-1]

    def _act(self, worlds: Environments, planned: int, most: int, go_on) -> int:
        """Acts; returns the steps.

        All environments are reset first, from a seed of this round: so a round depends on nothing
        but what was recorded before, and a run that was killed goes on to the same result.
        """
        space, one_hot = self._spaces[0], self._learner.one_hot
        seed = int(np.random.default_rng([self._seed, len(self.ended)]).integers(2**31))
        latest: tuple = (None, None)

        def seen(observations) -> np.ndarray:
            nonlocal latest
            if observations is not latest[0]:
                latest = observations, batched(observations, space, one_hot)[0]
            return latest[1]

        def choose(observations, episode_start: np.ndarray) -> np.ndarray:
            nonlocal latest
            actions = self._learner.act(seen(observations), episode_start)
            latest = None, None  # environments may use one array for all their steps
            return actions_of(actions, self._spaces[1])

        self._learner.begin(worlds.num_envs)
        steps, longest = 0, min(int(planned * (1 + LONGEST_WAIT)), most)
        for step in act_by(choose, worlds, seed):
            if not np.isfinite(step.reward).all():
                raise ValueError(f"rewards must be finite, got {step.reward.tolist()}")
            after = seen(step.next_observation)
            self._learner.record(step.reward, after, step.terminated, step.valid)
            steps += int(step.valid.sum())
            stop = go_on is not None and not go_on(step)
            if stop or (steps >= planned and (steps >= longest or step.begins[0])):
                break
        return steps
