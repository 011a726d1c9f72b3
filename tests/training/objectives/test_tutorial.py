import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from aifgym.agents.encoders.protocol import encode
from aifgym.training.descent.sgd import encode_sequences
from aifgym.training.objectives.tutorial import DiscreteModel, tutorial_objective
from helpers import random_model, small_encoder, some_data


def discrete(model):
    return DiscreteModel(jnp.asarray(model.A), jnp.asarray(model.B), jnp.asarray(model.D))


def tutorials_loop(encoder, model, data, temporal_weight):
    """The tutorial's `sequence_loss_terms` (section 6), over pymdp's own calls."""
    theirs = model.to_pymdp(data.mask.shape[0])
    prior, total, outcomes, predicted = theirs.D, 0.0, [], []
    num_steps = data.mask.shape[1]
    for t in range(num_steps):
        outcome = encode(encoder, data.observations[:, t])
        qs, info = theirs.infer_states([outcome], empirical_prior=prior, return_info=True)
        total += jnp.mean(info["vfe"])
        prior = theirs.update_empirical_prior(data.actions[:, t, None], qs)
        outcomes.append(outcome)
        predicted.append(prior[0] @ jnp.asarray(model.A).T)
    observed, expected = jnp.stack(outcomes[1:]), jnp.stack(predicted[:-1])
    divergence = jnp.mean(jnp.sum(observed * (jnp.log(observed) - jnp.log(expected)), axis=-1))
    vfe = total / num_steps
    return vfe + temporal_weight * divergence, vfe, divergence


def loss_of(encoder, model, data):
    outcome = encode_sequences(encoder, data.observations)
    return tutorial_objective(outcome, model, data, 8.0)


def test_the_tutorials_objective_equals_the_tutorials_loop():
    rng = np.random.default_rng(0)
    model, encoder, data = random_model(rng), small_encoder(), some_data(rng)
    ours = tutorial_objective(
        encode_sequences(encoder, data.observations), discrete(model), data, 8.0
    )
    np.testing.assert_allclose(ours, tutorials_loop(encoder, model, data, 8.0), rtol=1e-5)


def test_padding_does_not_count():
    rng = np.random.default_rng(1)
    model, encoder, data = random_model(rng), small_encoder(), some_data(rng)
    short = jax.tree.map(lambda array: array[:, :3], data)
    masked = dataclasses.replace(data, mask=data.mask.at[:, 3:].set(False))
    np.testing.assert_allclose(
        tutorial_objective(
            encode_sequences(encoder, masked.observations), discrete(model), masked, 8.0
        ),
        tutorial_objective(
            encode_sequences(encoder, short.observations), discrete(model), short, 8.0
        ),
        rtol=1e-5,
    )


def test_relabelling_outcomes_and_states_together_changes_nothing():
    rng = np.random.default_rng(2)
    model, encoder, data = random_model(rng, num_outcomes=5), small_encoder(), some_data(rng)
    order = np.array([2, 0, 3, 1])
    relabelled = dataclasses.replace(
        model, A=model.A[:, order], B=model.B[order][:, order], D=model.D[order]
    )
    np.testing.assert_allclose(
        tutorial_objective(
            encode_sequences(encoder, data.observations), discrete(model), data, 8.0
        ),
        tutorial_objective(
            encode_sequences(encoder, data.observations), discrete(relabelled), data, 8.0
        ),
        rtol=1e-5,
    )
