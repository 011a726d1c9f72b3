"""The tutorial's gradient descent: one compiled scan over steps, restarts by `vmap`."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ...agents.encoders.mlp import ObservationEncoder
from ...agents.encoders.protocol import encode
from ..data.trajectories import Trajectories
from ..objectives.tutorial import DiscreteModel, TutorialLoss, tutorial_objective
from .recipes import TutorialRecipe


class Curves(NamedTuple):
    """Losses after the gradient steps `steps`, on the batch just trained on and a held-out one.

    Attributes:
        steps: `(C,)` int32.
        train: terms, each `(R, C)` for R restarts.
        held_out: terms, each `(R, C)`.
    """

    steps: Int[Array | np.ndarray, " C"]
    train: TutorialLoss
    held_out: TutorialLoss


class SgdState(NamedTuple):
    """One training in progress: its encoder and the key of what is still to be drawn."""

    encoder: ObservationEncoder
    key: PRNGKeyArray


def new_encoder(
    recipe: TutorialRecipe, observation_dim: int, num_outcomes: int, key: PRNGKeyArray
) -> ObservationEncoder:
    """An untrained encoder of the recipe's size."""
    return ObservationEncoder(
        observation_dim,
        num_outcomes,
        recipe.encoder_width,
        recipe.encoder_depth,
        recipe.temperature,
        key=key,
    )


def stacked(encoder: ObservationEncoder, key: PRNGKeyArray) -> SgdState:
    """One training as the only restart: a leading axis of length 1 on every array."""
    state = SgdState(encoder, key)
    return jax.tree.map(lambda x: x[None] if eqx.is_array(x) else x, state)


def train(
    states: SgdState,
    model: DiscreteModel,
    data: Trajectories,
    held_out: Trajectories,
    recipe: TutorialRecipe,
    progress: Callable[[int], object] | None = None,
) -> tuple[SgdState, Curves]:
    """Trains R encoders side by side.

    The order of draws is that of pymdp's tutorial, section 7.

    Args:
        states: R trainings, a leading axis on every array.
        model: the fixed discrete model.
        data: sequences to train on.
        held_out: sequences that only the curves look at.
        recipe: step size, batch size, number of steps and checkpoints.
        progress: called with the number of gradient steps done since the last call.

    Returns:
        The trainings at their end, and their curves.
    """
    # Equal chunks share one compiled program; between them progress is shown and Ctrl-C works.
    # The last one is filled up with steps past the end, which do nothing.
    chunk = recipe.checkpoint_every
    losses = []
    for first in range(0, recipe.train_steps, chunk):
        steps = np.arange(first, first + chunk, dtype=np.int32)
        states, chunk_losses = _train_chunk(states, model, data, held_out, steps, recipe)
        # NumPy from here on: each operation of JAX outside a compiled program compiles by itself.
        losses.append(jax.tree.map(np.asarray, chunk_losses))
        if progress is not None:
            progress(min(chunk, recipe.train_steps - first))
    train_loss, held_out_loss = jax.tree.map(lambda *parts: np.concatenate(parts, 1), *losses)
    steps = np.arange(recipe.train_steps)
    kept = steps[_is_checkpoint(steps, recipe)]
    train_loss, held_out_loss = jax.tree.map(lambda x: x[:, kept], (train_loss, held_out_loss))
    return states, Curves(kept, train_loss, held_out_loss)


def _is_checkpoint(step, recipe: TutorialRecipe):
    return (step % recipe.checkpoint_every == 0) | (step == recipe.train_steps - 1)


@eqx.filter_jit
def _train_chunk(states, model, data, held_out, steps, recipe):
    def one_restart(state):
        step = partial(_train_step, model=model, data=data, held_out=held_out, recipe=recipe)
        arrays, static = eqx.partition(state, eqx.is_array)

        def take_step(arrays, index):
            state, losses = step(eqx.combine(arrays, static), index)
            return eqx.filter(state, eqx.is_array), losses

        def stand_still(arrays, index):
            nothing = jax.tree.map(
                lambda x: jnp.zeros(x.shape), jax.eval_shape(take_step, arrays, index)[1]
            )
            return arrays, nothing

        def body(arrays, index):
            going = index < recipe.train_steps
            return jax.lax.cond(going, take_step, stand_still, arrays, index)

        arrays, losses = jax.lax.scan(body, arrays, steps)
        return eqx.combine(arrays, static), losses

    return eqx.filter_vmap(one_restart)(states)


def _train_step(state: SgdState, index, model, data, held_out, recipe):
    key, key_batch, key_held_out = jr.split(state.key, 3)
    batch = _draw_batch(key_batch, data, recipe.batch_size)
    gradient = eqx.filter_grad(lambda encoder: objective(encoder, model, batch, recipe).total)(
        state.encoder
    )
    updates = jax.tree.map(lambda g: -recipe.learning_rate * g, gradient)
    encoder = eqx.apply_updates(state.encoder, updates)

    def losses():
        held_out_batch = _draw_batch(key_held_out, held_out, recipe.batch_size)
        return (
            objective(encoder, model, batch, recipe),
            objective(encoder, model, held_out_batch, recipe),
        )

    def no_losses():
        return jax.tree.map(lambda x: jnp.zeros(x.shape), jax.eval_shape(losses))

    # The predicate is the same for all restarts, so vmap leaves the branch a branch.
    return SgdState(encoder, key), jax.lax.cond(_is_checkpoint(index, recipe), losses, no_losses)


def _draw_batch(key: PRNGKeyArray, data: Trajectories, batch_size: int) -> Trajectories:
    count = data.mask.shape[0]
    return data.take(jr.choice(key, count, (min(batch_size, count),), replace=False))


def objective(
    encoder: ObservationEncoder, model: DiscreteModel, data: Trajectories, recipe: TutorialRecipe
) -> TutorialLoss:
    """The tutorial's objective on some sequences."""
    outcome = encode_sequences(encoder, data.observations)
    return tutorial_objective(outcome, model, data, recipe.temporal_weight)


def encode_sequences(
    encoder: ObservationEncoder, observations: Float[Array | np.ndarray, "N T D"]
) -> Float[Array, "N T O"]:
    """Categorical observations of whole sequences."""
    return jax.vmap(encode, in_axes=(None, 0))(encoder, observations)


@eqx.filter_jit
def restart_losses(
    encoders: ObservationEncoder, model: DiscreteModel, data: Trajectories, recipe: TutorialRecipe
) -> Float[Array, " R"]:
    """Total loss of each of R encoders on all of `data`."""
    return eqx.filter_vmap(lambda encoder: objective(encoder, model, data, recipe).total)(encoders)
