"""Learning with a memory: the state machine behind `learn`."""

import gymnasium as gym
import numpy as np

from ....agents.agent import ActiveInferenceEncoderAgent
from ....agents.world_model.model import WorldModel
from ..world_model.config import LearnConfig
from ..world_model.discrete import DiscreteLearner
from ..world_model.experience import Experience, joined
from ..world_model.log import StepLog
from ..world_model.protocol import RoundLearner
from .behaviour import RANDOM_ACTIONS, Behaviour
from .candidates import FAMILIES, Family
from .episodes import episodes_of
from .selection import Chosen, chosen_memory


class MemoryLearner(RoundLearner):
    """Learns what must be remembered, where observations are single whole numbers.

    Asked for one kind of memory it looks for that. With `"auto"` it acts and learns as without
    memory until a memory foretells better what comes.

    Args:
        config: settings.
        num_actions: U.
        seed: of everything random.
        space: of observations.

    Raises:
        ValueError: observations are something else.
    """

    # Comparing memories once more is not worth it for fewer steps.
    longest_last = 1.5

    def __init__(self, config: LearnConfig, num_actions: int, seed: int, space: gym.Space) -> None:
        if not isinstance(space, gym.spaces.Discrete) or space.start != 0:
            raise ValueError(
                f"memory={config.memory!r} needs observations of Discrete(n), got {space}: make "
                "them one number with gymnasium.wrappers.TransformObservation"
            )
        self._memory, self._num_actions, self._seed = config.memory, num_actions, seed
        self._space = space
        self._plain = DiscreteLearner(config, num_actions, seed, RANDOM_ACTIONS)
        self._parts: list[Experience] = []
        self._chosen = Chosen("none", None, [])

    @property
    def agent(self) -> ActiveInferenceEncoderAgent | None:
        """The agent with the memory that was chosen last; None: there is no need for one."""
        return self._chosen.agent

    @property
    def world(self) -> WorldModel:
        """What is known without memory."""
        return self._plain.world

    def begin(self, num_envs: int) -> None:
        """Starts a round, in environments that were all just reset."""
        number = len(self._parts)
        self._is_plain = self._memory == "auto" and self.agent is None
        if self._is_plain:
            self._plain.begin(num_envs)
            return
        self._log = StepLog(self._num_actions, number)
        rng = np.random.default_rng([self._seed, number])
        self._behaviour = Behaviour(num_envs, self._num_actions, self.agent, rng)

    def act(self, observations: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """`(N,)` int, actions to take now; arrays as of `DiscreteLearner.act`."""
        if self._is_plain:
            return self._plain.act(observations, starts)
        self._seen, self._starts = observations, starts
        self._actions = self._behaviour.act(observations[:, 0].astype(int), starts)
        return self._actions

    def record(self, rewards, next_observations, ended, valid) -> None:
        """What the actions brought: arrays `(N, ...)`, see `StepLog.add`."""
        if self._is_plain:
            self._plain.record(rewards, next_observations, ended, valid)
            return
        before = self._seen, self._actions
        self._log.add(*before, rewards, next_observations, ended, self._starts, valid)

    def refit(self) -> None:
        """Ends the round: compares all memories anew."""
        if self._is_plain:
            self._plain.refit()
            self._parts.append(self._plain.part())
        else:
            self._parts.append(self._log.experience())
            self._plain.restore(self._parts[-1:], [])
        self._choose()

    def part(self) -> Experience:
        """What the last round recorded."""
        return self._parts[-1]

    def restore(self, parts: list[Experience], standings: list) -> None:
        """Goes on after rounds that were recorded before."""
        self._plain.restore(parts, standings)
        self._parts = list(parts)
        self._choose()

    @property
    def notes(self) -> dict[str, list[dict]]:
        """The models that were compared last, see `Chosen`."""
        return {"memories": self._chosen.rows}

    def _choose(self) -> None:
        families: tuple[Family, ...] = FAMILIES
        if self._memory != "auto":
            families = tuple(family for family in FAMILIES if family == self._memory)
        seed = [self._seed, len(self._parts)]
        data = episodes_of(joined(self._parts))
        self._chosen = chosen_memory(data, families, self._space, seed)
