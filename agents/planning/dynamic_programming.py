"""Planning by dynamic programming: what acting well from a state is worth, for any horizon."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..models.generative_model import Model
from .protocol import Explanation, explained
from .without_policies import WeighsActions, refuse_prior


class DynamicProgrammingPlanner(WeighsActions):
    """Backward induction of expected free energy over states, `policy_len` steps deep.

    The last action is worth its expected utility and information gain; every one before that, and
    the best that can follow (Paul et al. 2021, "Active inference for stochastic control"). Cost
    grows linearly with `policy_len`, so horizons of hundreds of steps are cheap. What follows is
    planned as if the state were seen by then (QMDP): where observations tell little, a search such
    as `"sophisticated"` sees more.

    Attributes:
        utility: `(K, U)`, expected utility of the next observation, nats.
        info_gain: `(K, U)`, its expected information gain about the next state.
        beyond: `(K, U)`, what the best actions after that are worth.
    """

    weighs_novelty = True

    utility: Float[Array, "K U"]
    info_gain: Float[Array, "K U"]
    beyond: Float[Array, "K U"]

    def __init__(self, model: Model, xp: Any = np) -> None:
        """Of a model; `xp` is `jax.numpy` where A, B or novelty are traced."""
        refuse_prior(model, "dynamic_programming")
        joint = model.joint
        utility, gain = immediate(joint, xp)
        beyond = _beyond(joint.B, utility + gain, joint.policy_len - 1, xp)
        parts = (jnp.asarray(part, jnp.float32) for part in (utility, gain, beyond))
        self.utility, self.info_gain, self.beyond = parts
        self.gamma = joint.gamma

    @property
    def neg_efe(self) -> Float[Array, "K U"]:
        """What each action is worth in each state."""
        return self.utility + self.info_gain + self.beyond

    def values(self, belief: Float[Array, "N K"]) -> Float[Array, "N U"]:
        """What each action is worth on average over each belief."""
        return belief @ self.neg_efe

    def explain(self, model: Model, beliefs: np.ndarray) -> Explanation:
        """What spoke for each next action; utility counts what follows."""
        utility = np.asarray(beliefs @ np.asarray(self.utility + self.beyond))
        info_gain = np.asarray(beliefs @ np.asarray(self.info_gain))
        posterior = jax.nn.softmax(self.gamma * (utility + info_gain), axis=-1)
        none = np.zeros_like(utility)
        return explained(utility, info_gain, none, np.asarray(posterior), model.num_actions)

    @property
    def num_multiplications(self) -> int:
        """Of `numpy_best_action` for one belief."""
        return int(self.utility.size)

    def numpy_best_action(self, belief: np.ndarray) -> np.ndarray:
        """`best_action` in NumPy."""
        return np.argmax(belief @ self.neg_efe, axis=-1)


def immediate(model: Model, xp: Any = np) -> tuple[Any, Any]:
    """`(K, U)` each: expected utility and state information gain of an action in a known state.

    The gain is the mutual information of next state and next observation, 0 where
    `use_states_info_gain` is false, and what is learned about A and B, where that has a value.
    """
    joint = model.joint
    A, B, preference = (xp.asarray(array, float) for array in (joint.A, joint.B, joint.C))
    seen = xp.einsum("os,sku->oku", A, B)
    utility = xp.einsum("o,oku->ku", preference, seen)
    learned = xp.zeros_like(utility) if joint.novelty is None else joint.novelty
    if not joint.use_states_info_gain:
        return utility, learned
    ambiguity = _entropy(A, xp)
    gain = xp.maximum(_entropy(seen, xp) - xp.einsum("s,sku->ku", ambiguity, B), 0)
    return utility, gain + learned


def _beyond(B: Any, now: Any, num_steps: int, xp: Any) -> Any:
    """`(K, U)`, what the best actions after the first are worth, `num_steps` of them."""

    def earlier(_: Any, value: Any) -> Any:
        return (now + _expected(B, value, xp)).max(axis=1)

    value = xp.zeros(len(now), now.dtype)
    if xp is np:
        for step in range(num_steps):
            value = earlier(step, value)
    else:
        value = jax.lax.fori_loop(0, num_steps, earlier, value)
    return _expected(B, value, xp)


def _entropy(probabilities: Any, xp: Any) -> Any:
    """Of distributions along the first axis, nats."""
    logs = xp.log(xp.where(probabilities > 0, probabilities, 1.0))
    return -(probabilities * logs).sum(axis=0)


def _expected(B: Any, value: Any, xp: Any) -> Any:
    return xp.einsum("nsu,n->su", B, value)
