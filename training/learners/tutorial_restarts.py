"""The tutorial's training with restarts: the lowest held-out loss needs no labels either."""

from collections.abc import Callable

import equinox as eqx
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import PRNGKeyArray

from ...agents.encoders.mlp import ObservationEncoder
from ...agents.encoders.protocol import encode
from ...agents.models.generative_model import epsilon_identity
from ..data.trajectories import Trajectories
from ..descent import sgd
from ..descent.recipes import TutorialRecipe
from ..descent.restarts import take_restarts
from ..objectives.evidence import effective_num_states
from ..objectives.tutorial import DiscreteModel


def fit_tutorial(
    data: Trajectories,
    held_out: Trajectories,
    B: np.ndarray,
    epsilon: float,
    recipe: TutorialRecipe,
    key: PRNGKeyArray,
    progress: Callable[[int], object] | None = None,
) -> tuple[ObservationEncoder, list[dict], np.ndarray, np.ndarray]:
    """Trains `recipe.num_restarts` encoders side by side against known dynamics.

    Returns:
        The encoder with the lowest held-out loss, the rows of its history, and for each restart
        the held-out loss and the effective number of states, `(R,)`.

    Raises:
        ValueError: every restart diverged.
    """
    num_states = len(B)
    A, D = epsilon_identity(num_states, epsilon), np.full(num_states, 1 / num_states)
    model = DiscreteModel(*(jnp.asarray(array, jnp.float32) for array in (A, B, D)))

    def start(key):
        key_encoder, key_train = jr.split(key)
        dim = data.observations.shape[-1]
        encoder = sgd.new_encoder(recipe, dim, num_states, key_encoder)
        return sgd.SgdState(encoder, key_train)

    states = eqx.filter_vmap(start)(jr.split(key, recipe.num_restarts))
    states, curves = sgd.train(states, model, data, held_out, recipe, progress)
    losses = np.asarray(sgd.restart_losses(states.encoder, model, held_out, recipe))
    if not np.isfinite(losses).any():
        raise ValueError("every restart diverged: lower the learning rate")
    best = int(np.nanargmin(losses))
    encoder = take_restarts(states.encoder, best)
    effective = np.asarray(_effective_states(states.encoder, held_out))
    return encoder, curve_rows(curves), losses, effective


def curve_rows(curves: sgd.Curves) -> list[dict]:
    """Curves as the rows of a `History`."""
    return [
        {"restart": restart, "phase": "tutorial", "step": int(step)}
        | {
            f"{name}_{term}": float(values[restart, column])
            for name, losses in (("train", curves.train), ("held_out", curves.held_out))
            for term, values in losses._asdict().items()
        }
        for restart in range(len(curves.train.total))
        for column, step in enumerate(curves.steps)
    ]


@eqx.filter_jit
def _effective_states(encoders: ObservationEncoder, data: Trajectories):
    def one(encoder):
        used = encode(encoder, data.observations) * data.mask[:, :, None]
        return effective_num_states(used.sum(axis=(0, 1)) / data.mask.sum())

    return eqx.filter_vmap(one)(encoders)
