"""What an agent believes of an action that stops to work, and how surprised it is."""

import dataclasses

import numpy as np

from ....envs.acting import act_by
from ....envs.stepping import EnvironmentList
from ...scenarios.changing import CHANGES, DEAD, TARGET
from .changes import FIXED, LEARNING, agent_of

WORLD = "ring_broken_actuator"
NOTICING_LIVES = 20
# Where the action is missed most: one step beyond the target.
STATE = TARGET + 1


@dataclasses.dataclass(frozen=True)
class Noticing:
    """Means over some lives.

    Attributes:
        column: `(episodes, K)`, `p(next state | STATE, DEAD)` as it is believed after each episode.
        surprise: by contender `(episodes,)`, variational free energy of an observation, nats.
        change: the episode with which the world changes.
    """

    column: np.ndarray
    surprise: dict[str, np.ndarray]
    change: int


def noticing(num_lives: int, seed: int) -> Noticing:
    """Lives of who learns and of who does not, in the ring whose actuator breaks.

    Args:
        num_lives: side by side.
        seed: of the first world.
    """
    surprise, columns = {}, np.zeros(0)
    for who in (LEARNING, FIXED):
        surprise[who], found = _lived(who == LEARNING, num_lives, seed)
        columns = found if who == LEARNING else columns
    return Noticing(columns, surprise, CHANGES[WORLD].episodes[0])


def _lived(learns: bool, num_lives: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    change = CHANGES[WORLD]
    agent, worlds = agent_of(change, 0, learns), [change.world() for _ in range(num_lives)]
    surprise: list[np.ndarray] = []
    columns: list[np.ndarray] = []
    state = None

    def choose(seen: np.ndarray, episode_start: np.ndarray) -> np.ndarray:
        nonlocal state
        surprise.append(agent.free_energy(seen, state, episode_start).vfe)
        action, state = agent.predict(seen, state, episode_start)
        if learns and len(surprise) % change.episode_steps == 0:
            counts = agent.counts(state, pooled=False)["pB"][0][:, :, STATE, DEAD]
            columns.append((counts / counts.sum(axis=1, keepdims=True)).mean(axis=0))
        return action

    total = sum(change.episodes) * change.episode_steps
    for _ in act_by(choose, EnvironmentList(worlds), seed):
        if len(surprise) > total:
            break
    by_episode = np.array(surprise[:total]).reshape(-1, change.episode_steps, num_lives)
    return by_episode.mean(axis=(1, 2)), np.array(columns)
