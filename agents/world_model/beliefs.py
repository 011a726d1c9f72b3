"""What a world model believes and expects: of its states, its controls, the next observation."""

from typing import NamedTuple

import numpy as np

from .memory import Memory
from .model import Member, Table, WorldModel


class WorldExplanation(NamedTuple):
    """What spoke for each control, for N observations and E controls.

    Attributes:
        neg_efe: `(N, E)`, negative expected free energy from now on.
        action_probs: `(N, E)`, posterior over controls.
        reward: `(N, E)`, expected reward while the control lasts.
        ended: `(N,)`, probability that the episode has ended already.
        novelty: `(N, E)`, nats that trying the control would tell about the model.
        actions: `(E,)`, number of the action of each control.
        lengths: `(E,)`, steps for which it is held.
    """

    neg_efe: np.ndarray
    action_probs: np.ndarray
    reward: np.ndarray
    ended: np.ndarray
    novelty: np.ndarray
    actions: np.ndarray
    lengths: np.ndarray


def joint_beliefs(world: WorldModel, windows: np.ndarray) -> np.ndarray:
    """`(N, S)` float32, the posterior over the states of all members, which are one hidden state.

    Args:
        world: with S states, those of a member together; of a table there is a last one more, for
            what was never seen.
        windows: `(N, V)`.
    """
    states, weight = world.encoder.encode(windows)
    sizes = [len(member.ended) + isinstance(world.encoder, Table) for member in world.members]
    beliefs = np.zeros((len(windows), sum(sizes)), np.float32)
    rows = np.arange(len(windows))[:, None]
    for place, (size, first) in enumerate(zip(sizes, np.cumsum(sizes) - sizes)):
        # Padding, which has no weight, may be among the nearest of a small member.
        own = first + np.minimum(states[:, place], size - 1)
        np.add.at(beliefs, (rows, own), weight[:, place] / len(sizes))
    return beliefs


def first_seen(world: WorldModel, dim: int) -> np.ndarray:
    """`(D,)`, the mean observation where episodes begin, by all members.

    Args:
        world: of vectors; its windows begin with the newest observation.
        dim: D.
    """
    return np.mean([_starts(member) @ member.looks[:, :dim] for member in world.members], axis=0)


def foreseen(world: WorldModel, memory: Memory, dim: int) -> np.ndarray:
    """`(N, D)`, the mean observation one step after that in the memory, by all members.

    A control that holds its action for several steps is taken to move evenly.

    Args:
        world: of vectors.
        memory: before the step: the window, and the action that was taken.
        dim: D.
    """
    states, weight = world.encoder.encode(memory.window)
    control = np.argmax(world.actions == memory.action[:, None], axis=1)
    moves = []
    for place, (member, lengths) in enumerate(zip(world.members, world.lengths)):
        looks = member.looks[:, :dim]
        ahead = (member.transitions @ looks).reshape(len(looks), len(lengths), dim)
        here = np.minimum(states[:, place], len(looks) - 1)
        move = ahead[here, control[:, None]] - looks[here]
        mean = np.einsum("nk,nkd->nd", weight[:, place], move)
        moves.append(mean / lengths[control][:, None])
    return memory.window[:, :dim] + np.mean(moves, axis=0)


def _starts(member: Member) -> np.ndarray:
    total = member.starts.sum()
    return member.starts / total if total else np.full(len(member.starts), 1 / len(member.starts))
