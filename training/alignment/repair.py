"""Repair of an alignment that has a stretch of states out of place.

With spare indices a wrong order can hide: two states that share an index close up, a state that has
two indices opens, and all states between the two are one step off. Each break costs little, and
moving one index or exchanging two states only makes it worse. So whole stretches are moved: states
that an action leads through, each to the next one or to the one before. What decides is how well B
explains pairs of successive outcomes (`emissions`). Transition counts of the learned model would
not do: where two states share an index, its dynamics believe in the wrong order, too.

Letters as in `alignment`; a move is ``(K,)``, where each state's indices go.
"""

import numpy as np

from .align import MIN_MOVED_SHARE, SMALLEST_TRANSITION, Alignment
from .assignment import assignment_score, index_usage, state_counts
from .emissions import Emissions, fit_emissions, hard_emissions, most_probable_states

# Moves tried per round, steps of the fit for each, and for the one that is taken.
NUM_TRIED, TRIAL_STEPS, SETTLE_STEPS = 30, 15, 60
# Moves that differ at no more states than this are alike: one of them is tried.
ALIKE = 3
MAX_ROUNDS = 12
# What a moved state keeps of the mean emission, so that the fit can still change it.
FLOOR = 1e-3
# Gain, in nats over all pairs, below which a move is not taken, and a rival is as good.
MIN_GAIN = 1.0
AMBIGUOUS_BELOW = 3.0


def repair(
    alignment: Alignment, transition_counts: np.ndarray, outcome_pairs: np.ndarray, B: np.ndarray
) -> Alignment:
    """The alignment with stretches moved while pairs of outcomes become more probable.

    Args:
        alignment: from `align`, of the same counts.
        transition_counts: ``(L, L, U)`` expected counts of the learned model, which propose.
        outcome_pairs: ``(L, L, U)`` expected counts of the encoder's outcomes alone, which decide.
        B: ``(K, K, U)`` reference.

    Returns:
        The repaired alignment. Its runner-up is the best of what `alignment` proposed. Scores are
        those of the transition counts, which did not decide: the runner-up's may be higher.
    """
    counts = np.asarray(transition_counts, float) / np.sum(transition_counts)
    pairs, B = np.asarray(outcome_pairs, float), np.asarray(B, float)
    num_pairs, usage = pairs.sum(), index_usage(pairs / pairs.sum())
    log_B = np.log(np.maximum(B, SMALLEST_TRANSITION))
    proposed = (alignment.state_of_index, alignment.runner_up)
    settled = [
        fit_emissions(pairs, B, hard_emissions(usage, states, len(B)), SETTLE_STEPS)
        for states in proposed
    ]
    best = max(settled, key=lambda fitted: fitted.log_likelihood)
    for _ in range(MAX_ROUNDS):
        better = _best_move(best, counts, pairs, log_B, B)
        if (better.log_likelihood - best.log_likelihood) * num_pairs < MIN_GAIN:
            break
        best = better
    state_of_index = most_probable_states(best)
    rivals = [(rival, most_probable_states(rival)) for rival in settled]
    rivals = [
        (rival.log_likelihood, states)
        for rival, states in rivals
        if usage[states != state_of_index].sum() >= MIN_MOVED_SHARE / len(B)
    ]
    second, runner_up = max(rivals, key=lambda rival: rival[0], default=(-np.inf, state_of_index))
    return alignment._replace(
        state_of_index=state_of_index,
        score=assignment_score(counts, log_B, state_of_index),
        runner_up=runner_up,
        runner_up_score=assignment_score(counts, log_B, runner_up) if rivals else -np.inf,
        ambiguous=bool((best.log_likelihood - second) * num_pairs < AMBIGUOUS_BELOW),
    )


def _best_move(
    current: Emissions, counts: np.ndarray, pairs: np.ndarray, log_B: np.ndarray, B: np.ndarray
) -> Emissions:
    """The most probable model that one move leads to."""
    flow = state_counts(counts, len(B), most_probable_states(current))
    gains, moves = shifts(flow, log_B)
    tried = [
        fit_emissions(pairs, B, _moved(current.probs, moves[move]), TRIAL_STEPS)
        for move in _unlike(gains, moves)
    ]
    best = max([current, *tried], key=lambda fitted: fitted.log_likelihood)
    return fit_emissions(pairs, B, best.probs, SETTLE_STEPS)


def shifts(flow: np.ndarray, log_B: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All stretches that can be moved by one step, and what the assignment score gains by it.

    Args:
        flow: ``(K, K, U)`` transitions between states, sum 1.
        log_B: ``(K, K, U)``.

    Returns:
        ``(M,)`` gains and ``(M, K)`` moves, some of them more than once.
    """
    gains, moves = [], []
    for path in _paths(log_B):
        for origin, target in ((path[:-1], path[1:]), (path[1:], path[:-1])):
            gains.append(_prefix_gains(flow, log_B, origin, target))
            move = np.tile(np.arange(len(log_B)), (len(origin), 1))
            moved = np.tri(len(origin), dtype=bool)
            move[:, origin] = np.where(moved, target, origin)
            moves.append(move)
    if not moves:
        return np.empty(0), np.empty((0, len(log_B)), int)
    return np.concatenate(gains), np.concatenate(moves)


def _paths(log_B: np.ndarray) -> list[np.ndarray]:
    """From each state, where each action most probably leads, until a state comes again."""
    paths = []
    for successor in log_B.argmax(0).T.tolist():
        for state in range(len(log_B)):
            path = [state]
            while successor[path[-1]] not in path:
                path.append(successor[path[-1]])
            if len(path) > 1:
                paths.append(np.array(path))
    return paths


def _prefix_gains(
    flow: np.ndarray, log_B: np.ndarray, origin: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """What the score gains if the first 1, 2, ... of `origin` move to `target`."""
    into, out = flow[origin], flow[:, origin]
    only_next = (into * (log_B[target] - log_B[origin])).sum(2)
    only_current = (out * (log_B[:, target] - log_B[:, origin])).sum(2)
    within = into[:, origin]
    both = log_B[target][:, target] - log_B[origin][:, origin]
    correction = (within * both).sum(2) - only_next[:, origin] - only_current[origin]
    joint = correction.cumsum(0).cumsum(1).diagonal()
    return joint + only_next.sum(1).cumsum() + only_current.sum(0).cumsum()


def _unlike(gains: np.ndarray, moves: np.ndarray) -> list[int]:
    """Indices of the moves that gain most, leaving out those that resemble a better one."""
    gains, chosen = gains.copy(), []
    while len(chosen) < NUM_TRIED and np.isfinite(gains).any():
        chosen.append(int(gains.argmax()))
        gains[(moves != moves[chosen[-1]]).sum(1) <= ALIKE] = -np.inf
    return chosen


def _moved(probs: np.ndarray, move: np.ndarray) -> np.ndarray:
    """Where states meet, the mean of their emissions; a state that nobody reaches keeps its own."""
    arrivals = np.eye(len(move))[move]
    number = arrivals.sum(0)
    moved = np.where(number > 0, probs @ arrivals / np.maximum(number, 1), probs)
    return moved + FLOOR * probs.mean(1, keepdims=True)
