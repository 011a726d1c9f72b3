"""`aifgym seeds`, `tune`, `costs`, `goals` and `changes`: studies, with a table of lines each."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..scenarios.changing import CHANGES
from ..studies import seeds as seed_study
from ..studies.lives import table
from ..studies.lives.changes import FORGETTING, OURS
from ..studies.lives.noticing import NOTICING_LIVES, WORLD, noticing
from .pictures import check_figures
from .support import check_counts, check_folder, check_parent, require_bench, write_table


def seeds(
    study: seed_study.SeedStudy, num_seeds: int, first_seed: int, tutorial: bool, out: Path
) -> int:
    """Runs the study, one line per seed, writes the table and prints the success fractions."""
    check_counts(num_seeds=num_seeds)
    check_parent(out)
    references = seed_study.control_references(study)
    runs = [seed_study.run_seed] + [seed_study.run_tutorial_seed] * tutorial
    results = []
    for run in runs:
        for seed in tqdm(range(first_seed, first_seed + num_seeds), unit=" seeds"):
            results.append(run(study, seed, references))
            write_table(out, [dataclasses.asdict(result) for result in results])
    for recipe in dict.fromkeys(result.recipe for result in results):
        print(_seeds_line(recipe, [r for r in results if r.recipe == recipe]))
    print(f"wrote {out}")
    return 0


def tune(out: Path) -> int:
    """Runs the search, writes its table and prints the winner."""
    require_bench("tune")
    from ..studies import tuning

    check_parent(out)
    with tqdm(total=tuning.num_steps(), unit=" steps") as bar:
        tried = tuning.search(progress=bar.update)
    write_table(out, tried)
    print(f"best: {tried[0]['settings']}, score {tried[0]['score']}\nwrote {out}")
    return 0


def costs(out: Path) -> int:
    """Measures what learning a task costs, by steps, states and dimensions; prints the table."""
    from ..studies import costs as study

    check_parent(out)
    rows = []
    for sizes in tqdm(study.settings(), unit=" rows"):
        rows.append(study.measured(*sizes))
        write_table(out, rows)
    print("\n".join([*study.table(rows), "", f"wrote {out}"]))
    return 0


def goals(steps: int, num_seeds: int, first_seed: int, episodes: int, out: Path) -> int:
    """Tells agents other goals after learning, PPO beside them; prints the table."""
    require_bench("goals")
    from ..studies import other_goals as study

    check_counts(steps=steps, num_seeds=num_seeds, episodes=episodes)
    check_parent(out)
    rows = []
    for goal in study.GOALS:
        for seed in tqdm(range(first_seed, first_seed + num_seeds), goal.words, unit=" seeds"):
            rows += study.run_goal(goal, steps, seed, episodes)
            write_table(out, rows)
    print("\n".join([*study.table(rows), "", f"wrote {out}"]))
    return 0


def changes(
    only: str,
    num_lives: int,
    peer_lives: dict[str, int],
    seed: int,
    out: Path,
    forgetting: bool = False,
) -> int:
    """Lives in the worlds whose names contain `only`; table, pictures, and a line for each life.

    What `out` holds already is kept and not lived again. With `forgetting` also of who learns and
    forgets in other ways, for the table alone. In the ring whose actuator breaks also what is
    believed of it, and how surprised who learns is, and who does not.
    """
    names = [name for name in CHANGES if only in name]
    if not names:
        raise ValueError(f"--only must be part of one of {', '.join(CHANGES)}, got {only!r}")
    ours = (*OURS, *FORGETTING) if forgetting else OURS
    counts = dict.fromkeys(ours, num_lives) | peer_lives
    if num_lives < 2 or min(counts.values()) < 0:
        raise ValueError(
            f"--num-lives must be at least 2, and no other number of lives negative, got {counts}"
        )
    if any(peer_lives[name] for name in table.SB3):
        require_bench("changes with lives of peers")
    check_folder(out)
    check_figures(out, "--out")
    from ..report.lives import save_lives, save_noticing

    path = out / "changes.csv"
    rows = table.finished(path)
    for name, contender in tqdm(list(itertools.product(names, counts)), unit=" groups"):
        rows += table.lived(name, contender, counts[contender], seed, rows)
        write_table(path, rows)
    print(table.HEAD)
    for name in names:
        shown = {who: table.returns_of(rows, name, who) for who in counts}
        found = {who: own for who, own in shown.items() if len(own)}
        ends = np.cumsum(CHANGES[name].episodes)[:-1]
        print("\n".join(table.lines(name, found)))
        drawn = {who: own for who, own in found.items() if who not in FORGETTING}
        save_lives(drawn, ends, name, out)
    if WORLD in names:
        save_noticing(noticing(min(num_lives, NOTICING_LIVES), seed), out)
    print(f"wrote {path} and pictures")
    return 0


def _seeds_line(recipe: str, results: list[seed_study.SeedResult]) -> str:
    gaps = np.array([r.bayes_accuracy - r.raw_accuracy for r in results])
    seconds = np.array([result.seconds for result in results])
    scores = [r.control_score for r in results if r.control_score is not None]
    failed = [result.seed for result in results if not result.success]
    control = f", control score mean {np.mean(scores):.3f} min {min(scores):.3f}" if scores else ""
    warned = sum(bool(result.warnings) for result in results)
    return (
        f"{recipe}: {len(results) - len(failed)} of {len(results)} seeds succeed (failed: "
        f"{failed or 'none'}); exact Bayes {np.mean([r.bayes_accuracy for r in results]):.3f}, "
        f"gap mean {gaps.mean():.4f} max {gaps.max():.4f}; aligned accuracy "
        f"{np.mean([r.aligned_accuracy for r in results]):.3f}{control}; seconds: first "
        f"{seconds[0]:.1f}, further {np.median(seconds[1:]) if len(seconds) > 1 else 0:.2f}; "
        f"{warned} warned"
    )
