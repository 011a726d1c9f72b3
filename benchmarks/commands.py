"""What the sub-commands of `aifgym` do, given checked arguments. Each returns an exit code."""

import csv
import dataclasses
import importlib.util
import time
from pathlib import Path

import gymnasium as gym
import numpy as np
from tqdm import tqdm

from ..agents import ActiveInferenceEncoderAgent
from ..agents.files import replacing
from ..envs import LineWorld
from ..training import TrainConfig, fit, tutorial, tutorial_page
from .contenders import ExactBayes, Random
from .evaluation import episode_returns
from .scenarios import ENV_ID

# Accuracies are counts of labels, so they agree exactly or not at all.
TOLERANCE, ACCURACY_TOLERANCE = 1e-3, 1e-6


class MissingExtra(Exception):
    """A command needs packages that were not installed."""


def train(out: Path, seed: int, episode_steps: int, config: TrainConfig, world: LineWorld) -> int:
    """Trains, writes the agent file and the curves, says how it went."""
    if not out.parent.is_dir():
        raise ValueError(f"--out: there is no folder {out.parent}")
    before = time.perf_counter()
    env = _make_env(world, episode_steps)
    with tqdm(total=config.train_steps, desc="training", unit=" steps") as bar:
        agent, history = fit(env, config, seed, progress=bar.update)
    agent.save(out)
    _write_table(out.with_suffix(".csv"), history.rows())
    loss = history.held_out_loss[history.best_restart]
    print(
        f"{agent}\n{history.num_transitions:,} reward-free steps, "
        f"restart {history.best_restart} of {config.num_restarts} with held-out loss {loss:.3f}, "
        f"{time.perf_counter() - before:.1f} s\nwrote {out} and {out.with_suffix('.csv')}"
    )
    return 0


def evaluate(path: Path, episodes: int, episode_steps: int, world: LineWorld) -> int:
    """Prints mean returns of the agent and of the two references that scores refer to."""
    if episodes < 1:
        raise ValueError(f"--episodes must be at least 1, got {episodes}")
    agent = ActiveInferenceEncoderAgent.load(path)
    if agent.model.num_states != world.num_states:
        raise ValueError(
            f"{path} has {agent.model.num_states} states, the world {world.num_states}: "
            "pass --num-states"
        )

    def make_env() -> gym.Env:
        return _make_env(world, episode_steps)

    policies = {"agent": agent, "random": Random(), "exact Bayes": ExactBayes()}
    returns = {}
    for name, policy in policies.items():
        if policy is not agent:
            policy.train(make_env, 0, lambda fraction: None)
        returns[name] = episode_returns(policy, make_env, episodes)
        error = returns[name].std() / np.sqrt(episodes)
        print(f"{name:12s} mean return {returns[name].mean():7.3f} +- {error:.3f}")
    low, high = returns["random"].mean(), returns["exact Bayes"].mean()
    if high > low:
        print(f"normalised score {(returns['agent'].mean() - low) / (high - low):.3f}")
    return 0


def reproduce() -> int:
    """Prints the page's figure, ours and the difference side by side."""
    with tqdm(total=TrainConfig().train_steps, desc="training", unit=" steps") as bar:
        figures = tutorial.reproduce(progress=bar.update).figures
    all_agree = True
    print(f"{'figure':40s} {'page':>32s} {'ours':>32s} {'difference':>10s}")
    for name, page, ours, difference in tutorial_page.differences(figures):
        agrees = difference <= (ACCURACY_TOLERANCE if "accuracy" in name else TOLERANCE)
        all_agree &= agrees
        verdict = "" if agrees else "  OFF"
        print(f"{name:40s} {_short(page):>32s} {_short(ours):>32s} {difference:10.1e}{verdict}")
    print("every figure agrees" if all_agree else "some figures are off")
    return 0 if all_agree else 1


def benchmark(out: Path, command: str) -> int:
    """Runs the missing trials, prints the tables and writes the report."""
    missing = [n for n in ("stable_baselines3", "matplotlib") if not importlib.util.find_spec(n)]
    if missing:
        raise MissingExtra(f'needs {" and ".join(missing)}: pip install "aifgym[bench]"')
    from . import report, runner
    from .statistics import summarise

    results = runner.run(out)
    report.write_report(out, command)
    summaries = summarise(results)
    for name in dict.fromkeys(summary.scenario for summary in summaries):
        print(f"\n{name}\n{report.table([s for s in summaries if s.scenario == name])}")
    print(f"\nwrote {out / 'report.md'}, {out / 'scores.png'} and {out / 'results.csv'}")
    return 0


def _make_env(world: LineWorld, episode_steps: int) -> gym.Env:
    if episode_steps < 1:
        raise ValueError(f"--episode-steps must be at least 1, got {episode_steps}")
    return gym.make(ENV_ID, max_episode_steps=episode_steps, **dataclasses.asdict(world))


def _write_table(path: Path, rows: list[dict]) -> None:
    with replacing(path) as temporary, open(temporary, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _short(value) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, list) and len(set(map(str, value))) == 1:
        return f"{len(value)} x {value[0]}"
    return str(value)
