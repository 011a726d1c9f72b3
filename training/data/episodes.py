"""Episodes of anybody's acting, in the layouts that other libraries learn from."""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

import gymnasium as gym
import jax
import numpy as np

from ...envs.acting import Steps, act_by, chosen_by
from ...envs.batches import batch
from ...envs.vectors import environments


class Episode(NamedTuple):
    """T steps of one episode.

    Attributes:
        observations: the T + 1 observations, with a first axis; dicts and tuples of such arrays.
        actions: `(T, ...)`, as the environment took them.
        rewards: `(T,)` float64.
        terminated: whether the episode ended in the task; else it was cut by a limit of time, or
            by the end of collecting.
    """

    observations: Any
    actions: np.ndarray
    rewards: np.ndarray
    terminated: bool


@dataclasses.dataclass(frozen=True)
class Episodes:
    """Episodes, and the spaces that their observations and actions are of."""

    episodes: list[Episode]
    observation_space: gym.Space
    action_space: gym.Space

    @property
    def num_steps(self) -> int:
        """Steps in all episodes together."""
        return sum(len(episode.actions) for episode in self.episodes)

    def transitions(self) -> dict[str, Any]:
        """Arrays by the names of imitation's `TransitionsWithRew`, episode after episode.

        `TransitionsWithRew(**episodes.transitions())`; N steps.

        Returns:
            `obs` and `next_obs` `(N, ...)`, `acts` `(N, ...)`, `rews` `(N,)`, `dones` `(N,)` bool,
            true where an episode terminated, and `infos` `(N,)`, empty dicts.
        """
        seen = [e.observations for e in self.episodes]
        return {
            "obs": _joined([jax.tree.map(lambda part: part[:-1], one) for one in seen]),
            "next_obs": _joined([jax.tree.map(lambda part: part[1:], one) for one in seen]),
            "acts": np.concatenate([e.actions for e in self.episodes]),
            "rews": np.concatenate([e.rewards for e in self.episodes]),
            "dones": np.concatenate([_last(e) & e.terminated for e in self.episodes]),
            "infos": np.array([{} for _ in range(self.num_steps)], object),
        }

    def to_minari(self, dataset_id: str, **metadata) -> Any:
        """Writes a Minari dataset (HDF5) to Minari's own folder; needs `minari[hdf5,create]`.

        Images are stored without loss. `minari.load_dataset(dataset_id)` reads it.

        Args:
            dataset_id: such as `"cartpole/active-inference-v0"`.
            metadata: what `minari.create_dataset_from_buffers` takes, such as `env`, `author`.

        Returns:
            The `MinariDataset`.

        Raises:
            ValueError: Minari has a dataset of that name.
        """
        import minari
        from minari.data_collector import EpisodeBuffer

        buffers = [
            EpisodeBuffer(
                id=number,
                observations=episode.observations,
                actions=episode.actions,  # pyright: ignore[reportArgumentType]
                rewards=episode.rewards.tolist(),
                terminations=(_last(episode) & episode.terminated).tolist(),
                truncations=(_last(episode) & (not episode.terminated)).tolist(),
            )
            for number, episode in enumerate(self.episodes)
        ]
        spaces = {name: getattr(self, name) for name in ("observation_space", "action_space")}
        form = {"data_format": "hdf5", "jpeg_encoding": False}
        return minari.create_dataset_from_buffers(dataset_id, buffers, **spaces, **form, **metadata)


def collect_episodes(
    agent, envs, num_steps: int, seed: int = 0, deterministic: bool = True
) -> Episodes:
    """Acts, and keeps all that was seen, done and received; what is not finished is kept, too.

    Args:
        agent: has SB3's `predict`: ours, or an algorithm or policy of SB3. None draws actions
            uniformly.
        envs: as of `aifgym.training.act`.
        num_steps: in all environments together, at least; the steps of all environments count.
        seed: of the first reset, and of the actions where there is no agent.
        deterministic: as of `predict`.

    Returns:
        The episodes in the order in which they ended, then those that go on.

    Raises:
        TypeError: `envs` are no environments.
        ValueError: `num_steps` is below 1.
    """
    if num_steps < 1:
        raise ValueError(f"num_steps must be at least 1, got {num_steps}")
    worlds = environments(envs)
    if agent is None:
        drawn = gym.vector.utils.batch_space(worlds.action_space, worlds.num_envs)
        drawn.seed(seed)
        choose = lambda *_: drawn.sample()  # noqa: E731
    else:
        choose = chosen_by(agent, deterministic)
    episodes = collected(act_by(choose, worlds, seed), num_steps)
    return Episodes(episodes, worlds.observation_space, worlds.action_space)


def collected(steps: Iterator[Steps], num_steps: int) -> list[Episode]:
    """At least the next `num_steps` of what is acted, all environments counted.

    Returns:
        The episodes in the order in which they ended, then those that go on.
    """
    ended, running, count = [], {}, 0
    while count < num_steps:
        step = next(steps)
        count += int(step.valid.sum())
        ended += _taken(step, running)
    return ended + [_episode(running[place]) for place in sorted(running)]


def _taken(step: Steps, running: dict[int, list[tuple]]) -> list[Episode]:
    """Adds a step to the episodes that go on; those that are over with it."""
    over = []
    parts = step.observation, step.action, step.reward, step.next_observation, step.terminated
    for place in range(len(step.valid)):
        if step.valid[place]:
            row = tuple(jax.tree.map(lambda part: part[place], part) for part in parts)  # noqa: B023
            running.setdefault(place, []).append(row)
        if step.begins[place] and place in running:
            over.append(_episode(running.pop(place)))
    return over


def _episode(rows: list[tuple]) -> Episode:
    observations, actions, rewards, following, terminated = zip(*rows)
    seen = batch([*observations, following[-1]])
    return Episode(seen, np.stack(actions), np.array(rewards, float), bool(terminated[-1]))


def _last(episode: Episode) -> np.ndarray:
    """`(T,)` bool, true at the last step."""
    return np.arange(len(episode.actions)) == len(episode.actions) - 1


def _joined(parts: list) -> Any:
    return jax.tree.map(lambda *arrays: np.concatenate(arrays), *parts)
