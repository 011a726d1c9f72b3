"""Lists of arrays for several hidden-state factors and observation modalities, checked."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .checks import (
    check_count,
    check_distribution,
    check_magnitude,
    checked_array,
    checked_dependencies,
)

# One array per modality, and one per factor.
PER_MODALITY = ("A", "C", "pA")
PER_FACTOR = ("B", "D", "pB", "pD", "H")
LISTS = PER_MODALITY + PER_FACTOR

Arrays = tuple[np.ndarray, ...]
Counts = tuple[np.ndarray | None, ...] | None
Dependencies = tuple[tuple[int, ...], ...]


class Factors(NamedTuple):
    """Arrays of a model by modality and factor; see `GenerativeModel` for their meaning."""

    A: Arrays
    B: Arrays
    C: Arrays
    D: Arrays
    pA: Counts
    pB: Counts
    pD: Counts
    H: Arrays | None
    A_dependencies: Dependencies
    B_dependencies: Dependencies

    @property
    def num_states(self) -> tuple[int, ...]:
        """K of each factor."""
        return tuple(len(d) for d in self.D)

    @property
    def num_outcomes(self) -> tuple[int, ...]:
        """O of each modality."""
        return tuple(len(a) for a in self.A)

    @property
    def num_controls(self) -> tuple[int, ...]:
        """U of each factor; 1 where it is not controlled."""
        return tuple(b.shape[-1] for b in self.B)


def has_lists(B) -> bool:
    """Whether B is a list of arrays, one per factor, and not one array."""
    return isinstance(B, Sequence) and len(B) > 0 and np.ndim(B[0]) > 2


def checked_factors(given: Mapping[str, Any], policy_len: int) -> Factors:
    """Lists of a model, each array read-only float32.

    Args:
        given: A, B, C, D, pA, pB, pD, H, A_dependencies, B_dependencies, num_controls; single
            arrays stand for one factor and one modality.
        policy_len: steps of a policy, for a C that changes along it.

    Raises:
        ValueError: a shape disagrees or a distribution does not sum to 1; the message names
            modality, factor and axis.
    """
    single = not has_lists(given["B"])
    wrapped = {k: [v] if single and v is not None else v for k, v in given.items() if k in LISTS}

    def name(array: str, place: int) -> str:
        return array if single else f"{array}[{place}]"

    B, B_dependencies = _transitions(
        wrapped["B"], given["B_dependencies"], given["num_controls"], name
    )
    num_states = tuple(len(b) for b in B)
    A, A_dependencies = _likelihoods(wrapped["A"], given["A_dependencies"], num_states, name)
    D = _beliefs(wrapped["D"], num_states, name)
    counts: dict[str, Any] = {
        prior: _shaped_as(prior, wrapped[prior], arrays, name)
        for prior, arrays in (("pA", A), ("pB", B), ("pD", D), ("H", D))
    }
    C = _preferences(wrapped["C"], tuple(len(a) for a in A), policy_len, name)
    return Factors(
        A, B, C, D, **counts, A_dependencies=A_dependencies, B_dependencies=B_dependencies
    )


def checked_policy_prior(E, num_controls: Sequence[int], policy_len: int) -> np.ndarray | None:
    """E, `(number of policies,)` in pymdp's order, or None where all are equally likely."""
    if E is None:
        return None
    E = checked_array("E", E, [(math.prod(num_controls) ** policy_len, "policies")])
    check_distribution("E", E)
    return E


def _transitions(B, dependencies, num_controls, name) -> tuple[Arrays, Dependencies]:
    check_count("B", B, max(len(B), 1), "factor")
    if dependencies is None:
        dependencies = [[factor] for factor in range(len(B))]
    rows = checked_dependencies("B_dependencies", dependencies, len(B), len(B))
    if num_controls is not None:
        check_count("num_controls", num_controls, len(B), "factor")
    num_states = [np.shape(b)[0] if np.ndim(b) else 0 for b in B]
    arrays = []
    for factor, row in enumerate(rows):
        if factor not in row:
            raise ValueError(f"B_dependencies[{factor}] must contain {factor}, got {list(row)}")
        controls = None if num_controls is None else int(num_controls[factor])
        axes = [(None, f"next states of factor {factor}")]
        axes += [(num_states[other], f"states of factor {other}") for other in row]
        axes += [(controls, f"actions of factor {factor}")]
        arrays.append(checked_array(name("B", factor), B[factor], axes))
        check_distribution(name("B", factor), arrays[-1])
    return tuple(arrays), rows


def _likelihoods(A, dependencies, num_states, name) -> tuple[Arrays, Dependencies]:
    check_count("A", A, max(len(A), 1) if isinstance(A, Sequence) else 1, "modality")
    if dependencies is None:
        dependencies = [range(len(num_states))] * len(A)
    rows = checked_dependencies("A_dependencies", dependencies, len(A), len(num_states))
    arrays = []
    for modality, row in enumerate(rows):
        axes = [(None, f"outcomes of modality {modality}")]
        axes += [(num_states[factor], f"states of factor {factor}") for factor in row]
        arrays.append(checked_array(name("A", modality), A[modality], axes))
        check_distribution(name("A", modality), arrays[-1])
    return tuple(arrays), rows


def _preferences(C, num_outcomes, policy_len: int, name) -> Arrays:
    if C is None:
        C = [np.zeros(count) for count in num_outcomes]
    check_count("C", C, len(num_outcomes), "modality")
    arrays = []
    for modality, (c, count) in enumerate(zip(C, num_outcomes)):
        axes = [(count, f"outcomes of modality {modality}")]
        if np.ndim(c) == 2:
            axes.insert(0, (policy_len, "steps of a policy"))
        arrays.append(checked_array(name("C", modality), c, axes))
        check_magnitude(name("C", modality), arrays[-1])
    return tuple(arrays)


def _beliefs(D, num_states, name) -> Arrays:
    if D is None:
        D = [np.full(count, 1 / count) for count in num_states]
    check_count("D", D, len(num_states), "factor")
    arrays = []
    for factor, (d, count) in enumerate(zip(D, num_states)):
        arrays.append(checked_array(name("D", factor), d, [(count, f"states of factor {factor}")]))
        check_distribution(name("D", factor), arrays[-1])
    return tuple(arrays)


def _shaped_as(prior: str, given, arrays: Arrays, name) -> Counts:
    if given is None:
        return None
    check_count(prior, given, len(arrays), "modality" if prior in PER_MODALITY else "factor")
    checked = []
    for place, (value, array) in enumerate(zip(given, arrays)):
        if value is not None:
            axes = [(size, "entries") for size in array.shape]
            value = checked_array(name(prior, place), value, axes)
            if value.min() < 0:
                raise ValueError(f"{name(prior, place)} must not be negative, got {value.min()}")
            check_magnitude(name(prior, place), value)
        elif prior == "H":
            raise ValueError(f"H[{place}] must be an array, got None")
        checked.append(value)
    return tuple(checked)
