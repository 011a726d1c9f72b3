"""What an agent with a learned world model makes of each moment."""

from typing import Any

import numpy as np

from ...agents import WorldModelAgent
from ...agents.numpy_maths import log
from .thought import Thought
from .worlds import World

# What is held to be possible everywhere, so that surprise stays finite.
SLACK = 1e-3
# What a unit away from the goal costs, squared, beside 1 for each step that the pole stands.
COST = 0.1


class PoleMind:
    """An agent with its memory in CartPole; of its ensemble the last member is drawn.

    Args:
        agent: decides.
        world: CartPole.
    """

    learns = False
    at_first = None

    def __init__(self, agent: WorldModelAgent, world: World) -> None:
        self._plain, self._agent, self._actions = agent, agent, world.actions
        self._memory: Any = None
        self._predicted: np.ndarray | None = None
        self.looks = agent.looks[-1]
        self.spread = agent.looks[-1].std(axis=0)

    @property
    def values(self) -> np.ndarray:
        """`(K,)`, what each state is worth under the best control."""
        return self._agent.policy.neg_efe[-1].max(axis=1)[: len(self.looks)]

    def aim(self, goal: float | None) -> None:
        """Sets where the cart shall stand; None: anywhere, as the task has it."""
        self._agent = self._plain
        if goal is not None:
            self._agent = self._plain.with_preferences(
                lambda seen: 1 - COST * (seen[:, 0] - goal) ** 2
            )

    def think(self, observation: np.ndarray, starts: bool) -> tuple[Thought, Any]:
        """What it believes and does; the memory is kept by `commit`."""
        memory = None if starts else self._memory
        held = memory is not None and memory[2][0] > 0
        why = self._agent.explain(observation, memory)
        action, after = self._agent.predict(observation, memory)
        candidates = np.flatnonzero(why.actions == int(action))
        best = candidates[np.argmax(why.neg_efe[0][candidates])]
        seen = self._weights(after[0])
        predicted = None if starts or held else self._predicted
        accuracy, complexity = (None, None) if predicted is None else surprise(seen, predicted)
        thought = Thought(
            (seen,),
            predicted,
            tuple(map(self._named, why.actions, why.lengths)),
            why.actions,
            why.neg_efe[0],
            why.neg_efe[0],
            np.zeros(len(why.actions)),
            why.action_probs[0],
            int(best),
            None if accuracy is None or complexity is None else complexity - accuracy,
            accuracy,
            complexity,
        )
        return thought, (after, None if held else self._expected(seen, int(best)))

    def commit(self, thought: Thought, memory: Any) -> None:
        """Keeps what was thought: the action is taken."""
        self._memory, predicted = memory
        if predicted is not None:
            self._predicted = predicted

    def _named(self, action: int, length: int) -> str:
        return f"{self._actions[action]}, {length} step{'s' if length > 1 else ''}"

    def _weights(self, window: np.ndarray) -> np.ndarray:
        """`(K,)`, how the last member sees where it is."""
        index, weight = self._agent.world.encoder.encode(window)
        inside = index[0, -1] < len(self.looks)
        return np.bincount(index[0, -1][inside], weight[0, -1][inside], len(self.looks))

    def _expected(self, seen: np.ndarray, control: int) -> np.ndarray:
        """`(K,)`, where the last member expects to be once the control is over."""
        width = len(self._agent.world.actions)
        found = seen @ self._agent.world.members[-1].transitions[control::width]
        return (1 - SLACK) * found / max(found.sum(), 1e-12) + SLACK / len(found)


def surprise(seen: np.ndarray, predicted: np.ndarray) -> tuple[float, float]:
    """Accuracy and complexity of an observation, nats; their difference is its free energy.

    Args:
        seen: `(K,)`, r(s | x), proportional to the likelihood of the observation.
        predicted: `(K,)`, what was expected.
    """
    likelihood = seen / seen.max()
    belief = predicted * likelihood
    belief = belief / belief.sum()
    return float(belief @ log(likelihood)), float(belief @ (log(belief) - log(predicted)))
