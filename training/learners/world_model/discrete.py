"""Learning where observations are whole numbers: each different one is a state."""

import numpy as np

from ....agents.world_model.model import Member, Table, WorldModel
from .config import LearnConfig
from .counts import Counts
from .experience import Experience
from .exploration import DISCOUNT, Explorer, exploiting_rewards
from .log import StepLog
from .protocol import RoundLearner

# Weights of novelty, taken in turn by episodes: what is not worth looking for any more by the first
# is used by the second, which looks around on the way.
NOVELTIES = (0.3, 0.03)
# Steps between two plans: at least, and as a share of all steps before.
LEAST_STEPS, REPLAN_SHARE = 10, 0.02


class DiscreteLearner(RoundLearner):
    """The state machine behind `learn`; see `ContinuousLearner`.

    Args:
        config: settings.
        num_actions: U.
        seed: of everything random.
        random_actions: share of them in half of the episodes, where it may turn out that
            observations are no states, and what was found good must not be all that is seen.
    """

    def __init__(
        self, config: LearnConfig, num_actions: int, seed: int, random_actions: float = 0.0
    ) -> None:
        self._config, self._num_actions, self._seed = config, num_actions, seed
        self._random_actions = random_actions
        self._parts: list[Experience] = []
        self._counts = Counts(num_actions)
        self._starts_of: dict[int, int] = {}
        self._steps = 0

    def begin(self, num_envs: int) -> None:
        """Starts a round, in environments that were all just reset."""
        number = len(self._parts)
        self._log = StepLog(self._num_actions, number)
        self._rng = np.random.default_rng([self._seed, number])
        share = self._config.novelty
        self._explorers = [Explorer(self._counts, share * weight) for weight in NOVELTIES]
        self._episodes = np.zeros(num_envs, int)
        self._next_plan = self._steps

    def act(self, observations: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """`(N,)` int, numbers of the actions to take now.

        Args:
            observations: `(N, D)` whole numbers.
            starts: `(N,)` bool, where an episode begins.
        """
        self._seen, self._starts = observations, starts
        self._states = [self._counts.state(key) for key in map(tuple, observations.tolist())]
        self._episodes += starts
        for state in np.array(self._states)[starts]:
            self._starts_of[int(state)] = self._starts_of.get(int(state), 0) + 1
        if self._steps >= self._next_plan and self._steps:
            for explorer in self._explorers:
                explorer.replan()
            self._next_plan = self._steps + max(LEAST_STEPS, int(REPLAN_SHARE * self._steps))
        self._actions = np.array([self._choice(n, s) for n, s in enumerate(self._states)])
        return self._actions

    def record(self, rewards, next_observations, ended, valid) -> None:
        """What the actions brought: arrays `(N, ...)`, see `StepLog.add`."""
        before = self._seen, self._actions
        self._log.add(*before, rewards, next_observations, ended, self._starts, valid)
        following = [self._counts.state(key) for key in map(tuple, next_observations.tolist())]
        for place in np.flatnonzero(valid):
            state, action = self._states[place], int(self._actions[place])
            step = state, action, float(rewards[place]), following[place], bool(ended[place])
            self._counts.add(*step)
            for explorer in self._explorers:
                explorer.back_up(state, action)
        self._steps += len(self._states)
        if self._counts.scale != self._explorers[0].scale:
            self._next_plan = self._steps

    def refit(self) -> None:
        """Ends the round."""
        self._parts.append(self._log.experience())

    def part(self) -> Experience:
        """What the last round recorded."""
        return self._parts[-1]

    def restore(self, parts: list[Experience], standings: list) -> None:
        """Goes on after rounds that were recorded before."""
        for part in parts:
            starts = np.append(True, part.episodes[1:] != part.episodes[:-1])
            self._replay(part, starts)
            self._parts.append(part)

    @property
    def world(self) -> WorldModel:
        """What is known now: counts as probabilities."""
        counts = self._counts
        probabilities, _ = counts.probabilities()
        size = counts.num_states
        looks = np.array(counts.observations(), np.int64).reshape(size, -1)
        starts = np.array([self._starts_of.get(state, 0) for state in range(size)], float)
        member = Member(
            probabilities,
            exploiting_rewards(counts),
            np.zeros(size),
            counts.tried.copy(),
            looks,
            starts / max(starts.sum(), 1),
        )
        ones = np.ones(self._num_actions, int)
        return WorldModel(
            Table(looks),
            (member,),
            np.arange(self._num_actions),
            ones[None],
            DISCOUNT,
            1,
            self._num_actions,
            counts.scale,
        )

    def _choice(self, env: int, state: int) -> int:
        episode = self._episodes[env]
        is_free = episode // len(NOVELTIES) % 2 and self._random_actions > 0
        if is_free and self._rng.random() < self._random_actions:
            return int(self._rng.integers(self._num_actions))
        explorer = self._explorers[episode % len(NOVELTIES)]
        worth = explorer.worth(state)
        return int(self._rng.choice(np.flatnonzero(worth >= worth.max() - 1e-9)))

    def _replay(self, part: Experience, starts: np.ndarray) -> None:
        for place, key in enumerate(map(tuple, part.observations.astype(int).tolist())):
            state = self._counts.state(key)
            if starts[place]:
                self._starts_of[state] = self._starts_of.get(state, 0) + 1
            after = tuple(part.next_observations[place].astype(int).tolist())
            following = self._counts.state(after)
            reward, ended = float(part.rewards[place]), bool(part.ended[place])
            self._counts.add(state, int(part.actions[place]), reward, following, ended)
        self._steps += len(part)
