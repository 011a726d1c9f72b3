"""Which planner a model gets, and whether it fits in memory."""

import math

from ..models.checks import check_count_within
from ..models.generative_model import GenerativeModel
from .goal import steps_to_goal
from .protocol import AUTO, PLANNERS, Planner
from .tree import PolicyTree

# What the arrays of a planner may take; a batch of beliefs comes on top.
MAX_BYTES = 2**30
# How many different prefixes are looked for where there is no memory for all.
MOST_PREFIXES = 2000


class TooManyPoliciesError(ValueError):
    """Policies of a length do not fit in memory."""


def build_planner(model: GenerativeModel) -> Planner:
    """The planner that `model.planner` names, or for `"auto"` that fits the model.

    Raises:
        ValueError: there is none of that name, its policies would not fit in memory, or it cannot
            use the model's E or information about parameters.
    """
    name, joint = resolved_planner(model), model.joint
    if not values_information(model):
        raise ValueError(
            f"planner {name!r} cannot have use_param_info_gain: take 'tree' or engine='pymdp'"
        )
    sizes = joint.num_states, joint.num_outcomes, joint.num_actions, joint.policy_len
    try:
        check_policies(*sizes, name)
    except TooManyPoliciesError:
        if name != "tree":
            raise
        # So many policies may still have few prefixes that differ.
        of_each = PolicyTree.num_bytes(joint.num_states, joint.num_outcomes, 1, 1)
        try:
            return PolicyTree(joint, min(MOST_PREFIXES, MAX_BYTES // of_each))
        except MemoryError:
            pass
        raise
    return PLANNERS.find(name)(joint)


def resolved_planner(model: GenerativeModel) -> str:
    """The planner's name: `"auto"` is the tree where it sees the goal from everywhere.

    It is the tree also for several factors, for of those some are found out and not reached, and
    where information about parameters has a value.
    """
    if model.planner != AUTO:
        return model.planner
    if len(model.joint.num_states_by_factor) > 1 or model.joint.novelty is not None:
        return "tree"
    return "tree" if steps_to_goal(model) <= model.policy_len else "inductive"


def values_information(model: GenerativeModel) -> bool:
    """Whether information about parameters has a value to the model's planner, if it is to have."""
    planner = PLANNERS.find(model.planner)
    return not model.use_param_info_gain or getattr(planner, "weighs_novelty", False)


def check_policies(
    num_states: int, num_outcomes: int, num_actions: int, policy_len: int, planner: str
) -> None:
    """Raises TooManyPoliciesError when all policies of this length do not fit in memory.

    Searches (`"sophisticated"`, `"mcts"`) do not hold them, and always pass. What `"auto"` will be
    is not known without a model: it is held to the tree's needs.
    """
    check_count_within("policy_len", policy_len)
    kind = PLANNERS.find(planner)

    def fits(length: int) -> bool:
        return kind.num_bytes(num_states, num_outcomes, num_actions, length) <= MAX_BYTES

    # Few actions make long policies; a bound that ends the search also for a single action.
    longest = next((n for n in range(policy_len) if not fits(n + 1)), policy_len)
    if policy_len > longest:
        # Written out only where that is shorter than the sentence around it.
        is_short = policy_len * math.log10(num_actions + 1) < 20
        count = f"{num_actions**policy_len:,}" if is_short else f"{num_actions}^{policy_len}"
        raise TooManyPoliciesError(
            f"policy_len={policy_len} makes {count} policies of {num_actions} "
            f"actions, more than fit in memory with {num_states} states: take policy_len up to "
            f"{longest}, with planner='inductive' for goals that are farther away"
        )
