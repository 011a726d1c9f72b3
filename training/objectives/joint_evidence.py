"""The evidence of a whole model whose continuous modalities are seen through encoders.

`p(x_m | s)` of a modality with an encoder is `sum_o A_m[o | s] r(o | x_m) / rho(o)`, up to what
does not depend on the state (Bourlard and Morgan 1994); `p(o_m | s)` of a discrete one is A itself.
The states are those of the model, its factors flattened into one, so encoders learn what their
outcomes mean from how states move and from what else is seen. Nothing here can see a hidden state.
"""

from typing import Self

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from ...agents.encoders.protocol import TrainableEncoder, log_encode
from ...agents.models import filtering
from ...agents.models.likelihoods import outcome_log_likelihood
from ..data.trajectories import Trajectories
from .evidence import effective_num_states, log_evidence_under, state_usage


class SeenParts(eqx.Module):
    """The encoders that are trained together, of one modality each.

    Attributes:
        parts: the encoders.
        tables: per encoder `(O_m, K)`, `p(o | s)`, K the joint states. Not trained.
    """

    parts: tuple[TrainableEncoder, ...]
    tables: tuple[Float[Array, "_ K"], ...]

    def drawn(self, key: PRNGKeyArray, output_gain: float) -> Self:
        """Each encoder with random weights from a key of its own."""
        keys = jax.random.split(key, len(self.parts))
        parts = tuple(part.drawn(k, output_gain) for part, k in zip(self.parts, keys))
        return eqx.tree_at(lambda seen: seen.parts, self, parts)

    def perturbed(self, observations, size, key: PRNGKeyArray):
        """What the encoders see with noise; what is known of the other modalities as it is."""
        seen, known = observations
        keys = jax.random.split(key, len(self.parts))
        noisy = (p.perturbed(x, size, k) for p, x, k in zip(self.parts, seen, keys))
        return tuple(noisy), known

    def log_probs(self, seen: tuple) -> list[Float[Array, "N T _"]]:
        """`log r(o | x)` of each modality."""
        return [log_encode(part, x) for part, x in zip(self.parts, seen)]


def joint_log_likelihood(
    seen: SeenParts,
    log_probs: list[Float[Array, "N T _"]],
    usage: list[Float[Array, " _"]],
    known: Float[Array, "N T K"],
) -> Float[Array, "N T K"]:
    """What the encoders and what is `known` besides say about the joint states."""
    total = known
    for one, rho, table in zip(log_probs, usage, seen.tables):
        scaled = filtering.scaled_log_likelihood(one, rho)
        flat = scaled.reshape(-1, scaled.shape[-1])
        # An outcome's weights are taken relative to the likeliest, which the evidence is not.
        largest = flat.max(axis=-1, keepdims=True)
        likelihood = outcome_log_likelihood(flat, jax.lax.stop_gradient(table)) + largest
        total = total + likelihood.reshape(*scaled.shape[:-1], -1)
    return total


def joint_evidence(
    parameters, data: Trajectories, initial_weight: Float[Array, ""]
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Mean negative log evidence per observation, nats, and how many outcomes are in use.

    Args:
        parameters: their encoder is `SeenParts`, their dynamics those of the joint states.
        data: whole episodes; their observations are a pair of what each encoder sees, and
            `(N, T, K)`, the log likelihood of all that is discrete.
        initial_weight: must be 1, for episodes begin in D.
    """
    encoders, (seen, known) = parameters.encoder, data.observations
    B, D = parameters.dynamics()
    log_probs = encoders.log_probs(seen)
    usage = [state_usage(one, data.mask) for one in log_probs]
    likelihood = joint_log_likelihood(encoders, log_probs, usage, known)
    evidence = log_evidence_under(likelihood, B, initial_weight * D, data)
    in_use = sum(map(effective_num_states, usage), jnp.zeros(()))
    return -evidence.sum() / jnp.sum(data.mask), in_use
