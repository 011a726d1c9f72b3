"""What `aifgym speed` does."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from tqdm import tqdm

from ..agents.files import replacing
from .runner import library_versions
from .speed import PairResult, measure, table, write_csv
from .speed_pairs import PAIRS, prepared_peers


def speed(out: Path, turns: int, only: str) -> int:
    """Times the pairs whose names contain `only`, prints the table, writes it and a picture."""
    if turns < 1:
        raise ValueError(f"--turns must be at least 1, got {turns}")
    chosen = [pair for pair in PAIRS if only in pair.name]
    if not chosen:
        raise ValueError(f"--only must be part of one of {[pair.name for pair in PAIRS]}")
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out must be a folder, {out} is a file")
    out.mkdir(parents=True, exist_ok=True)
    results = []
    with prepared_peers(), tqdm(chosen, unit=" pairs") as bar:
        for pair in bar:
            bar.set_description(pair.name)
            results.append(measure(pair, turns))
    versions = library_versions()
    write_csv(out / "speed.csv", results, versions)
    save_speed_figure(results, out / "speed.png")
    print(table(results))
    print(f"\n{turns} turns each; " + ", ".join(f"{k} {v}" for k, v in versions.items()))
    print(f"wrote {out / 'speed.csv'} and {out / 'speed.png'}")
    return 0


def save_speed_figure(results: list[PairResult], path: Path) -> None:
    """How many times as fast as its peer each is: median, range, and what it should be, as PNG."""
    figure = Figure(figsize=(10, 0.55 * len(results) + 1.6), layout="constrained")
    axis = figure.subplots()
    for place, result in enumerate(results):
        middle, (low, high) = np.median(result.ratios), np.percentile(result.ratios, [0, 100])
        axis.plot([low, high], [place, place], color="#0072B2", linewidth=2)
        axis.plot(middle, place, "o", color="#0072B2", markersize=8)
        axis.plot(result.at_least, place, "|", color="#D55E00", markersize=18, markeredgewidth=2.5)
        axis.annotate(f"{middle:.3g}", (high, place), (8, 0), textcoords="offset points",
                      va="center")  # fmt: skip
    labels = [f"{result.name}\nbeside {result.peer}".replace("`", "") for result in results]
    axis.set_yticks(range(len(results)), labels, fontsize=8)
    axis.set_ylim(len(results) - 0.5, -0.5)
    axis.set_xscale("log")
    axis.axvline(1, color="black", linewidth=0.8, linestyle=":")
    axis.set_xlabel("times as fast as the peer: median (dot), range (line), goal (tick)")
    axis.spines[["top", "right"]].set_visible(False)
    axis.margins(x=0.1)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150, format="png")
