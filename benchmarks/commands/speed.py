"""What `aifgym speed` does."""

from pathlib import Path

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator
from tqdm import tqdm

from ...envs import colours
from ..pictures import style
from ..speed.measurement import PairResult, measure, rows, table
from ..speed.pairs import PAIRS, prepared_peers
from ..system.provenance import library_versions
from .support import check_counts, check_folder, write_table


def speed(out: Path, turns: int, only: str) -> int:
    """Times the pairs whose names contain `only`, prints the table, writes it and a picture."""
    check_counts(turns=turns)
    chosen = [pair for pair in PAIRS if only in pair.name]
    if not chosen:
        raise ValueError(f"--only must be part of one of {[pair.name for pair in PAIRS]}")
    check_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    results = []
    with prepared_peers(), tqdm(chosen, unit=" pairs") as bar:
        for pair in bar:
            bar.set_description(pair.name)
            results.append(measure(pair, turns))
    versions = library_versions()
    write_table(out / "speed.csv", [row | versions for row in rows(results)])
    save_speed_figure(results, out)
    print(table(results))
    print(f"\n{turns} turns each; " + ", ".join(f"{k} {v}" for k, v in versions.items()))
    print(f"wrote {out / 'speed.csv'} and {out / 'speed.png'}")
    return 0


def save_speed_figure(results: list[PairResult], folder: Path) -> None:
    """How many times as fast as its peer each is, with range and goal, as PNG and SVG."""
    with style.applied():
        figure = style.new_figure(10, 0.55 * len(results) + 1.6)
        axes = figure.subplots()
        for place, result in enumerate(results):
            _draw_pair(axes, place, result)
        labels = [
            f"{result.pair.name}\nbeside {result.pair.peer}".replace("`", "") for result in results
        ]
        axes.set_yticks(range(len(results)), labels, fontsize=8)
        axes.set_ylim(len(results) - 0.5, -0.5)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
        axes.axvline(1, color="black", linewidth=0.8, linestyle=":")
        axes.set_xlabel("times as fast as the peer: median (dot), range (line), goal (tick)")
        axes.margins(x=0.1)
        style.save(figure, folder, "speed")


def _draw_pair(axes, place: int, result: PairResult) -> None:
    ours, goal = style.rgb(colours.BLUE), style.rgb(colours.VERMILION)
    middle, low, high = np.percentile(result.ratios, [50, 0, 100])
    axes.plot([low, high], [place, place], color=ours, linewidth=2)
    axes.plot(middle, place, "o", color=ours, markersize=8)
    axes.plot(result.pair.at_least, place, "|", color=goal, markersize=18, markeredgewidth=2.5)
    right = max(high, result.pair.at_least)
    axes.annotate(f"{middle:.3g}", (right, place), (8, 0), textcoords="offset points", va="center")
