"""Acting inside a model: which beliefs come up, and what a way of acting brings."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .model import BeliefModel

# Beliefs that agree to so many decimals are one.
DECIMALS = 3
# Shares of actions that are held, and of points that are
# there because they come up often; the others are there because they are far from all the rest.
HELD, OFTEN = 0.5, 0.5

Choice = Callable[[np.ndarray], np.ndarray]


class Imagined(NamedTuple):
    """Episodes inside a model.

    Attributes:
        beliefs: `(N T, K)`, after each observation.
        returns: `(N,)`, sums of expected utilities.
    """

    beliefs: np.ndarray
    returns: np.ndarray


def imagined(
    model: BeliefModel,
    choose: Choice | None,
    num_episodes: int,
    num_steps: int,
    rng: np.random.Generator,
    random: float = 0.0,
) -> Imagined:
    """Acts inside the model, which is right then.

    Args:
        model: the model.
        choose: `(N, K)` beliefs to actions `(N,)`; None: random ones, held for a while.
        num_episodes: N.
        num_steps: T.
        rng: of states, outcomes and random actions.
        random: share of random actions beside those of `choose`.
    """
    chances = np.cumsum(model.transitions, axis=2)
    looks = np.cumsum(model.likelihood, axis=0).T
    state = _drawn(np.cumsum(model.first)[None], rng.random(num_episodes))
    belief = _updated(model, np.tile(model.first, (num_episodes, 1)), state, looks, rng)
    action = rng.integers(len(chances), size=num_episodes)
    beliefs, returns = [belief], np.zeros(num_episodes)
    for _ in range(num_steps):
        other = rng.integers(len(chances), size=num_episodes)
        share = rng.random(num_episodes)
        if choose is None:
            action = np.where(share < HELD, action, other)
        else:
            action = np.where(share < random, other, choose(belief))
        returns += model.utility[state, action]
        state = _drawn(chances[action, state], rng.random(num_episodes))
        predicted = np.empty_like(belief)
        for u in np.unique(action):
            predicted[action == u] = belief[action == u] @ model.transitions[u]
        belief = _updated(model, predicted, state, looks, rng)
        beliefs.append(belief)
    return Imagined(np.concatenate(beliefs), returns)


def chosen_points(beliefs: np.ndarray, first: np.ndarray, num_points: int) -> np.ndarray:
    """Beliefs to plan at: those of a start, those that come up often, and those far from all.

    Args:
        beliefs: `(N, K)`.
        first: `(M, K)`, after the first observation.
        num_points: at most so many, but for those of a start.

    Returns:
        `(P, K)`.
    """
    _, index, counts = np.unique(
        np.round(beliefs, DECIMALS), axis=0, return_index=True, return_counts=True
    )
    order = index[np.argsort(-counts, kind="stable")]
    often = order[: int(OFTEN * num_points)]
    chosen = np.concatenate([first, beliefs[often]])
    rest = beliefs[order[len(often) :]]
    distance = np.full(len(rest), np.inf)
    for point in chosen:
        distance = np.minimum(distance, np.abs(rest - point).sum(axis=1))
    for _ in range(min(num_points - len(often), len(rest))):
        farthest = int(distance.argmax())
        if distance[farthest] < 10.0**-DECIMALS:
            break
        chosen = np.concatenate([chosen, rest[farthest][None]])
        distance = np.minimum(distance, np.abs(rest - rest[farthest]).sum(axis=1))
    return chosen


def _updated(model: BeliefModel, predicted, state, looks, rng) -> np.ndarray:
    """Beliefs after the outcomes that the states show."""
    outcome = _drawn(looks[state], rng.random(len(state)))
    belief = predicted * model.likelihood[outcome]
    return belief / belief.sum(axis=1, keepdims=True)


def _drawn(cumulative: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """`(N,)`, drawn from distributions given by their sums `(N or 1, K)`."""
    drawn = (cumulative < shares[:, None] * cumulative[:, -1:]).sum(axis=1)
    return np.minimum(drawn, cumulative.shape[1] - 1)
