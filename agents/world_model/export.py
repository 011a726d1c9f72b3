"""A member of a world model in pymdp's form: encoder, A, B, C and D."""

import dataclasses

import gymnasium as gym
import numpy as np
from pymdp.agent import Agent
from scipy.sparse.linalg import lsqr

from ..acting.pymdp_bridge import continuous_pymdp_agent
from ..encoders.mixture_encoder import MixtureEncoder
from ..encoders.one_hot import OneHotEncoder
from ..encoders.protocol import MIN_PROBABILITY, Encoder
from ..models.generative_model import GenerativeModel
from .model import Member, Table, WorldModel
from .policy import UNUSABLE, Policy

# How much a preference for a state may be, in squared nats against a squared error of one.
SMALLNESS = 1e-3


class WithExport:
    """An agent with `world`, `policy` and a space in pymdp's form."""

    world: WorldModel
    policy: Policy
    observation_space: gym.Space

    def encoder(self, member: int = 0) -> Encoder:
        """The encoder of one member, with a last outcome "ended"; of windows where it has them."""
        space = self.observation_space
        num = int(space.n) if isinstance(space, gym.spaces.Discrete) else None
        return member_encoder(self.world, member, num)

    def model(self, member: int = 0) -> GenerativeModel:
        """A, B, C and D of one member; controls are pymdp's actions."""
        return member_model(self.world, member)

    def pymdp_agent(self, batch_size: int = 1, member: int = 0) -> Agent:
        """The genuine pymdp `Agent` of one member, with the encoder as its `preprocess_fn`.

        It looks one step ahead; what follows is in C: what each state is worth by our plan.
        """
        model, lengths = self.model(member), self.world.lengths[member]
        own = self.world.members[member]
        value = self.policy.neg_efe[member].max(axis=1)[: len(own.ended)]
        ahead = self.world.discount ** lengths.mean() * value
        C = model.C + np.append(ahead, 0.0)
        model = dataclasses.replace(model, C=C, policy_len=1)
        return continuous_pymdp_agent(self.encoder(member), model, None, batch_size)


def member_model(world: WorldModel, member: int) -> GenerativeModel:
    """K states and a last one, "ended", which nothing leaves; A is the identity.

    B is dense here: `4 (K + 1)^2 E` bytes. A reward comes with a step, pymdp's preferences are for
    what is observed after it: C is what explains the rewards best by least squares.
    """
    found = world.members[member]
    num, width = found.rewards.shape
    B = np.zeros((num + 1, num + 1, width))
    goes_on = found.transitions.multiply((1 - found.ended)[None]).tocsr()
    for control in range(width):
        B[:num, :num, control] = goes_on[control::width].toarray().T
    B[num] = 1 - B[:num].sum(axis=0)
    B = np.maximum(B, 0)
    horizon = 1 / (1 - world.discount ** float(world.lengths[member].mean()))
    return GenerativeModel(
        A=np.eye(num + 1),
        B=B / B.sum(axis=0),
        C=np.append(state_preferences(found), 0.0),
        D=np.append(found.starts if found.starts.any() else np.full(num, 1 / num), 0.0),
        policy_len=int(np.ceil(horizon)),
        use_states_info_gain=False,
        planner="dynamic_programming",
    )


def state_preferences(member: Member) -> np.ndarray:
    """`(K,)`, preferences for states whose expectation after a step is closest to its reward."""
    goes_on = member.transitions.multiply((1 - member.ended)[None]).tocsr()
    rewards = member.rewards.ravel()
    usable = rewards > UNUSABLE / 2
    return lsqr(goes_on[usable], rewards[usable], damp=np.sqrt(SMALLNESS))[0]


def member_encoder(world: WorldModel, member: int, num_values: int | None = None) -> Encoder:
    """The encoder of a member's states; its last outcome, "ended", is never seen.

    Args:
        world: the model.
        member: which.
        num_values: of a `Discrete` observation, where states are a table.

    Raises:
        ValueError: states are a table of observations of several parts.
    """
    if isinstance(world.encoder, Table):
        if num_values is None:
            raise ValueError("a table of observations of several parts has no encoder of pymdp's")
        seen = world.encoder.observations[:, 0]
        table = np.full((num_values, len(seen) + 1), np.log(MIN_PROBABILITY), np.float32)
        table[seen, np.arange(len(seen))] = 0.0
        config = {"num_values": num_values, "num_indices": len(seen) + 1, "temperature": 1.0}
        return OneHotEncoder.restored(config, {"table": table})
    num = len(world.members[member].ended)
    encoder = world.encoder
    used = np.abs(encoder.matrix[member]).sum(axis=0) > 0
    return MixtureEncoder(
        encoder.shift[member],
        encoder.matrix[member][:, used],
        encoder.prototypes[member][:num][:, used],
        encoder.spacing[member][:num],
    )
