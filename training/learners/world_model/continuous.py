"""Learning from vectors of numbers: acts, remembers, and makes new discretisations each round."""

import numpy as np

from ....agents.world_model.memory import Memory, first_memory, restarted, shifted
from ....agents.world_model.model import WorldModel
from ....agents.world_model.policy import Policy
from .config import LearnConfig
from .discretising.past import choose_history
from .discretising.refit import Round, Standing, policy_of, refit, world_of
from .experience import Experience, joined, with_history
from .log import StepLog
from .protocol import RoundLearner

# Steps for which actions are held before anything is planned.
RANDOM_DURATIONS = (1, 2, 4, 8)
# Rounds in which the length of the history may still grow.
ROUNDS_OF_HISTORY = 3


class ContinuousLearner(RoundLearner):
    """The state machine behind `learn`: `begin`, then `act` and `record` in turn, then `refit`.

    Everything random in a round comes from the seed and the round's number, and a round depends on
    what was recorded alone: whoever restores the recorded rounds goes on to the same result.

    Args:
        config: settings.
        num_actions: U.
        seed: of everything random.
    """

    one_hot = True

    def __init__(self, config: LearnConfig, num_actions: int, seed: int) -> None:
        self._config, self._num_actions, self._seed = config, num_actions, seed
        self._parts: list[Experience] = []
        self._rounds: list[Round] = []
        self._standing: Standing | None = None
        self._history = 1 if config.history == "auto" else config.history
        # Both policies, once there is something to plan in: with novelty, and without.
        self._policies: tuple[Policy, Policy] | None = None

    def begin(self, num_envs: int) -> None:
        """Starts a round, in environments that were all just reset."""
        self._log = StepLog(self._num_actions, len(self._parts))
        self._rng = np.random.default_rng([self._seed, len(self._parts), 1])
        self._memory: Memory | None = None
        self._episodes = np.zeros(num_envs, int)
        self._seen: np.ndarray | None = None

    def act(self, observations: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """`(N,)` int, numbers of the actions to take now.

        Args:
            observations: `(N, D)`.
            starts: `(N,)` bool, where an episode begins.
        """
        first = first_memory(observations, self._history, self._num_actions)
        memory = first
        if self._memory is not None:
            moved = shifted(self._memory, observations, self._num_actions)
            memory = restarted(moved, starts, first)
            self._episodes += starts
        self._seen, self._starts = observations, starts
        self._memory = self._decided(memory)
        self._taken = self._memory.action
        return self._taken

    def record(self, rewards, next_observations, ended, valid) -> None:
        """What the actions brought: arrays `(N, ...)`, see `StepLog.add`."""
        before = self._seen, self._taken
        self._log.add(*before, rewards, next_observations, ended, self._starts, valid)

    def refit(self) -> Round:
        """Ends the round: new discretisations from all that was recorded."""
        return self.add(self._log.experience())

    def add(self, part: Experience) -> Round:
        """Adds a round that was recorded, by this learner or somebody else."""
        self._parts.append(part)
        self._grow_history()
        return self._refitted(len(self._parts))

    def part(self) -> Experience:
        """What the last round recorded."""
        return self._parts[-1]

    def restore(self, parts: list[Experience], standings: list[Standing]) -> None:
        """Goes on after rounds that were recorded before.

        Args:
            parts: what each round recorded.
            standings: what each round handed to the next.
        """
        self._parts, self._history = list(parts), standings[-1].history
        for number in range(max(len(parts) - self._config.rounds_kept, 0), len(parts)):
            if standings[number].history == self._history:
                follows = number and standings[number - 1].history == self._history
                self._standing = standings[number - 1] if follows else None
                self._refitted(number + 1)

    @property
    def world(self) -> WorldModel:
        """What was learned by the last `refit`."""
        return self._world

    def _grow_history(self) -> None:
        """Looks once in each of the first rounds whether a window of the past foretells better."""
        number = len(self._parts) - 1
        if self._config.history == "auto" and number < ROUNDS_OF_HISTORY and self._history == 1:
            self._history = choose_history(joined(self._parts))
            if self._history > 1:
                self._rounds, self._standing = [], None

    def _refitted(self, count: int) -> Round:
        number = count - 1
        rng = np.random.default_rng([self._seed, number, 0])
        raw = joined(self._parts[:count])
        num_observed = raw.observations.shape[1]
        experience = with_history(raw, self._history)
        made = refit(experience, num_observed, self._history, self._config, rng, self._standing)
        self._rounds = [*self._rounds, made][-self._config.rounds_kept :]
        self._standing = made.standing
        scale = experience.reward_scale
        arguments = (self._config, self._history, self._num_actions, scale)
        self._world = world_of(self._rounds, *arguments)
        explore = policy_of([made], world_of([made], *arguments), explore=True)
        self._policies = explore, policy_of(self._rounds, self._world)
        self._knows_rewards = bool(raw.ended.any() or np.ptp(raw.rewards) > 0)
        return made

    @property
    def _turn(self) -> np.ndarray:
        """Every second episode, once there is something to do well at."""
        return (self._episodes % 2 == 1) & self._knows_rewards

    def _decided(self, memory: Memory) -> Memory:
        if self._policies is None:
            drawn = self._rng.integers(self._num_actions, size=len(memory.action))
            return self._random(memory, drawn)
        explore, exploit = self._policies
        turn = self._turn
        if not turn.any():
            return explore.act(memory)
        if turn.all():
            return exploit.act(memory)
        return restarted(explore.act(memory), turn, exploit.act(memory))

    def _random(self, memory: Memory, drawn: np.ndarray) -> Memory:
        free = memory.remaining <= 0
        durations = self._rng.choice(RANDOM_DURATIONS, size=len(drawn))
        action = np.where(free, drawn, memory.action)
        return Memory(memory.window, action, np.where(free, durations, memory.remaining) - 1)
