"""The exact plan in a discrete process that is seen in part: value iteration over beliefs."""

from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import numpy as np

from ...agents import GenerativeModel
from ...envs.pymdp_envs.gym_env import PymdpEnv

# Beliefs that agree to so many decimals are one.
DECIMALS = 9
# Outcomes that are less likely do not happen.
SMALLEST = 1e-12
SIMULATED_EPISODES = 100


class BeliefPlanner:
    """Every belief that can be reached, and the best action there, until the end of an episode.

    Beliefs are exact posteriors, so few differ where outcomes are discrete; each is valued once.

    Args:
        env: a process with discrete outcomes.
        horizon: steps of an episode.

    Raises:
        ValueError: some outcomes are continuous: beliefs without number could be reached.
    """

    def __init__(self, env: PymdpEnv, horizon: int) -> None:
        if env.emission_means:
            raise ValueError("exact plans over beliefs need discrete observations")
        joint = GenerativeModel(**env.model(), policy_len=1).joint
        self._B = np.moveaxis(joint.B.astype(np.float64), -1, 0)
        self._A = [table.astype(np.float64) for table in joint.by_modality(joint.A)]
        self._D = joint.D.astype(np.float64)
        self._rewards, self._ends = env.rewards, env.terminal_outcomes
        self._modalities, self._horizon = env.modalities, horizon
        self._values: dict[tuple[int, bytes], np.ndarray] = {}

    def first(self) -> tuple[np.ndarray, int, bool]:
        """What is believed before the first observation, the step, and whether all is over."""
        return self._D, 0, False

    def seen(self, memory: tuple[np.ndarray, int, bool], observation: dict[str, Any]) -> tuple:
        """The memory after an observation: posterior, step, whether it ends the episode."""
        prior, step, _ = memory
        outcomes = [int(observation[name]) for name in self._modalities]
        for table, outcome in zip(self._A, outcomes):
            prior = prior * table[outcome]
        over = any(outcome in ends for outcome, ends in zip(outcomes, self._ends))
        return prior / max(prior.sum(), SMALLEST), step, over

    def best_action(self, memory: tuple[np.ndarray, int, bool]) -> int:
        """The first of the best actions."""
        belief, step, over = memory
        return 0 if over else int(self.action_values(belief, step).argmax())

    def after(self, memory: tuple[np.ndarray, int, bool], action: int) -> tuple:
        """The memory after an action."""
        belief, step, over = memory
        return self._B[action] @ belief, step + 1, over

    def action_values(self, belief: np.ndarray, step: int) -> np.ndarray:
        """`(U,)`, expected sum of rewards to come at a posterior belief."""
        if step >= self._horizon:
            return np.zeros(len(self._B))
        key = step, np.round(belief, DECIMALS).tobytes()
        if key not in self._values:
            self._values[key] = np.array([self._value(B @ belief, step + 1) for B in self._B])
        return self._values[key]

    def _value(self, predicted: np.ndarray, step: int) -> float:
        total = 0.0
        for weights, reward, over in self._outcomes(predicted, 0):
            probability = weights.sum()
            later = 0.0 if over else self.action_values(weights / probability, step).max()
            total += probability * (reward + later)
        return total

    def _outcomes(self, weights: np.ndarray, modality: int) -> Iterator[tuple]:
        """All that can be seen: `p(o, s)`, the reward, and whether it ends the episode."""
        if modality == len(self._A):
            yield weights, 0.0, False
            return
        for outcome, likelihood in enumerate(self._A[modality]):
            seen = weights * likelihood
            if seen.sum() > SMALLEST:
                reward, ends = self._rewards[modality][outcome], outcome in self._ends[modality]
                for joint, more, over in self._outcomes(seen, modality + 1):
                    yield joint, reward + more, over or ends


def episode_memory(planner: BeliefPlanner, state, episode_start, num_envs: int) -> list:
    """Each environment's memory, anew where an episode starts."""
    start = np.zeros(num_envs, bool) if episode_start is None else np.asarray(episode_start, bool)
    if state is None:
        return [planner.first()] * num_envs
    return [planner.first() if begins else one for one, begins in zip(state, start)]


def act_on_beliefs(
    planner: BeliefPlanner, observation: dict[str, np.ndarray], state, episode_start
) -> tuple[np.ndarray, list]:
    """`predict` with the exact plan."""
    num_envs = len(next(iter(observation.values())))
    memory = episode_memory(planner, state, episode_start, num_envs)
    actions, following = [], []
    for place in range(num_envs):
        seen = planner.seen(memory[place], {k: array[place] for k, array in observation.items()})
        actions.append(planner.best_action(seen))
        following.append(planner.after(seen, actions[-1]))
    return np.array(actions), following


def belief_planner(env: gym.Env) -> BeliefPlanner | None:
    """The exact plan of a process with several factors or modalities; None for other worlds."""
    process: Any = env.unwrapped
    if not isinstance(process, PymdpEnv) or process.world is not None or env.spec is None:
        return None
    return BeliefPlanner(process, env.spec.max_episode_steps or 1)


def has_belief_plan(env: gym.Env) -> bool:
    """Whether `belief_planner` has a plan for it."""
    process: Any = env.unwrapped
    return isinstance(process, PymdpEnv) and process.world is None and not process.emission_means


def best_simulated_constant(env: gym.Env, seed: int) -> int:
    """The constant action whose mean return over some simulated episodes is highest."""
    means = []
    for action in range(int(gym.spaces.flatdim(env.action_space))):
        env.reset(seed=seed)
        means.append(np.mean([_constant_return(env, action) for _ in range(SIMULATED_EPISODES)]))
    return int(np.argmax(means))


def _constant_return(env: gym.Env, action: int) -> float:
    env.reset()
    total, over = 0.0, False
    while not over:
        _, reward, terminated, truncated, _ = env.step(action)
        total, over = total + float(reward), terminated or truncated
    return total
