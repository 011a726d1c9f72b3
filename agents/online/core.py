"""What an agent that learns is made of, and what it carries from step to step."""

from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from pymdp.maths import log_stable

from ..acting.decision import in_single_precision
from ..encoders.protocol import Encoder
from ..models.flattening import joint_actions, joint_belief, joint_likelihood, joint_transitions
from ..models.generative_model import GenerativeModel
from ..models.joint import JointModel
from ..models.novelty import expected_gain, joint_novelty
from .counts import Part, by_array, learned_parts, means, prior_counts, total_counts
from .settings import Learning


class Memory(NamedTuple):
    """What is carried from step to step, with a first axis N where there are many.

    Attributes:
        belief: `(K,)`, `q(s_t)`.
        action: `()` int32, the joint action `a_t`.
        steps: `()` int32, observations that `phi` is made of.
        kept: `(columns,)`, share of the prior that is left.
        added: `(n,)`, counts that were learned.
        phi: `(K, n)`, expected counts not added yet, for each present state.
    """

    belief: Float[Array, "*N K"]
    action: Int[Array, "*N"]
    steps: Int[Array, "*N"]
    kept: Float[Array, "*N columns"]
    added: Float[Array, "*N n"]
    phi: Float[Array, "*N K n"]


class LearningCore(eqx.Module):
    """What deciding and learning need.

    Attributes:
        encoder: of all modalities.
        log_usage: `(K,)` of a single encoder that is fed as scaled likelihoods, else None.
        given: A, B and D as the model has them, by letter.
        prior: `(n,)`, counts to begin with.
        picks: which entry of each array a joint state means: `(K, columns of A_m)` per modality,
            `(K, columns of B_f)` and `(K, K_f)` per factor, one-hot.
        joint: the model's factors flattened into one, for planning.
        learning, parts: what is learned.
        A_rows, B_rows: the factors that each A and B depends on.
        num_states, num_controls: of each factor.
        by_modality: whether the encoder gives `log p(x | o)` of several modalities.
    """

    encoder: Encoder
    log_usage: Float[Array, " K"] | None
    given: dict[str, tuple[Array, ...]]
    prior: Float[Array, " n"]
    picks: dict[str, tuple[Array, ...]]
    joint: JointModel = eqx.field(static=True)
    learning: Learning = eqx.field(static=True)
    parts: tuple[Part, ...] = eqx.field(static=True)
    A_rows: tuple[tuple[int, ...], ...] = eqx.field(static=True)
    B_rows: tuple[tuple[int, ...], ...] = eqx.field(static=True)
    num_states: tuple[int, ...] = eqx.field(static=True)
    num_controls: tuple[int, ...] = eqx.field(static=True)
    by_modality: bool = eqx.field(static=True)

    def __init__(self, encoder, model: GenerativeModel, usage, learning: Learning) -> None:
        self.encoder, self.by_modality = in_single_precision(encoder), model.has_lists
        self.log_usage = None if usage is None else jnp.asarray(log_stable(jnp.asarray(usage)))
        self.learning, self.parts = learning, learned_parts(model, learning)
        factors = model.factors
        self.given = {x: tuple(map(jnp.asarray, getattr(factors, x))) for x in "ABD"}
        self.prior = jnp.asarray(prior_counts(model, self.parts, learning.max_count))
        self.joint, self.num_states = model.joint, factors.num_states
        self.num_controls = factors.num_controls
        self.A_rows, self.B_rows = factors.A_dependencies, factors.B_dependencies
        own = [(factor,) for factor in range(len(self.num_states))]
        rows = {"A": factors.A_dependencies, "B": factors.B_dependencies, "D": own}
        self.picks = {x: tuple(_pick(self.num_states, row) for row in rows[x]) for x in rows}


def _pick(num_states: tuple[int, ...], row: tuple[int, ...]) -> Array:
    """`(K, values of the factors in row)`, one-hot: what a joint state says about these."""
    values = np.stack(np.unravel_index(np.arange(np.prod(num_states)), num_states))
    sizes = [num_states[factor] for factor in row]
    place = np.ravel_multi_index(tuple(values[list(row)]), sizes)
    return jnp.asarray(np.eye(int(np.prod(sizes)), dtype=np.float32)[place])


class Tables(NamedTuple):
    """A per modality, B and D on the joint states, and novelty, as they are believed now."""

    A: list[Float[Array, "O_m K"]]
    B: Float[Array, "K K U"]
    D: Float[Array, " K"]
    novelty: Float[Array, "K U"] | None


def first_memory(core: LearningCore) -> Memory:
    """Of an environment in which nothing has happened."""
    num_states, n = len(core.joint.D), len(core.prior)
    num_columns = sum(int(np.prod(part.shape[1:])) for part in core.parts)
    return Memory(
        jnp.asarray(core.joint.D),
        jnp.zeros((), jnp.int32),
        jnp.zeros((), jnp.int32),
        jnp.ones(num_columns),
        jnp.zeros(n),
        jnp.zeros((num_states, n)),
    )


def tables_of(core: LearningCore, memory: Memory, xp: Any = jnp) -> Tables:
    """Expected A, B and D of the joint states; `xp` is `numpy` where arrays are NumPy's."""
    counts = total_counts(core.parts, core.prior, memory.kept, memory.added, xp)
    arrays = means(core.parts, counts, core.given, xp)
    A = [joint_likelihood(a, row, core.num_states, xp) for a, row in zip(arrays["A"], core.A_rows)]
    B = joint_transitions(arrays["B"], core.B_rows, xp)
    novelty = None
    if core.joint.novelty is not None:
        novelty = _novelty(core, by_array(core.parts, counts), arrays, B, xp)
    return Tables(A, B, joint_belief(arrays["D"]), novelty)


def _novelty(core: LearningCore, counts: dict, arrays: dict[str, list], B: Any, xp: Any) -> Any:
    """What actions tell about what is learned; what has counts and is not learned tells nothing."""
    A_gains, B_gains = (
        [
            expected_gain(counts[letter, place], own, xp) if (letter, place) in counts else None
            for place, own in enumerate(arrays[letter])
        ]
        for letter in "AB"
    )
    dependencies, actions = (core.A_rows, core.B_rows), joint_actions(core.num_controls)
    return joint_novelty(A_gains, B_gains, B, dependencies, core.num_states, actions, xp)
