"""Planning in a world model, and deciding by what was planned."""

import dataclasses

import numpy as np
from scipy import sparse

from ..planning.policy_iteration import Plan, plan
from .ensemble import MixtureEnsemble, padded_values
from .memory import Memory
from .model import Member, Table, WorldModel

# What a control that must not be chosen is worth.
UNUSABLE = -1e9


@dataclasses.dataclass(frozen=True)
class Policy:
    """What each control is worth in each state of each member.

    Attributes:
        encoder: of observations.
        neg_efe: `(M, K, E)`, negative expected free energy from now on.
        actions: `(E,)` int, number of the action of each control.
        lengths: `(E,)` int, steps for which it is held.
    """

    encoder: MixtureEnsemble | Table
    neg_efe: np.ndarray
    actions: np.ndarray
    lengths: np.ndarray

    def values(self, windows: np.ndarray) -> np.ndarray:
        """`(N, V)` to what each control is worth, `(N, E)`: expected over members and states."""
        return self.encoder.expected(windows, self.neg_efe)

    def act(self, memory: Memory, control: np.ndarray | None = None) -> Memory:
        """The memory with the action to take now, and how long it is held after that.

        Args:
            memory: with the newest observation in its window.
            control: `(N,)` int, what to begin where nothing is held; None takes the best.
        """
        free = np.flatnonzero(memory.remaining <= 0)
        action, remaining = memory.action.copy(), memory.remaining - 1
        if len(free):
            if control is None:
                chosen = np.argmax(self.values(memory.window[free]), axis=1)
            else:
                chosen = control[free]
            action[free], remaining[free] = self.actions[chosen], self.lengths[chosen] - 1
        return Memory(memory.window, action, remaining)


def discounted(member: Member, lengths: np.ndarray, discount: float) -> sparse.csr_array:
    """Transitions in which the episode goes on, times the discount of the control's length."""
    rows = np.tile(discount**lengths, len(member.ended))
    return member.transitions.multiply(rows[:, None]).multiply((1 - member.ended)[None]).tocsr()


def novelty(member: Member, lengths: np.ndarray) -> np.ndarray:
    """`(K, E)`, what trying each control would tell about the model: nats for each of its steps."""
    return lengths / (1 + member.counts)


def reward_plan(
    member: Member, lengths: np.ndarray, discount: float, unknown: float, start=None
) -> Plan:
    """The plan whose preference is the reward itself.

    Args:
        member: the discretisation.
        lengths: `(E,)`, steps of each control.
        discount: of a step.
        unknown: what a nat of novelty is worth. Above 0 explores. Below 0 stays where the model
            knows what happens: planning would choose what it errs in (Kidambi et al. 2020).
        start: policy to begin with.
    """
    gain = member.rewards + unknown * novelty(member, lengths)
    return plan(discounted(member, lengths, discount), gain, start)


def preference_plan(
    member: Member, lengths: np.ndarray, discount: float, preference: np.ndarray
) -> Plan:
    """The plan for other preferences, nats for each step in a state, `(K,)`.

    While a control lasts, the way there counts half as where it began, half as where it leads.
    """
    num_states, num_controls = member.rewards.shape
    goes_on = member.transitions.multiply((1 - member.ended)[None]).tocsr()
    after = (goes_on @ preference).reshape(num_states, num_controls)
    steps = (1 - discount**lengths) / (1 - discount)
    gain = steps * (after + np.where(lengths > 1, (preference[:, None] + after) / 2 - after, 0))
    gain = np.where(member.rewards <= UNUSABLE / 2, UNUSABLE, gain)
    return plan(discounted(member, lengths, discount), gain)


def world_policy(world: WorldModel, preferences: list[np.ndarray] | None = None) -> Policy:
    """The policy of a world model.

    Args:
        world: the model.
        preferences: `(K,)` for each member, see `preference_plan`; None prefers rewards.
    """
    values = []
    for place, member in enumerate(world.members):
        lengths = world.lengths[place]
        if preferences is None:
            unknown = -world.caution * world.reward_scale
            found = reward_plan(member, lengths, world.discount, unknown)
        else:
            found = preference_plan(member, lengths, world.discount, preferences[place])
        values.append(found.neg_efe)
    return joined_policy(world, values)


def joined_policy(world: WorldModel, values: list[np.ndarray]) -> Policy:
    """The policy by given values `(K, E)` of each member; controls mean what the last one's do."""
    if isinstance(world.encoder, Table):
        size = len(world.encoder.observations) + 1
    else:
        size = world.encoder.spacing.shape[1]
    return Policy(world.encoder, padded_values(values, size), world.actions, world.lengths[-1])
