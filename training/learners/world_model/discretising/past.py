"""Whether an observation shows the whole state, or its past must be looked at, too."""

import numpy as np

from ..experience import Experience, with_history
from .dynamics import local_fit, samples
from .features import fit_features
from .prediction import MAX_STARTS

# What the newest observation may leave unexplained of the moves, as the log of a share, before the
# past is looked at; and by how much a longer past must lessen it.
UNEXPLAINED, HISTORY_GAIN, LONGEST = -2.0, 1.5, 4
# Share of the steps that regressions are made from; the newest ones are foretold.
OLD_SHARE = 0.7
# Share of the errors that count, the smallest: where nothing was seen nearby regression may be off
# by any amount, and a few such steps would say that something is hidden.
COUNTED = 0.9


def choose_history(experience: Experience) -> int:
    """Observations in a window of the past, the newest one included.

    1 where the newest one foretells the next; else as many as foretell it clearly better.

    Args:
        experience: N steps, without their history.
    """
    num_observed = experience.observations.shape[1]
    length, error = 1, local_error(experience, num_observed)
    while length < LONGEST and error > UNEXPLAINED:
        longer = local_error(with_history(experience, length + 1), num_observed)
        if longer > error - HISTORY_GAIN:
            break
        length, error = length + 1, longer
    return length


def local_error(experience: Experience, num_observed: int) -> float:
    """Log of the squared error of local regressions, one step ahead, in variances of the moves.

    The newest steps are foretold from those before; the mean is trimmed, see `COUNTED`. Where
    observations lack something, most steps have an error that no amount of neighbours takes away.
    """
    newest = np.arange(len(experience)) >= int(OLD_SHARE * len(experience))
    features = fit_features("standardised", experience, num_observed)
    before = features(experience.observations)
    moves = (experience.next_observations - experience.observations)[:, :num_observed]
    scale = np.maximum(moves.std(axis=0), 1e-12)
    errors = []
    for action in range(experience.num_actions):
        old = np.flatnonzero(~newest & (experience.actions == action))
        new = np.flatnonzero(newest & (experience.actions == action))[-MAX_STARTS:]
        if len(old) < 2 * (before.shape[1] + 1) or not len(new):
            continue
        known = samples(before[old], before[old], np.zeros(len(old)), np.zeros(len(old), bool))
        known = known._replace(move=moves[old] / scale)
        fit = local_fit(known, before[new], np.full(len(new), 1e-3))
        errors.append(((fit.intercept - moves[new] / scale) ** 2).mean(axis=1))
    if not errors:
        return 0.0
    found = np.sort(np.concatenate(errors))
    return float(np.log(found[: int(np.ceil(COUNTED * len(found)))].mean() + 1e-9))
