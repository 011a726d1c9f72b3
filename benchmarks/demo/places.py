"""What an agent in a world of places makes of each moment."""

from typing import Any

import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from .agents import aimed, states_of
from .thought import Thought
from .worlds import World


class PlaceMind:
    """An agent with its memory in a world of places.

    Args:
        agent: decides.
        world: the world.
        rewards: of the environment, by modality; what is sought where there is no goal.
    """

    def __init__(self, agent: ActiveInferenceEncoderAgent, world: World, rewards: Any) -> None:
        self._agent, self._world, self._rewards = agent, world, rewards
        self._states = states_of(agent, world)
        self._memory: Any = None
        self._last: Thought | None = None
        self.at_first = self._effects()
        self.aim(world.goal)

    @property
    def learns(self) -> bool:
        """Whether it learns what its actions do."""
        return self._agent.learning is not None

    def aim(self, goal: int | None) -> None:
        """Sets the goal: a place, or None for what the world rewards."""
        self._agent = aimed(self._agent, self._world, self._rewards, goal)

    def think(self, observation: Any, starts: bool) -> tuple[Thought, Any]:
        """What it believes and does; the memory is kept by `commit`."""
        agent, at = self._agent, (observation, self._memory, np.array([starts]))
        found, why = agent.free_energy(*at), agent.explain(*at).by_action()
        action, memory = agent.predict(*at)
        beliefs = agent.beliefs if isinstance(agent.beliefs, tuple) else (agent.beliefs,)
        place, *others = (np.asarray(belief)[0] for belief in beliefs)
        predicted = None
        if not starts and self._last is not None:
            predicted = self._last.effects[:, :, self._last.action] @ self._last.beliefs[0]  # pyright: ignore[reportOptionalSubscript]
        thought = Thought(
            (place[self._states], *others),
            predicted,
            self._world.actions,
            np.arange(len(self._world.actions)),
            why.neg_efe[0],
            why.utility[0],
            why.info_gain[0],
            why.policy_probs[0],
            int(action),
            float(found.vfe[0]),
            float(found.accuracy[0]),
            float(found.complexity[0]),
            self._effects(memory),
        )
        return thought, memory

    def commit(self, thought: Thought, memory: Any) -> None:
        """Keeps what was thought: the action is taken."""
        self._last, self._memory = thought, memory

    def _effects(self, memory: Any = None) -> np.ndarray:
        """B as it is believed, from place to place."""
        model = self._agent.model
        B = model.B[0] if model.has_lists else model.B
        if self.learns:
            counts: Any = self._agent.counts(memory)["pB"] if memory is not None else model.pB
            own = np.asarray(counts[0] if model.has_lists else counts, np.float64)
            B = own / own.sum(axis=0)
        return np.asarray(B)[np.ix_(self._states, self._states)]
