"""Lives in changing worlds as rows of a table, and what the table says of them."""

import csv
from pathlib import Path

import numpy as np

from ...analysis.recovery import Recovery, recovery
from ...analysis.statistics import Estimate
from ...running.result_lines import plain
from ...scenarios.changing import CHANGES
from .changes import FIXED, FORGETTING, OURS, TOLD, lives, our_lives

FIELDS = ("scenario", "contender", "seed", "returns")
PYMDP, SB3 = "pymdp learning", ("PPO tuned", "RecurrentPPO")
PEERS: tuple[str, ...] = (PYMDP, *SB3)

HEAD = (
    "| scenario | contender | lives | lost before | recovered at the end | episodes to 80 % "
    "| of the median life | returns lost after |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def lines(name: str, found: dict[str, np.ndarray]) -> list[str]:
    """Of the Markdown table, for each contender's `(lives, episodes)`."""
    changes = np.cumsum(CHANGES[name].episodes)[:-1].tolist()
    reference = found[FIXED], found[TOLD]
    return [
        _line(name, contender, own, recovery(own, *reference, changes))
        for contender, own in found.items()
    ]


def _line(name: str, contender: str, own: np.ndarray, found: Recovery) -> str:
    percent = [_shown(e, 100, " %") for e in (found.lost_before, found.recovered)]
    rest = [_shown(e) for e in (found.episodes, found.own_episodes, found.area_lost)]
    return f"| {name} | {contender} | {len(own)} | " + " | ".join([*percent, *rest]) + " |"


def _shown(estimate: Estimate, factor: float = 1.0, unit: str = "") -> str:
    value, low, high = (
        f"{round(factor * x, 2) + 0.0:.3g}" if np.isfinite(x) else "never"
        for x in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value}{unit if value != 'never' else ''} ({low}, {high})"


def lived(name: str, contender: str, count: int, first_seed: int, rows: list[dict]) -> list[dict]:
    """Rows of those lives that are not there yet."""
    done = {
        int(row["seed"]) for row in rows if (row["scenario"], row["contender"]) == (name, contender)
    }
    seeds = [seed for seed in range(first_seed, first_seed + count) if seed not in done]
    if not seeds:
        return []
    # Worlds side by side have seeds that follow one another.
    together = [(seeds[at], count) for at, count in _runs(seeds)]
    if contender in OURS or contender in FORGETTING:
        found = [own for first, n in together for own in our_lives(name, contender, n, first)]
    elif contender == PYMDP:
        from .pymdp_lives import PymdpLearner

        change, agents = CHANGES[name], [PymdpLearner(CHANGES[name])]
        found = [own for first, n in together for own in lives(change, agents, n, first)]
    else:
        from .sb3_lives import sb3_life

        found = [sb3_life(name, contender, seed) for seed in seeds]
    return [
        dict(zip(FIELDS, (name, contender, seed, " ".join(f"{r:g}" for r in own))))
        for seed, own in zip(seeds, found)
    ]


def _runs(seeds: list[int]) -> list[tuple[int, int]]:
    """Where seeds that follow one another begin, and how many they are."""
    begins = np.flatnonzero(np.diff(seeds, prepend=seeds[0] - 2) != 1)
    return list(zip(begins.tolist(), np.diff(begins, append=len(seeds)).tolist()))


def finished(path: Path) -> list[dict]:
    """Rows of a file that `aifgym changes` wrote; none where there is no such file."""
    if not path.exists():
        return []
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    if rows and (tuple(rows[0]) != FIELDS or {len(row) for row in rows} != {len(FIELDS)}):
        raise ValueError(f"{path} is no table of aifgym changes: take another --out")
    return [dict(zip(FIELDS, map(plain, row))) for row in rows[1:]]


def returns_of(rows: list[dict], name: str, contender: str) -> np.ndarray:
    """`(lives, episodes)`."""
    own = [row for row in rows if (row["scenario"], row["contender"]) == (name, contender)]
    return np.array([[float(one) for one in row["returns"].split()] for row in own])
