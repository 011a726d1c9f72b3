"""Clone models fitted by expectation maximisation, with what is known without memory as prior."""

from typing import NamedTuple

import numpy as np

from .clone_hmm import CloneModel, expected_counts
from .episodes import Episodes

# Counts that a row of transitions or outcomes starts with, spread as it is without memory; those
# of the row without memory, spread evenly. A flat prior of the same mass finds worse models.
PRIOR_COUNTS, FLAT_COUNTS = 1.0, 0.1
# Steps of EM at most before and after clones are pruned that were hardly used.
STEPS, STEPS_AFTER, LEAST_USE = 120, 50, 0.5
# Gain in nats a step of an episode below which EM has converged, and steps before that is asked.
CONVERGED, LEAST_STEPS = 1e-5, 20


class Prior(NamedTuple):
    """Pseudocounts, shaped as the parameters of a clone model; 0 where there is no clone."""

    transitions: np.ndarray
    outcomes: np.ndarray
    first: np.ndarray


def clone_model(data: Episodes, num_clones: int, rng: np.random.Generator) -> CloneModel:
    """A model with at most `num_clones` clones of each symbol, from a random start."""
    alive = np.ones((data.num_symbols, num_clones), bool)
    prior = backoff(data, alive)
    model = improved(_drawn(prior, rng), data, prior, STEPS)
    alive = _used(model, data)
    return improved(_pruned(model, alive), data, backoff(data, alive), STEPS_AFTER)


def improved(model: CloneModel, data: Episodes, prior: Prior, num_steps: int) -> CloneModel:
    """The model after EM."""
    before, total = -np.inf, data.lengths.sum()
    for step in range(num_steps):
        found = expected_counts(model, data)
        model = _maximised(found, prior)
        now = found.log_probs.sum() / total
        if step >= LEAST_STEPS and now - before < CONVERGED:
            break
        before = now
    return model


def backoff(data: Episodes, alive: np.ndarray) -> Prior:
    """The prior that spreads what is known without memory over the clones `(O, c)` that live."""
    shape = data.num_actions, data.num_symbols
    following = np.full((*shape, data.num_symbols), FLAT_COUNTS / data.num_symbols)
    brought = np.full((*shape, data.num_outcomes), FLAT_COUNTS / data.num_outcomes)
    before, on, steps = data.symbols[:, :-1], data.goes_on, data.steps
    np.add.at(following, (data.actions[on], before[on], data.symbols[:, 1:][on]), 1)
    np.add.at(brought, (data.actions[steps], before[steps], data.outcomes[steps]), 1)
    following /= following.sum(axis=2, keepdims=True)
    brought /= brought.sum(axis=2, keepdims=True)
    share = alive / alive.sum(axis=1, keepdims=True)
    rows = alive[None, :, None, :, None]
    return Prior(
        PRIOR_COUNTS * following[:, :, :, None, None] * share[None, None, :, None] * rows,
        PRIOR_COUNTS * np.repeat(brought[:, :, None], alive.shape[1], axis=2),
        alive / alive.sum(),
    )


def _maximised(found, prior: Prior) -> CloneModel:
    transitions = found.transitions + prior.transitions
    total = transitions.sum(axis=(2, 4), keepdims=True)
    outcomes = found.outcomes + prior.outcomes
    first = found.first + prior.first
    return CloneModel(
        transitions / np.where(total > 0, total, 1),
        outcomes / outcomes.sum(axis=3, keepdims=True),
        first / first.sum(),
    )


def _drawn(prior: Prior, rng: np.random.Generator) -> CloneModel:
    """A model that tells clones apart at random."""
    transitions = rng.gamma(1.0, size=prior.transitions.shape) + 1e-6
    outcomes = rng.gamma(3.0, size=prior.outcomes.shape)
    first = rng.gamma(3.0, size=prior.first.shape)
    return CloneModel(
        transitions / transitions.sum(axis=(2, 4), keepdims=True),
        outcomes / outcomes.sum(axis=3, keepdims=True),
        first / first.sum(),
    )


def _pruned(model: CloneModel, alive: np.ndarray) -> CloneModel:
    """The model without the other clones: what is impossible stays so in all that follows."""
    transitions = model.transitions * alive[None, None, :, None, :]
    total = transitions.sum(axis=(2, 4), keepdims=True)
    first = model.first * alive
    return CloneModel(
        transitions / np.where(total > 0, total, 1), model.outcomes, first / first.sum()
    )


def _used(model: CloneModel, data: Episodes) -> np.ndarray:
    """`(O, c)` bool, clones in which the model thinks to have been; of each symbol at least one."""
    found = expected_counts(model, data)
    use = found.transitions.sum(axis=(0, 1, 3)) + found.first
    used = use > LEAST_USE
    none = ~used.any(axis=1)
    used[none, use[none].argmax(axis=1)] = True
    return used
