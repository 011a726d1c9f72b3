"""Episodes as replay buffers of Stable-Baselines3."""

from typing import Any

import gymnasium as gym
import jax
import numpy as np
from stable_baselines3.common.buffers import DictReplayBuffer, ReplayBuffer

from ..data.episodes import Episodes


def replay_buffer(episodes: Episodes, buffer_size: int | None = None) -> ReplayBuffer:
    """A replay buffer that holds the episodes, as DQN's `replay_buffer`.

    Ends by a limit of time are marked as such, so that SB3 bootstraps there.

    Args:
        episodes: see `aifgym.training.collect_episodes`.
        buffer_size: room for so many steps; None for as many as there are. Where there are more,
            the oldest ones are lost.
    """
    spaces: Any = episodes.observation_space, episodes.action_space
    kind = DictReplayBuffer if isinstance(spaces[0], gym.spaces.Dict) else ReplayBuffer
    buffer = kind(buffer_size or episodes.num_steps, *spaces, device="cpu")
    for seen, actions, rewards, terminated in episodes.episodes:
        for t in range(len(actions)):
            now, following = (jax.tree.map(lambda part: part[None, t + k], seen) for k in (0, 1))  # noqa: B023
            done = np.array([t == len(actions) - 1])
            infos = [{"TimeLimit.truncated": bool(done[0] and not terminated)}]
            buffer.add(now, following, actions[None, t], rewards[None, t], done, infos)
    return buffer
