"""Adam on the evidence objective: pure functions of a state that can be stored and resumed."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import optax
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ...agents.encoders.protocol import TrainableEncoder, log_encode
from ...agents.models.smoothing import TINY
from ..data.trajectories import Trajectories
from ..objectives.evidence import effective_num_states, negative_log_evidence, state_usage
from .recipes import Schedule

# One vector for all parameters: one compiled kernel instead of one per layer.
ADAM = optax.flatten(optax.scale_by_adam())
# Steps per call of the compiled program; numbers of steps are rounded up to its multiples.
CHUNK = 50


class Parameters(NamedTuple):
    """What is trained.

    Known dynamics are logits with a learning rate of 0, so that one compiled program serves known
    dynamics, learned dynamics and the fine-tuning in between.

    Attributes:
        encoder: gives `log r(s | x)`.
        B_logits: `(K, K, U)`, softmax over the first axis is B.
        D_logits: `(K,)`.
    """

    encoder: TrainableEncoder
    B_logits: Float[Array, "K K U"]
    D_logits: Float[Array, " K"]

    def dynamics(self) -> tuple[Float[Array, "K K U"], Float[Array, " K"]]:
        """B and D."""
        return jax.nn.softmax(self.B_logits, axis=0), jax.nn.softmax(self.D_logits)


class AdamState(NamedTuple):
    """Everything that a training needs to go on."""

    parameters: Parameters
    optimizer: optax.OptState
    key: PRNGKeyArray
    step: Int[Array, ""]


class Standing(NamedTuple):
    """How R restarts stand, from held-out sequences.

    Attributes:
        loss: `(R,)`, negative log evidence per observation, nats.
        effective_states: `(R,)`, `exp(entropy(rho))`.
    """

    loss: Float[Array | np.ndarray, " R"]
    effective_states: Float[Array | np.ndarray, " R"]


Objective = Callable[
    [Parameters, Trajectories, Float[Array, ""]], tuple[Float[Array, ""], Float[Array, ""]]
]


def known_logits(probs: Float[Array | np.ndarray, "..."]) -> Float[Array, "..."]:
    """Logits that give back probabilities."""
    return jnp.log(jnp.maximum(jnp.asarray(probs, jnp.float32), TINY))


def begin(parameters: Parameters, key: PRNGKeyArray) -> AdamState:
    """The state before the first step."""
    optimizer = ADAM.init(eqx.filter(parameters, eqx.is_inexact_array))
    return AdamState(parameters, optimizer, key, jnp.zeros((), jnp.int32))


def encoder_evidence(
    parameters: Parameters, data: Trajectories, initial_weight: Float[Array, ""]
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """The objective where one encoder sees all: negative log evidence, and states in use."""
    B, D = parameters.dynamics()
    log_probs = log_encode(parameters.encoder, data.observations)
    loss = negative_log_evidence(log_probs, B, D, data, initial_weight)
    return loss, effective_num_states(state_usage(log_probs, data.mask))


def _train_step(
    state: AdamState, data: Trajectories, schedule: Schedule, batch_size: int, objective: Objective
):
    batch = _next_batch(state, data, schedule, batch_size)

    @eqx.filter_value_and_grad
    def loss_of(parameters: Parameters):
        return objective(parameters, batch, jnp.asarray(schedule.initial_weight))[0]

    loss, gradients = loss_of(state.parameters)
    directions: Any
    directions, optimizer = ADAM.update(gradients, state.optimizer)
    begins = schedule.constant_fraction * schedule.num_steps
    progress = (state.step - begins) / jnp.maximum(schedule.num_steps - begins, 1.0)
    decay = 0.5 * (1.0 + jnp.cos(jnp.pi * jnp.clip(progress, 0.0, 1.0)))
    rates = (schedule.learning_rate, *[schedule.dynamics_learning_rate] * 2)
    updates = [
        jax.tree.map(lambda leaf, rate=rate: -rate * decay * leaf, part)
        for part, rate in zip(directions, rates)
    ]
    parameters = eqx.apply_updates(state.parameters, Parameters(*updates))
    return AdamState(parameters, optimizer, state.key, state.step + 1), loss


def _next_batch(state: AdamState, data: Trajectories, schedule: Schedule, batch_size: int):
    """The next sequences in their order, round and round, with noise on their observations."""
    batch = data.take((state.step * batch_size + jnp.arange(batch_size)) % data.mask.shape[0])
    size = schedule.noise * jnp.clip(1.0 - state.step / schedule.num_steps, 0.0, 1.0)
    key = jr.fold_in(state.key, state.step)
    noisy = state.parameters.encoder.perturbed(batch.observations, size, key)
    return dataclasses.replace(batch, observations=noisy, rewards=None)


@eqx.filter_jit
def train_chunk(
    states: AdamState,
    data: Trajectories,
    schedule: Schedule,
    batch_size: int,
    objective: Objective = encoder_evidence,
) -> tuple[AdamState, Float[Array, "R CHUNK"]]:
    """`CHUNK` more steps of R trainings, one scan.

    All chance comes from `key` and `step` of the state: a training that is stored between two
    chunks and resumed gives the same result to the bit.

    Args:
        states: R trainings.
        data: sequences in an order without meaning.
        schedule: hyperparameters, as arrays; other values compile nothing new.
        batch_size: sequences per step.
        objective: gives the loss, and how many states are in use.

    Returns:
        The trainings, and the loss of each step.
    """

    def one(state):
        arrays, static = eqx.partition(state, eqx.is_array)

        def body(carry, _):
            now = eqx.combine(carry, static)
            new, loss = _train_step(now, data, schedule, batch_size, objective)
            return eqx.filter(new, eqx.is_array), loss

        arrays, losses = jax.lax.scan(body, arrays, length=CHUNK)
        return eqx.combine(arrays, static), losses

    return eqx.filter_vmap(one)(states)


def chunks(
    states: AdamState,
    data: Trajectories,
    schedule: Schedule,
    batch_size: int,
    objective: Objective = encoder_evidence,
) -> Iterator[tuple[AdamState, Float[Array, "R CHUNK"]]]:
    """The trainings and their losses after each chunk, from where they are to the last step."""
    traced = Schedule(*map(jnp.float32, schedule))
    for _ in range(int(states.step[0]), math.ceil(schedule.num_steps), CHUNK):
        states, losses = train_chunk(states, data, traced, batch_size, objective)
        yield states, losses


@eqx.filter_jit
def standing(
    parameters: Parameters,
    data: Trajectories,
    initial_weight,
    objective: Objective = encoder_evidence,
) -> Standing:
    """How R restarts stand on some sequences."""
    return eqx.filter_vmap(lambda one: Standing(*objective(one, data, initial_weight)))(parameters)
