"""What happened while a world model was learned, and what about it should make one doubt."""

import dataclasses

import numpy as np

from .experience import Experience

# Squared prediction error in variances above which a model foretells badly: its logarithm.
LARGEST_ERROR = -1.0
# Mean novelty above which much is still unknown, nats.
LARGEST_NOVELTY = 0.5
# Share by which a promised return may be above what was collected.
LARGEST_PROMISE = 0.5


@dataclasses.dataclass(frozen=True)
class LearnHistory:
    """What happened, round by round.

    Attributes:
        rows: one dict per round: `steps` and `episodes` so far, `mean_return` of the episodes that
            ended in the round (None where none did), and `exploiting_return` of those that were
            played without novelty; where observations are continuous also `num_states` of a
            discretisation, `duration` for which actions are held, `features`, `history`, the log
            of the held-out `prediction_error`, `novelty` left, `promise` and `collected`, the
            discounted returns that planning expects and that were had; `seconds` of processor.
        memories: the models of memory that were compared in the last round, one dict each, see
            `aifgym.training.learners.memory.selection.Chosen`; empty where none were.
        warnings: reasons to doubt the result, in words; empty is good.
    """

    rows: tuple[dict, ...]
    warnings: tuple[str, ...] = ()
    memories: tuple[dict, ...] = ()


def returns_of(part: Experience, discount: float = 1.0) -> np.ndarray:
    """`(E,)`, the return of each episode of a round, of those cut off by its end too."""
    episodes = part.episodes - part.episodes[0]
    first = np.searchsorted(part.episodes, part.episodes)
    steps = np.arange(len(part)) - first
    return np.bincount(episodes, discount**steps * part.rewards)


def doubts(rows: list[dict], scale: float) -> tuple[str, ...]:
    """Reasons to doubt, from signals that need no label.

    Args:
        rows: of `LearnHistory`.
        scale: the largest absolute reward.
    """
    found = []
    last = rows[-1]
    if scale == 0:
        found.append("no reward was seen: the agent prefers nothing, give it a goal")
    error = last.get("prediction_error")
    if error is not None and error > LARGEST_ERROR:
        found.append(
            f"the model foretells badly: squared error {np.exp(error):.2f} of the observations' "
            "variance on what it had not seen; a longer history= or more states may help"
        )
    if last.get("novelty", 0) > LARGEST_NOVELTY:
        found.append(f"much is still unknown: novelty {last['novelty']:.2f}; take more steps")
    pairs = [(row["promise"], row["collected"]) for row in rows[-3:] if row.get("collected")]
    if pairs:
        promise, collected = np.mean(pairs, axis=0)
        if promise - collected > LARGEST_PROMISE * max(abs(collected), abs(promise)):
            found.append(
                f"the model promises a discounted return of {promise:.1f}, "
                f"{collected:.1f} was collected: it may be too hopeful"
            )
    return tuple(found)


def history_of(rows: list[dict], parts: list[Experience]) -> LearnHistory:
    """What happened, from a row and the records of each round; at least one."""
    scale = max(float(np.abs(part.rewards).max()) for part in parts)
    memories = rows[-1].get("memories", [])
    rows = [{name: row[name] for name in row if name != "memories"} for row in rows]
    found = doubts(rows, scale)
    if memories and not any(memory["chosen"] for memory in memories):
        found += ("no memory of those asked for has few enough states to plan over: there is none",)
    return LearnHistory(tuple(rows), found, tuple(memories))


def row_of(
    part: Experience, made, steps: int, rows: list[dict], discount: float, num_envs: int
) -> dict:
    """The row of a round.

    Args:
        part: what was recorded in it.
        made: the `Round` of discretisations; None where observations are whole numbers.
        steps: so far.
        rows: of the rounds before.
        discount: of a step.
        num_envs: N.
    """
    returns = returns_of(part)
    ends = np.append(part.episodes[1:] != part.episodes[:-1], part.ended[-1])
    whole = np.unique(part.episodes[ends]) - part.episodes[0]
    row = {
        "steps": steps,
        "episodes": len(whole) + (rows[-1]["episodes"] if rows else 0),
        "mean_return": float(returns[whole].mean()) if len(whole) else None,
    }
    if made is None:
        return row
    # Episodes are played with and without novelty in turn, see the learner.
    exploiting = whole[whole % 2 == 1] if rows and num_envs == 1 else whole[:0]
    collected = returns_of(part, discount)[exploiting]
    scores = made.standing.scores
    return row | {
        "exploiting_return": float(returns[exploiting].mean()) if len(exploiting) else None,
        "num_states": len(made.members[0].spacing),
        "duration": made.standing.duration,
        "features": made.standing.kind,
        "history": made.standing.history,
        "prediction_error": scores.get(made.standing.kind),
        "novelty": made.novelty,
        "promise": made.promise,
        "collected": float(collected.mean()) if len(collected) else None,
    }
