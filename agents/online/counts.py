"""Dirichlet counts of several arrays as one vector, and how they grow and are forgotten.

The counts of an environment are `kept * prior + added`: which share of the prior is left in each
column, and what was learned. So what several environments learned can be pooled although each has
forgotten some. Functions take NumPy's arrays or JAX's.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from ..models.generative_model import GenerativeModel
from .settings import Learning

# The share of the prior that is never forgotten: what has not been seen for long stays possible.
FLOOR = 0.05


class Part(NamedTuple):
    """One learned array within the vector: letter, modality or factor, shape, first entry."""

    letter: str
    place: int
    shape: tuple[int, ...]
    start: int

    @property
    def entries(self) -> slice:
        """Its entries in the vector, row by row."""
        return slice(self.start, self.start + int(np.prod(self.shape)))


def learned_parts(model: GenerativeModel, learning: Learning) -> tuple[Part, ...]:
    """The arrays that are learned.

    Raises:
        ValueError: the model has no prior for one of the letters.
    """
    parts, start = [], 0
    for letter in learning.what:
        priors = getattr(model.factors, f"p{letter}")
        if priors is None:
            raise ValueError(f"learning {letter} needs a prior: give the model p{letter}")
        for place, prior in enumerate(priors):
            if prior is not None:
                parts.append(Part(letter, place, prior.shape, start))
                start += prior.size
    return tuple(parts)


def prior_counts(
    model: GenerativeModel, parts: Sequence[Part], max_count: float | None
) -> np.ndarray:
    """The model's counts as one vector; columns of more than `max_count` are taken down to it."""
    flat = np.concatenate(
        [getattr(model.factors, f"p{part.letter}")[part.place].reshape(-1) for part in parts]
    )
    if max_count is None:
        return flat
    totals = column_sums(parts, flat, np)
    shrink = np.minimum(1, max_count / np.maximum(totals, max_count))
    return (flat * spread(parts, shrink, np)).astype(np.float32)


def column_sums(parts: Sequence[Part], flat: Any, xp: Any = jnp) -> Any:
    """Sum over outcomes or next states of each column of each array, `(columns,)`."""
    return xp.concatenate([flat[p.entries].reshape(p.shape[0], -1).sum(axis=0) for p in parts])


def spread(parts: Sequence[Part], columns: Any, xp: Any = jnp) -> Any:
    """A value of each column for each entry of the vector."""
    found, first = [], 0
    for part in parts:
        count = int(np.prod(part.shape[1:]))
        found.append(xp.tile(columns[first : first + count], part.shape[0]))
        first += count
    return xp.concatenate(found)


def grown(
    parts: Sequence[Part],
    learning: Learning,
    prior: Any,
    kept: Any,
    added: Any,
    news: Any,
    steps: Any,
    xp: Any = jnp,
) -> tuple[Any, Any]:
    """`kept` and `added` after `news` of some steps; entries without a prior count stay 0.

    Args:
        parts: of the vector.
        learning: how fast it forgets.
        prior: `(n,)`.
        kept: `(columns,)`.
        added: `(n,)`.
        news: `(n,)`, expected counts.
        steps: from how many steps.
        xp: `numpy`, where they are NumPy's arrays.
    """
    news = xp.where(prior > 0, news, 0.0)
    if learning.decay is not None:
        share = xp.float32(learning.decay) ** steps
        kept, added = FLOOR + share * (kept - FLOOR), share * added
    added = added + news
    if learning.max_count is not None:
        own = column_sums(parts, prior, xp)
        learned = (kept - FLOOR) * own + column_sums(parts, added, xp)
        room = learning.max_count - FLOOR * own
        share = xp.minimum(1.0, room / xp.maximum(learned, room))
        kept, added = FLOOR + share * (kept - FLOOR), added * spread(parts, share, xp)
    return kept, added


def total_counts(parts: Sequence[Part], prior: Any, kept: Any, added: Any, xp: Any = jnp) -> Any:
    """What is left of the prior, and what was learned."""
    return spread(parts, kept, xp) * prior + added


def by_array(parts: Sequence[Part], flat: Any) -> dict[tuple[str, int], Any]:
    """The vector taken apart: arrays by letter and place."""
    lead = flat.shape[:-1]
    return {(p.letter, p.place): flat[..., p.entries].reshape(*lead, *p.shape) for p in parts}


def means(
    parts: Sequence[Part], counts: Any, given: Mapping[str, Sequence], xp: Any = jnp
) -> dict[str, list]:
    """A, B and D: expected values where counts are, what was given elsewhere.

    Args:
        parts: of the vector.
        counts: `(n,)`.
        given: by letter the model's own arrays.
        xp: `numpy`, where they are NumPy's arrays.
    """
    arrays = {letter: list(own) for letter, own in given.items()}
    for (letter, place), own in by_array(parts, counts).items():
        arrays[letter][place] = expected(own, arrays[letter][place], xp)
    return arrays


def expected(counts: Any, given: Any, xp: Any = jnp) -> Any:
    """Mean distribution of each column; what was given where a column has no counts."""
    total = counts.sum(axis=0, keepdims=True)
    return xp.where(total > 0, counts / xp.where(total > 0, total, 1.0), given)
