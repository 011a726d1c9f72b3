"""How fast are we, beside a peer that does the same, in one run?

A machine that others use too is now fast and now slow, so each pair is timed in turn, ours, peer,
ours, peer, and it is the ratio of neighbours that counts.
"""

import dataclasses
import time
from collections.abc import Callable, Sequence

import numpy as np

# A block of calls that is timed at once lasts about as long, so that the clock does not matter.
BLOCK_SECONDS = 0.1
Action = Callable[[], object]


@dataclasses.dataclass(frozen=True)
class Pair:
    """What is compared.

    Attributes:
        name: what ours does.
        peer: what the peer does.
        at_least: how many times as fast as the peer ours should be.
        build: returns ours and the peer, each a function that does the work once.
        peer_times: how often the peer's work counts, where it is done once but needed more often.
    """

    name: str
    peer: str
    at_least: float
    build: Callable[[], tuple[Action, Action]]
    peer_times: int = 1


@dataclasses.dataclass(frozen=True)
class PairResult:
    """One pair, measured.

    Attributes:
        pair: what was compared.
        ours_seconds: `(M,)`, time of one call, for each of M turns.
        peer_seconds: `(M,)`, of the peer, right after, as often as it counts.
    """

    pair: Pair
    ours_seconds: np.ndarray
    peer_seconds: np.ndarray

    @property
    def ratios(self) -> np.ndarray:
        """`(M,)`, how many times as fast as the peer ours is, turn by turn."""
        return self.peer_seconds / self.ours_seconds

    @property
    def holds(self) -> bool:
        """Whether the median ratio is what it should be."""
        return bool(np.median(self.ratios) >= self.pair.at_least)


def measure(pair: Pair, num_turns: int) -> PairResult:
    """Builds, warms up and times one pair.

    Args:
        pair: the pair.
        num_turns: M, how often ours and the peer are timed.
    """
    ours, peer = pair.build()
    counts = [_calls_per_block(action) for action in (ours, peer)]
    seconds = np.array(
        [[_timed(ours, counts[0]), _timed(peer, counts[1])] for _ in range(num_turns)]
    )
    return PairResult(pair, seconds[:, 0], seconds[:, 1] * pair.peer_times)


def _calls_per_block(action: Action) -> int:
    """How many calls fill a block, after the first calls, which may compile."""
    seconds = [_timed(action, 1) for _ in range(3)]
    return max(1, round(BLOCK_SECONDS / seconds[-1]))


def _timed(action: Action, count: int) -> float:
    before = time.perf_counter()
    for _ in range(count):
        action()
    return (time.perf_counter() - before) / count


def rows(results: Sequence[PairResult]) -> list[dict]:
    """What the table and the CSV file say of each pair; times in microseconds of one call."""
    return [
        {
            "ours": result.pair.name,
            "peer": result.pair.peer,
            "ours_us": round(float(np.median(result.ours_seconds)) * 1e6, 2),
            "peer_us": round(float(np.median(result.peer_seconds)) * 1e6, 2),
            "times_as_fast": round(float(np.median(result.ratios)), 3),
            "lowest": round(float(result.ratios.min()), 3),
            "highest": round(float(result.ratios.max()), 3),
            "at_least": result.pair.at_least,
            "holds": result.holds,
            "turns": len(result.ratios),
        }
        for result in results
    ]


def table(results: Sequence[PairResult]) -> str:
    """Markdown table for people."""
    lines = [
        "| ours | peer | ours takes | peer takes | times as fast (lowest, highest) | should be |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows(results):
        verdict = "" if row["holds"] else " (missed)"
        lines.append(
            f"| {row['ours']} | {row['peer']} | {_duration(row['ours_us'])} "
            f"| {_duration(row['peer_us'])} | **{row['times_as_fast']:.3g}** "
            f"({row['lowest']:.3g}, {row['highest']:.3g}) | {row['at_least']:.3g}{verdict} |"
        )
    return "\n".join(lines)


def _duration(microseconds: float) -> str:
    for unit, factor in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= factor:
            return f"{microseconds / factor:.3g} {unit}"
    return f"{microseconds:.3g} us"
