"""Pymdp's tutorial, figure for figure.

Source: "Training a neural network to transform continuous into discrete observations for a
pymdp Agent". `tutorial_page.PAGE` is what the page prints; `reproduce` computes the same here.
"""

from typing import NamedTuple

import jax.numpy as jnp
import jax.random as jr
import numpy as np

from ...agents import ActiveInferenceEncoderAgent, GenerativeModel
from ...agents.models.generative_model import epsilon_identity
from ...envs import ACTION_NAMES, LineWorld
from ...training.config import TrainConfig
from ...training.data.simulation import simulate
from ...training.data.trajectories import Trajectories
from ...training.descent import sgd
from ...training.descent.restarts import take_restarts
from ...training.objectives.tutorial import DiscreteModel, sequence_beliefs
from ..analysis import metrics

NUM_TRAIN, NUM_HELD_OUT = 640, 320
ROLLOUT_STEPS = 8


class Reproduction(NamedTuple):
    """One run of the tutorial.

    Attributes:
        numbers: the page's numbers, ours, under the names of `PAGE`.
        agent: the trained agent.
        curves: losses each 20 steps, one restart.
        confusion_before: `(5, 5)`, aligned, before training.
        confusion_after: `(5, 5)`, aligned, after training.
        untrained: the agent before training.
    """

    numbers: dict
    agent: ActiveInferenceEncoderAgent
    curves: sgd.Curves
    confusion_before: np.ndarray
    confusion_after: np.ndarray
    untrained: ActiveInferenceEncoderAgent


def reproduce(seed: int = 1, progress=None) -> Reproduction:
    """Runs the tutorial with its order of random draws.

    Args:
        seed: of the tutorial's `GLOBAL_KEY`; the page has 1.
        progress: called with the number of gradient steps done since the last call.

    Returns:
        Figures, agent, curves and confusion matrices.
    """
    world, config = LineWorld(), TrainConfig()
    recipe = config.tutorial
    key, key_train, key_held_out, key_encoder = jr.split(jr.PRNGKey(seed), 4)
    train_data, train_states = simulate(world, NUM_TRAIN, config.sequence_length, key_train)
    held_out, states = simulate(world, NUM_HELD_OUT, config.sequence_length, key_held_out)
    encoder = sgd.new_encoder(recipe, 2, world.num_states, jr.split(key_encoder)[0])
    model = tutorial_model(world, config)
    discrete = DiscreteModel(*map(jnp.asarray, (model.A, model.B, model.D)))

    key, key_probe = jr.split(key)
    probe = train_data.take(jr.choice(key_probe, NUM_TRAIN, (recipe.batch_size,), replace=False))
    initial = sgd.objective(encoder, discrete, probe, recipe).total
    trained, curves = sgd.train(
        sgd.stacked(encoder, key), discrete, train_data, held_out, recipe, progress
    )
    trained = take_restarts(trained.encoder, 0)
    agent = ActiveInferenceEncoderAgent(
        trained, model, settings={"source": "tutorial", "seed": seed}
    )

    before = _accuracies(encoder, discrete, held_out, states)
    after = _accuracies(trained, discrete, held_out, states)
    numbers = _setup_numbers(model, train_data, train_states, held_out, states)
    numbers |= {"initial objective": float(initial)}
    numbers |= _final_losses("train", curves.train) | _final_losses("held-out", curves.held_out)
    for name, index in (("encoder", 0), ("inferred-state", 1)):
        numbers[f"{name} accuracy before, aligned"] = before[index]
        numbers[f"{name} accuracy after, aligned"] = after[index]
    numbers |= _rollout_numbers(agent, world)
    untrained = ActiveInferenceEncoderAgent(encoder, model)
    return Reproduction(numbers, agent, curves, before[2], after[2], untrained)


def tutorial_model(world: LineWorld, config: TrainConfig) -> GenerativeModel:
    """A, B, C and D of the tutorial's section 3."""
    K = world.num_states
    return GenerativeModel(
        A=epsilon_identity(K, config.epsilon),
        B=world.transition_matrix,
        C=config.preference * np.eye(K)[world.rewarded_state],
        D=np.full(K, 1 / K),
        policy_len=config.policy_len,
        planner=config.planner,
    )


def _setup_numbers(model, train_data, train_states, held_out, states) -> dict:
    """What the page prints before it trains (sections 3 and 4)."""
    numbers = {"A diagonal, rounded to 3 digits": np.diag(model.A).round(3).tolist()}
    for action, name in enumerate(ACTION_NAMES):
        numbers[f"transitions: {name}"] = model.B[:, :, action].argmax(axis=0).tolist()
    numbers["train observations, shape"] = list(train_data.observations.shape)
    for name, labels, data in (
        ("train", train_states, train_data),
        ("held-out", states, held_out),
    ):
        numbers[f"{name} state proportions"] = _proportions(labels)
        numbers[f"{name} action proportions"] = _proportions(data.actions)
    return numbers


def _proportions(labels) -> list[float]:
    counts = np.bincount(np.ravel(labels))
    return (counts / counts.sum()).round(3).tolist()


def _final_losses(name: str, losses) -> dict[str, float]:
    labels = {"total": "total", "vfe": "VFE", "temporal_kl": "temporal KL"}
    return {
        f"final {name} {label}": float(getattr(losses, term)[0, -1])
        for term, label in labels.items()
    }


def _accuracies(encoder, model: DiscreteModel, data: Trajectories, states):
    """Encoder accuracy and inferred-state accuracy, both aligned, and the confusion matrix."""
    observations = data.observations.reshape(-1, data.observations.shape[-1])
    K = model.D.shape[0]
    encoded = np.asarray(encoder.logits(observations).argmax(axis=-1))
    outcome = sgd.encode_sequences(encoder, data.observations)
    inferred = np.asarray(sequence_beliefs(outcome, model, data).argmax(axis=-1))
    accuracy, relabelling = metrics.best_alignment(states, inferred, K)
    confusion = metrics.confusion_matrix(states, relabelling[inferred], K)
    return metrics.best_alignment(states, encoded, K)[0], accuracy, confusion


def tutorial_episode(
    agent: ActiveInferenceEncoderAgent, world: LineWorld
) -> tuple[list, list, list]:
    """Section 9: the start is known, observations are drawn, each step takes the likeliest.

    Returns:
        T + 1 states, T observations and T actions.
    """
    start = int(world.start_state or 0)
    key, state, states = jr.PRNGKey(1), start, [start]
    observations, actions = [], []
    memory = (np.eye(world.num_states, dtype=np.float32)[[state]],)
    for _ in range(ROLLOUT_STEPS):
        key, key_observation = jr.split(key)
        noise = np.asarray(jr.normal(key_observation, (2,)))
        observations.append(world.means[state] + world.emission_scale * noise)
        action, memory = agent.predict(observations[-1], memory)
        state = int(world.transition_matrix[:, state, action].argmax())
        states.append(state)
        actions.append(int(action))
    return states, observations, actions


def _rollout_numbers(agent: ActiveInferenceEncoderAgent, world: LineWorld) -> dict:
    states, _, actions = tutorial_episode(agent, world)
    reached = states[-1] == world.rewarded_state
    return {
        "rollout states": states,
        "rollout actions": [ACTION_NAMES[a] for a in actions],
        "reached target": reached,
    }
