"""How experience is gathered that tells what must be remembered."""

from typing import Any

import numpy as np

from ....agents.agent import ActiveInferenceEncoderAgent

# Share of episodes that are random, and of them those in which an action is held, with how likely
# it is held for another step. The others follow the agent, after at most so many random steps,
# with a share of random actions.
RANDOM_EPISODES, STICKY_EPISODES, HELD = 0.5, 0.5, 0.6
LONGEST_PREFIX, RANDOM_ACTIONS = 4, 0.2


class Behaviour:
    """Acts in N environments: at random, or as an agent does, with some random actions.

    Random episodes are of two kinds: actions drawn anew in each step look around everywhere, held
    ones reach the end of corridors.

    Args:
        num_envs: N.
        num_actions: U.
        agent: None: all is random.
        rng: of everything random.
    """

    def __init__(
        self,
        num_envs: int,
        num_actions: int,
        agent: ActiveInferenceEncoderAgent | None,
        rng: np.random.Generator,
    ) -> None:
        self._num_actions, self._agent, self._rng = num_actions, agent, rng
        self._held, self._prefix = np.zeros(num_envs), np.zeros(num_envs, int)
        self._follows, self._last = np.zeros(num_envs, bool), np.zeros(num_envs, int)
        self._state = None

    def act(self, observations: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """`(N,)` int, actions; observations `(N,)` int, starts `(N,)` bool."""
        rng, size = self._rng, len(observations)
        if starts.any():
            self._begin(np.flatnonzero(starts))
        drawn = rng.integers(self._num_actions, size=size)
        shares = rng.random(size)
        actions = np.where(shares < self._held, self._last, drawn)
        if self._agent is not None:
            best, _ = self._agent.predict(observations, self._state, starts)
            follows = self._follows & (self._prefix <= 0) & (shares >= RANDOM_ACTIONS)
            actions = np.where(follows, best, actions)
            self._state = (self._predicted(self._agent, actions),)
        self._prefix -= 1
        self._last = actions.copy()
        return actions

    def _begin(self, envs: np.ndarray) -> None:
        rng, size = self._rng, len(envs)
        self._follows[envs] = (self._agent is not None) & (rng.random(size) >= RANDOM_EPISODES)
        sticky = ~self._follows[envs] & (rng.random(size) < STICKY_EPISODES)
        self._held[envs] = HELD * sticky
        self._prefix[envs] = rng.integers(LONGEST_PREFIX + 1, size=size)
        self._last[envs] = rng.integers(self._num_actions, size=size)

    @staticmethod
    def _predicted(agent: ActiveInferenceEncoderAgent, actions: np.ndarray) -> np.ndarray:
        """`(N, K)`, beliefs about the next state after what was done, not what was best."""
        known: Any = agent.beliefs
        (B,), (beliefs,) = agent.model.B, known
        after = np.empty_like(beliefs)
        for action in np.unique(actions):
            of_action = actions == action
            after[of_action] = beliefs[of_action] @ B[:, :, action].T
        return after
