"""Counts of episodes against enumeration of all paths, and against pymdp."""

import itertools
import warnings

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.agents.online.settings import Learning
from factored_models import actions, factored_models, joint_states, likelihood, transition
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from learning_helpers import EXACT, lived, observations, one_factor, with_counts
from pymdp.agent import Agent
from pymdp.inference import smoothing_exact

FAST = settings(max_examples=6, deadline=None, phases=[Phase.generate, Phase.target])


def enumerated(model, seen, chosen):
    """Expected counts of one episode, over all paths of joint states."""
    states, controls = joint_states(model), actions(model)
    counts = {x: [np.zeros(a.shape) for a in getattr(model, x)] for x in "ABD"}
    total, paths = 0.0, []
    for path in itertools.product(range(len(states)), repeat=len(seen)):
        p = np.prod([d[s] for d, s in zip(model.D, states[path[0]])])
        for t, place in enumerate(path):
            outcomes = np.atleast_1d(seen[t])
            p *= np.prod([likelihood(model, m, o, states[place]) for m, o in enumerate(outcomes)])
            if t:
                p *= transition(model, states[path[t - 1]], controls[chosen[t - 1]], states[place])
        paths.append((p, path))
        total += p
    for p, path in paths:
        for f, s in enumerate(states[path[0]]):
            counts["D"][f][s] += p / total
        for t, place in enumerate(path):
            for m, o in enumerate(np.atleast_1d(seen[t])):
                row = tuple(states[place][f] for f in model.A_dependencies[m])
                counts["A"][m][(o, *row)] += p / total
            for f, row in enumerate(model.B_dependencies if t else []):
                before, control = states[path[t - 1]], controls[chosen[t - 1]]
                entry = (states[place][f], *(before[g] for g in row), control[f])
                counts["B"][f][entry] += p / total
    return counts


@FAST
@given(factored_models(interacting=True), st.integers(0, 2**32 - 1))
def test_smoothed_counts_are_the_expected_ones_over_all_paths(model, seed):
    model = with_counts(model)
    agent = ActiveInferenceEncoderAgent(None, model, engine="joint", learn=EXACT)
    num_steps = 3 if np.prod(model.num_states) <= 8 else 2
    seen = observations(np.random.default_rng(seed), model, num_steps, 1)
    state, chosen = lived(agent, seen, [None] * num_steps)
    expected = enumerated(model, seen[:, 0], chosen[:, 0])
    found = agent.counts(state)
    for letter in "ABD":
        for own, prior, new in zip(
            found[f"p{letter}"], getattr(model, f"p{letter}"), expected[letter]
        ):
            np.testing.assert_allclose(own, prior + new, atol=2e-5)


def test_counts_of_whole_episodes_are_those_of_pymdps_exact_smoother():
    model, rng, steps, count = one_factor(), np.random.default_rng(1), 10, 3
    agent = ActiveInferenceEncoderAgent(None, model, learn=EXACT)
    state, chosen, beliefs = None, [], []
    seen = observations(rng, model, steps, count)
    for observation in seen:
        _, state = agent.predict(observation, state)
        chosen.append(state[1])
        beliefs.append(agent.beliefs[0])
    found = agent.counts(state, pooled=False)
    for env in range(count):
        past = jnp.asarray(np.array(chosen)[:-1, env : env + 1])
        filtered = [jnp.asarray(np.array(beliefs)[:, env])]
        (marginals,), (pairs,) = smoothing_exact(filtered, [jnp.asarray(model.B[0])], past)
        pA, pB = model.pA[0].copy(), model.pB[0].copy()
        for t in range(steps):
            pA[seen[t, env]] += np.asarray(marginals[t])
            if t:
                pB[..., chosen[t - 1][env]] += np.asarray(pairs[t - 1])
        np.testing.assert_allclose(found["pA"][0][env], pA, atol=1e-5)
        np.testing.assert_allclose(found["pB"][0][env], pB, atol=1e-5)
        first = model.pD[0] + np.asarray(marginals[0])
        np.testing.assert_allclose(found["pD"][0][env], first, atol=1e-5)
    together = agent.counts(state)["pB"][0]
    summed = model.pB[0] + (found["pB"][0] - model.pB[0]).sum(axis=0)
    np.testing.assert_allclose(together, summed, atol=1e-5)


@pytest.mark.parametrize("algo", ["exact", "ovf"])
def test_filtered_learning_of_B_is_pymdps_step_by_step(algo):
    model, rng, steps = one_factor(inference_algo=algo), np.random.default_rng(2), 60
    seen = observations(rng, model, steps, 1)
    learn = Learning(("B",), update="filtered", max_count=None)
    state, chosen = lived(
        ActiveInferenceEncoderAgent(None, model, learn=learn), seen, [None] * steps
    )
    agent = ActiveInferenceEncoderAgent(None, model, learn=learn)
    theirs, belief, pB = pymdp_learner(model, algo), None, None
    with jax.numpy_rank_promotion("allow"):
        infer = eqx.filter_jit(lambda a, o, prior: a.infer_states([o], prior))
        update = eqx.filter_jit(
            lambda a, q, o, u, both: a.infer_parameters(q, [o], u, beliefs_B=both)
        )
        for t in range(steps):
            prior = theirs.D
            if t:
                past = jnp.asarray(chosen[t - 1].reshape(1, 1))
                prior = theirs.update_empirical_prior(past, belief)
            outcome = jnp.asarray(seen[t])[:, None]
            now = infer(theirs, outcome, prior)
            if t:
                both = [jnp.concatenate([belief[0], now[0]], axis=1)]
                theirs = update(theirs, now, outcome, past[:, None], both)
            belief, pB = now, theirs.pB[0][0]
    np.testing.assert_allclose(agent.counts(state)["pB"][0], pB, atol=1e-5)


def pymdp_learner(model, algo) -> Agent:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="A JAX array is being set as static")
        return Agent(
            [jnp.asarray(model.A[0])[None]],
            [jnp.asarray(model.B[0])[None]],
            D=[jnp.asarray(model.D[0])[None]],
            pB=[jnp.asarray(model.pB[0])[None]],
            learn_B=True,
            inference_algo=algo,
            batch_size=1,
        )
