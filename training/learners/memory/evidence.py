"""Which features of the past tell what follows: chosen by Dirichlet-multinomial evidence."""

import numpy as np
from scipy.special import gammaln

# Counts that each cell of a table starts with when tables are compared, and parents at most.
CONCENTRATION, MOST_PARENTS = 0.5, 6


def log_evidence(contexts: np.ndarray, targets: np.ndarray, num_values: int) -> float:
    """Log probability of targets `(M,)` whose distribution depends on contexts `(M,)`, nats.

    The distribution of each context is integrated out under a symmetric Dirichlet prior.
    """
    _, numbers = np.unique(contexts, return_inverse=True)
    size = int(numbers.max(initial=-1)) + 1
    cells = np.bincount(numbers * num_values + targets, minlength=size * num_values)
    counts = cells.reshape(size, num_values)
    total = num_values * CONCENTRATION
    of_cells = gammaln(counts[counts > 0] + CONCENTRATION) - gammaln(CONCENTRATION)
    of_rows = gammaln(total) - gammaln(counts.sum(axis=1) + total)
    return float(of_rows.sum() + of_cells.sum())


def chosen_parents(
    values: np.ndarray, targets: np.ndarray, num_values: int, *, by_action: bool = False
) -> tuple[int, ...]:
    """Features that together tell most about the targets.

    Greedily forwards, with a cost of `log F` for each; where no feature alone helps, also together
    with the action, for what must be remembered often matters only to what one does; and backwards
    at the end.

    Args:
        values: `(M, F)` int, features; the last one is the action.
        targets: `(M,)` int.
        num_values: of targets.
        by_action: whether the action is always among them: what it brings is what is asked, also
            where it was nearly always the same.
    """
    cost, action = np.log(values.shape[1]), values.shape[1] - 1

    def worth(parents: tuple[int, ...]) -> float:
        found = log_evidence(joint_codes(values, parents), targets, num_values)
        return found - cost * len(parents)

    chosen: tuple[int, ...] = (action,) if by_action else ()
    best = worth(chosen)
    while len(chosen) < MOST_PARENTS:
        others = [i for i in range(values.shape[1]) if i not in chosen]
        tries = [(*chosen, i) for i in others]
        found = _best(worth, tries)
        if found[0] <= best and action not in chosen:
            found = _best(worth, [(*chosen, action, i) for i in others if i != action])
        if found[0] <= best:
            break
        best, chosen = found
    best, chosen = max((best, chosen), _best(worth, [(i, action) for i in range(action)]))
    while chosen:
        kept = {action} if by_action else set()
        fewer = [tuple(j for j in chosen if j != i) for i in chosen if i not in kept]
        found = _best(worth, fewer) if fewer else (-np.inf, chosen)
        if found[0] < best:
            break
        best, chosen = found
    return tuple(sorted(chosen))


def joint_codes(values: np.ndarray, parents: tuple[int, ...]) -> np.ndarray:
    """`(M,)` int, one number for each combination of the parents' values."""
    codes = np.zeros(len(values), int)
    for parent in parents:
        column = values[:, parent] - values[:, parent].min(initial=0)
        joined = codes * (column.max(initial=0) + 1) + column
        codes = np.unique(joined, return_inverse=True)[1].ravel()
    return codes


def _best(worth, tries: list[tuple[int, ...]]) -> tuple[float, tuple[int, ...]]:
    return max(((worth(parents), parents) for parents in tries), key=lambda pair: pair[0])
