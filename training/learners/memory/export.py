"""A machine as a generative model of pymdp's kind, and the agent that acts with it."""

from typing import Any

import gymnasium as gym
import numpy as np

from ....agents.agent import ActiveInferenceEncoderAgent
from ....agents.encoders.modalities import ModalityEncoders
from ....agents.encoders.one_hot import OneHotEncoder, UnseenEncoder
from ....agents.encoders.protocol import MIN_PROBABILITY
from ....agents.models.generative_model import GenerativeModel
from .episodes import Episodes
from .machine import Machine

# What is a step later counts so much less: an episode may be over after any step.
DISCOUNT = 0.97
# Share of steps after which one may be anywhere, so that who is surprised finds back.
LOST = 1e-3
# Steps that planning looks ahead at most.
LONGEST = 100


def memory_agent(
    machine: Machine,
    data: Episodes,
    space: gym.spaces.Discrete,
    planner: str,
    seed: int,
    settings: dict[str, Any],
) -> ActiveInferenceEncoderAgent:
    """The agent that remembers by a machine's states."""
    model = machine_model(machine, data, planner)
    num_values = int(space.n)
    table = np.full((num_values, data.num_symbols + 1), np.log(MIN_PROBABILITY), np.float32)
    table[data.values, np.arange(data.num_symbols)] = 0.0
    config = {"num_values": num_values, "num_indices": data.num_symbols + 1, "temperature": 1.0}
    seen = OneHotEncoder.restored(config, {"table": table})
    parts: list[Any] = [seen, UnseenEncoder(model.num_outcomes[1])]
    encoder = ModalityEncoders(parts)
    return ActiveInferenceEncoderAgent(encoder, model, settings=settings, seed=seed, engine="joint")


def machine_model(machine: Machine, data: Episodes, planner: str) -> GenerativeModel:
    """States of the machine as those of one hidden factor, with what the step before brought.

    Where rewards differ while the episode goes on, a state is there once for each (for the least
    and the greatest, where there are more: then their mean is right). Each ending is a state of
    its own, followed by "over", which nothing leaves. The first modality is what is observed, and
    last "ended"; the second the reward, which is preferred as it is, and never seen.
    """
    levels, shares = _levels(machine, data)
    size, endings = len(machine.symbols), np.flatnonzero(data.closes)
    B = np.zeros((size * len(levels) + len(endings) + 1,) * 2 + (data.num_actions,))
    lost = np.full(size, LOST / size)
    moves = (1 - LOST) * machine.transitions + lost
    for place in range(len(levels)):
        after = shares[:, :, place, None] * moves
        rows = slice(place * size, (place + 1) * size)
        for copy in range(len(levels)):
            B[rows, copy * size : (copy + 1) * size] = DISCOUNT * after.transpose(2, 1, 0)
    for place, ending in enumerate(endings):
        chance = DISCOUNT * machine.outcomes[:, :, ending].T
        B[size * len(levels) + place, : size * len(levels)] = np.tile(chance, (len(levels), 1))
    B[-1] = 1 - B[:-1].sum(axis=0)
    rewards = np.unique([0.0, *levels, *data.rewards[endings]])
    of_states = [*np.repeat(levels, size), *data.rewards[endings], 0.0]
    A_reward = (rewards[:, None] == np.array(of_states)).astype(float)
    shown = [*np.tile(machine.symbols, len(levels)), *[data.num_symbols] * (len(endings) + 1)]
    A_seen = np.eye(data.num_symbols + 1)[:, shown]
    D = np.zeros(len(B))
    D[:size] = machine.first
    kept = (B.sum(axis=(1, 2)) > 0) | (D > 0)
    A = [A_seen[:, kept], A_reward[:, kept]]
    C = [np.zeros(data.num_symbols + 1), rewards]
    return GenerativeModel(
        A,
        [B[kept][:, kept]],
        C,
        [D[kept]],
        policy_len=min(LONGEST, max(int(data.lengths[0]), 2)),
        use_states_info_gain=False,
        planner=planner,
        unseen=[1],
    )


def _levels(machine: Machine, data: Episodes) -> tuple[np.ndarray, np.ndarray]:
    """Rewards `(L,)` while an episode goes on, and `(U, S, L)`, how likely each is."""
    going = np.flatnonzero(~data.closes)
    if not len(going):
        return np.zeros(1), np.zeros((*machine.outcomes.shape[:2], 1))
    rewards, chances = data.rewards[going], machine.outcomes[:, :, going]
    if len(going) <= 2:
        return rewards, chances
    ends = rewards[[0, -1]]
    share = (rewards - ends[0]) / (ends[1] - ends[0])
    high = chances @ share
    return ends, np.stack([chances.sum(axis=2) - high, high], axis=2)
