"""Models of memory, fitted to some episodes and judged on others."""

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

import numpy as np

from .clone_fit import STEPS_AFTER, backoff, clone_model, improved
from .clone_hmm import CloneModel, filtered
from .episodes import Episodes
from .features import ACTION, NOW, window
from .hybrid import Joined
from .machine import Machine, clone_machine, table_machine
from .tables import TableModel, register_features, table_log_probs, table_model

Family = Literal["none", "window", "registers", "latent", "hybrid"]
FAMILIES: tuple[Family, ...] = get_args(Family)
# Observations in a window; clones of each symbol, random starts of each, and states at most.
WINDOWS, CLONES, STARTS, MOST_CLONES = (2, 3, 4), (2, 4, 12), 2, 250
MOST_JOINED_CLONES = 120


class Candidate(NamedTuple):
    """A model of memory.

    Attributes:
        family: of models.
        name: what it is within the family; of hybrids also the number of clones of each.
        outcomes: `(H,)`, log probability of rewards and endings of each episode held out, nats.
        observations: `(H,)`, of its observations after the first.
        machine: makes the model of all episodes; it may have too many states.
    """

    family: Family
    name: str
    outcomes: np.ndarray
    observations: np.ndarray
    machine: Callable[[Episodes], Machine]

    @property
    def log_probs(self) -> np.ndarray:
        """`(H,)`, of all that follows."""
        return self.outcomes + self.observations


def candidates(
    family: Family, fitted: Episodes, held_out: Episodes, rng: np.random.Generator
) -> list[Candidate]:
    """All of a family."""
    if family == "none":
        return [_of_features("none", "newest observation", (NOW, ACTION), fitted, held_out)]
    if family == "window":
        return [
            _of_features("window", f"{length} observations", window(length), fitted, held_out)
            for length in WINDOWS
        ]
    if family == "registers":
        return [_registers(fitted, held_out)]
    if family == "hybrid":
        return _hybrids(fitted, held_out, rng)
    usable = [count for count in CLONES if count * fitted.num_symbols <= MOST_CLONES]
    return [_clones(count, fitted, held_out, rng) for count in usable for _ in range(STARTS)]


def _of_features(family: Family, name: str, features, fitted, held_out) -> Candidate:
    model = table_model(fitted, features, features)
    return Candidate(
        family,
        name,
        *table_log_probs(model, held_out),
        lambda data: table_machine(table_model(data, features, features), data),
    )


def _registers(fitted: Episodes, held_out: Episodes) -> Candidate:
    chosen = register_features(fitted)
    model = table_model(fitted, *chosen)
    return Candidate(
        "registers",
        _names(model),
        *table_log_probs(model, held_out),
        lambda data: table_machine(table_model(data, *chosen), data),
    )


def _names(model: TableModel) -> str:
    """Which features tell outcomes, and which observations."""
    return " / ".join(
        " + ".join(f"{kind} {number}" for kind, number in table.features) or "nothing"
        for table in model
    )


def _clones(count: int, fitted, held_out, rng: np.random.Generator) -> Candidate:
    model = clone_model(fitted, count, rng)

    def machine(data: Episodes) -> Machine:
        prior = backoff(data, model.first > 0)
        return clone_machine(improved(model, data, prior, STEPS_AFTER))

    return Candidate("latent", f"{count} clones", *_clone_log_probs(model, held_out), machine)


def _hybrids(fitted: Episodes, held_out: Episodes, rng: np.random.Generator) -> list[Candidate]:
    """Clones of symbols joined with the registers that tell outcomes."""
    registers, _ = register_features(fitted)
    joined = Joined.of(registers, fitted, held_out)
    if joined is None:
        return []
    names = " + ".join(f"{kind} {number}" for kind, number in joined.features)
    usable = [count for count in (1, *CLONES) if count * joined.size <= MOST_JOINED_CLONES]
    both = joined.episodes(fitted), joined.episodes(held_out)
    found = []
    for count in usable:
        for _ in range(STARTS if count > 1 else 1):
            clones = _clones(count, *both, rng)

            def machine(data: Episodes, clones=clones) -> Machine:
                return joined.machine(clones.machine(joined.episodes(data)), data.num_symbols)

            name = f"{names}, {count} each"
            found.append(clones._replace(family="hybrid", name=name, machine=machine))
    return found


def _clone_log_probs(model: CloneModel, data: Episodes) -> tuple[np.ndarray, np.ndarray]:
    """`(N,)` each: of all outcomes, and of all observations after the first, given the past."""
    found = filtered(model, data)
    outcomes = np.where(data.steps, np.log(found.outcome_chances), 0).sum(axis=1)
    return outcomes, np.log(found.chances).sum(axis=1) - outcomes
