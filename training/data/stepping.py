"""Environments of any library, N side by side, stepped the same way."""

from typing import Any, NamedTuple, Protocol

import gymnasium as gym
import numpy as np

from ...agents.acting.modalities import as_taken


class Stepped(NamedTuple):
    """What one step brought, in N environments.

    Attributes:
        observations: of the step, the last ones of episodes too.
        rewards: `(N,)`.
        ended: `(N,)` bool, the episode terminated.
        restarted: `(N,)` bool, another episode begins with the next step.
        next_observations: what the next action is chosen on.
        valid: `(N,)` bool, false where the environment did not act but was reset.
        info: what the environments said besides, in their own form.
    """

    observations: Any
    rewards: np.ndarray
    ended: np.ndarray
    restarted: np.ndarray
    next_observations: Any
    valid: np.ndarray
    info: Any


class Environments(Protocol):
    """N environments side by side."""

    observation_space: gym.Space
    action_space: gym.Space
    num_envs: int

    def reset(self, seed: int | None) -> Any:
        """Resets all; observations with a first axis."""
        ...

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts in all; those whose episode ended are reset."""
        ...


def environments(source) -> Environments:
    """The environments of a Gymnasium id, a Gymnasium or SB3 environment, single or vector.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(source, str):
        source = gym.make(source)
    if isinstance(source, gym.Env):
        return SingleEnvironment(source)
    if isinstance(source, gym.vector.VectorEnv):
        return GymnasiumVector(source)
    if all(hasattr(source, name) for name in ("step_async", "step_wait", "num_envs", "seed")):
        return StableBaselinesVector(source)
    raise TypeError(
        "env must be an id, a gymnasium.Env, a Gymnasium vector environment or a "
        f"VecEnv of Stable-Baselines3, got {type(source)}"
    )


class SingleEnvironment:
    """One Gymnasium environment."""

    num_envs = 1

    def __init__(self, env: gym.Env) -> None:
        self._env = env
        self.observation_space, self.action_space = env.observation_space, env.action_space

    def reset(self, seed: int | None) -> Any:
        """Resets it."""
        return batch([self._env.reset(seed=seed)[0]])

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts; a finished episode is followed by another one."""
        taken = as_taken(actions[0])
        observation, reward, terminated, truncated, info = self._env.step(taken)
        ends = bool(terminated or truncated)
        seen = batch([observation])
        following = batch([self._env.reset()[0]]) if ends else seen
        rewards, ended = np.array([float(reward)]), np.array([bool(terminated)])
        return Stepped(seen, rewards, ended, np.array([ends]), following, np.array([True]), info)


class GymnasiumVector:
    """A Gymnasium vector environment of any autoreset mode."""

    def __init__(self, env: gym.vector.VectorEnv) -> None:
        self._env, self.num_envs = env, env.num_envs
        self.observation_space = env.single_observation_space
        self.action_space = env.single_action_space
        mode = env.metadata.get("autoreset_mode", gym.vector.AutoresetMode.NEXT_STEP)
        self._mode = gym.vector.AutoresetMode(mode)
        self._resets = np.zeros(env.num_envs, bool)

    def reset(self, seed: int | None) -> Any:
        """Resets all."""
        self._resets[:] = False
        return self._env.reset(seed=seed)[0]

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts in all."""
        observations, rewards, terminated, truncated, info = self._env.step(actions)
        ends = terminated | truncated
        valid = ~self._resets
        if self._mode == gym.vector.AutoresetMode.SAME_STEP:
            final = replaced(observations, ends, info.get("final_obs"))
            return Stepped(final, rewards, terminated, ends, observations, valid, info)
        if self._mode == gym.vector.AutoresetMode.NEXT_STEP:
            # Where an episode ended, the next call of `step` resets and its action is not used.
            restarted, self._resets = self._resets, ends.copy()
            return Stepped(observations, rewards, terminated, restarted, observations, valid, info)
        following = observations
        if ends.any():
            following, _ = self._env.reset(options={"reset_mask": ends})
        return Stepped(observations, rewards, terminated, ends, following, valid, info)


class StableBaselinesVector:
    """A `VecEnv` of Stable-Baselines3.

    Of a `VecNormalize`, what it wraps is seen: its statistics move while one learns.
    """

    def __init__(self, env) -> None:
        self._env, self.num_envs = env, env.num_envs
        self.observation_space, self.action_space = env.observation_space, env.action_space
        # Not `hasattr` of the environment itself: wrappers pass on what is inside of them.
        self._normalizes = hasattr(type(env), "get_original_obs")

    def reset(self, seed: int | None) -> Any:
        """Resets all."""
        if seed is not None:
            self._env.seed(seed)
        observations = self._env.reset()
        return self._env.get_original_obs() if self._normalizes else observations

    def step(self, actions: np.ndarray) -> Stepped:
        """Acts in all."""
        observations, rewards, ends, infos = self._env.step(actions)
        cut = np.array([bool(info.get("TimeLimit.truncated")) for info in infos])
        last = [info.get("terminal_observation") for info in infos]
        if self._normalizes:
            observations, rewards = self._env.get_original_obs(), self._env.get_original_reward()
            last = [None if one is None else self._env.unnormalize_obs(one) for one in last]
        final = replaced(observations, ends, np.array([*last, None], object)[:-1])
        valid = np.ones(self.num_envs, bool)
        return Stepped(final, rewards, ends & ~cut, ends, observations, valid, infos)


def batch(observations: list) -> Any:
    """Observations with a first axis; dicts and tuples part by part."""
    first = observations[0]
    if isinstance(first, dict):
        return {key: batch([observation[key] for observation in observations]) for key in first}
    if isinstance(first, tuple):
        return tuple(batch(list(parts)) for parts in zip(*observations))
    return np.stack([np.asarray(observation) for observation in observations])


def replaced(observations, where: np.ndarray, others) -> Any:
    """A copy of a batch with `others[n]` in place `n` where that holds."""
    if isinstance(observations, dict):
        parts = observations.items()
        return {k: replaced(v, where, _parts(others, where, k)) for k, v in parts}
    if isinstance(observations, tuple):
        return tuple(
            replaced(part, where, _parts(others, where, place))
            for place, part in enumerate(observations)
        )
    copy = np.array(observations)
    for place in np.flatnonzero(where):
        copy[place] = others[place]
    return copy


def _parts(others, where: np.ndarray, key):
    if isinstance(others, dict | tuple):  # Gymnasium may lay out final observations part by part.
        return others[key]
    return {place: others[place][key] for place in np.flatnonzero(where)}
