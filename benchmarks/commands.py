"""What the sub-commands of `aifgym` do, given checked arguments. Each returns an exit code."""

import dataclasses
import importlib.util
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..agents import ActiveInferenceEncoderAgent
from ..envs import LineWorld
from ..training import tutorial, tutorial_page
from ..training.recipes import TutorialRecipe
from . import picture_commands, seed_study
from .agent_notes import note_differences
from .evaluation import episode_returns
from .references import ExactBayes, Random
from .statistics import normalised_score
from .train_command import MissingExtra, check_parent, make_env, write_table

# Accuracies are counts of labels, so they agree exactly or not at all.
TOLERANCE, ACCURACY_TOLERANCE = 1e-3, 1e-6


def evaluate(
    path: Path, episodes: int, episode_steps: int, world: LineWorld, compiled: bool
) -> int:
    """Prints mean returns of the agent and of the two references that scores refer to."""
    if episodes < 1:
        raise ValueError(f"--episodes must be at least 1, got {episodes}")
    if world.rewarded_state is None:
        raise ValueError("--target-state must be a state: the references need to know the target")
    agent = ActiveInferenceEncoderAgent.load(path)
    if agent.model.num_states != world.num_states:
        raise ValueError(
            f"{path} has {agent.model.num_states} states, the world {world.num_states}: "
            "pass --num-states"
        )

    note_differences(agent, world)
    make_scenario_env = partial(make_env, world, episode_steps)
    policies = {"agent": agent, "random": Random(), "exact Bayes": ExactBayes()}
    returns = {}
    for name, policy in policies.items():
        if policy is not agent:
            policy.train(make_scenario_env)
        if policy is agent and compiled:
            from .closed_loop import closed_loop_returns  # pymdp's environments load slowly

            returns[name] = closed_loop_returns(agent, world, episode_steps, episodes)
        else:
            returns[name] = episode_returns(policy, make_scenario_env, episodes)
        error = returns[name].std() / np.sqrt(episodes)
        print(f"{name:12s} mean return {returns[name].mean():7.3f} +- {error:.3f}")
    score = normalised_score(*(returns[n].mean() for n in ("agent", "random", "exact Bayes")))
    print("normalised score " + ("-" if score is None else f"{score:.3f}"))
    return 0


def reproduce(folder: Path | None = None) -> int:
    """Prints the page's figure, ours and the difference side by side; draws into `folder`."""
    if folder is not None:
        picture_commands.check_figures(folder, "--figures")
    with tqdm(total=TutorialRecipe().train_steps, desc="training", unit=" steps") as bar:
        reproduction = tutorial.reproduce(progress=bar.update)
    figures = reproduction.figures
    all_agree = True
    print(f"{'figure':40s} {'page':>32s} {'ours':>32s} {'difference':>10s}")
    for name, page, ours, difference in tutorial_page.differences(figures):
        agrees = difference <= (ACCURACY_TOLERANCE if "accuracy" in name else TOLERANCE)
        all_agree &= agrees
        verdict = "" if agrees else "  OFF"
        print(f"{name:40s} {_short(page):>32s} {_short(ours):>32s} {difference:10.1e}{verdict}")
    print("every figure agrees" if all_agree else "some figures are off")
    if folder is not None:
        picture_commands.reproduction_figures(reproduction, folder)
    return 0 if all_agree else 1


def require_bench(command: str) -> None:
    """Raises MissingExtra where the peers and the plots of `command` are not installed."""
    needed = ("stable_baselines3", "matplotlib", "jinja2")
    missing = [name for name in needed if not importlib.util.find_spec(name)]
    if missing:
        raise MissingExtra(
            f"{command} needs {' and '.join(missing)}: "
            'pip install -c constraints.txt ".[bench]" in the checkout'
        )


def _short(value) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, list) and len(set(map(str, value))) == 1:
        return f"{len(value)} x {value[0]}"
    return str(value)


def seeds(
    study: seed_study.Study, num_seeds: int, first_seed: int, tutorial: bool, out: Path
) -> int:
    """Runs the study, one line per seed, writes the table and prints the success fractions."""
    if num_seeds < 1:
        raise ValueError(f"--num-seeds must be at least 1, got {num_seeds}")
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
    from . import tuning

    check_parent(out)
    with tqdm(total=tuning.num_steps(), unit=" steps") as bar:
        tried = tuning.search(progress=bar.update)
    write_table(out, tried)
    print(f"best: {tried[0]['settings']}, score {tried[0]['score']}\nwrote {out}")
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
