"""How PPO's tuned settings were found: random search, then the best ones again for longer."""

import dataclasses
import json
from collections.abc import Callable, Sequence

import numpy as np

from ..analysis.statistics import normalised_score
from ..contenders.references import ExactBayes, Random
from ..contenders.sb3 import PPO
from ..running.evaluation import episode_returns
from ..scenarios.registry import SCENARIOS

# Where the search looks. Batch sizes divide the 8 environments' steps per update.
SPACE: dict[str, Sequence] = {
    "learning_rate": (1e-4, 3e-4, 1e-3, 3e-3),
    "n_steps": (32, 64, 128, 256),
    "batch_size": (64, 128, 256),
    "n_epochs": (4, 10, 20),
    "gamma": (0.9, 0.95, 0.99),
    "gae_lambda": (0.9, 0.95, 1.0),
    "ent_coef": (0.0, 0.001, 0.01),
    "clip_range": (0.1, 0.2, 0.3),
}
TUNING_SCENARIOS = ("centre", "noisy")
FIRST_TUNING_EVALUATION_SEED = 2_000_000
"""Other episodes than those that the benchmark judges by."""


@dataclasses.dataclass(frozen=True)
class Round:
    """Which settings go on, and how long each trains."""

    num_settings: int
    budget: int
    seeds: tuple[int, ...]


ROUNDS = (Round(24, 16_384, (1000,)), Round(6, 65_536, (1001, 1002)))
"""Seeds that the benchmark does not use: its own begin at `plans.FIRST_TRAINING_SEED`."""


def search(
    rounds: Sequence[Round] = ROUNDS, progress: Callable[[int], object] = lambda steps: None
) -> list[dict]:
    """Runs the rounds.

    Args:
        rounds: the first takes random settings and SB3's defaults, each other the best of the one
            before.
        progress: called with the number of steps trained since the last call.

    Returns:
        One dictionary per round and setting: `round`, `score` (mean normalised score over scenarios
        and seeds), `budget`, `settings`. Best of the last round first.
    """
    rng = np.random.default_rng(0)
    settings = [{"n_steps": 256}]
    settings += [_drawn(rng) for _ in range(rounds[0].num_settings - 1)]
    references = {name: _reference_returns(name) for name in TUNING_SCENARIOS}
    tried: list[dict] = []
    for number, stage in enumerate(rounds, start=1):
        ranked = []
        for setting in settings[: stage.num_settings]:
            scores = []
            for name in TUNING_SCENARIOS:
                for seed in stage.seeds:
                    scores.append(_score(setting, name, stage.budget, seed, references[name]))
                    progress(stage.budget)
            score = round(float(np.mean(scores)), 4)
            ranked.append({"round": number, "score": score, "budget": stage.budget,
                           "settings": json.dumps(setting)})  # fmt: skip
        ranked.sort(key=lambda row: -row["score"])
        settings = [json.loads(row["settings"]) for row in ranked]
        tried = ranked + tried
    return tried


def num_steps(rounds: Sequence[Round] = ROUNDS) -> int:
    """Environment steps of a search."""
    runs = ((r.num_settings * len(r.seeds), r.budget) for r in rounds)
    return sum(count * len(TUNING_SCENARIOS) * budget for count, budget in runs)


def _drawn(rng: np.random.Generator) -> dict:
    return {name: values[int(rng.integers(len(values)))] for name, values in SPACE.items()}


def _returns(policy, name: str) -> float:
    make_env = SCENARIOS[name].make_env
    return float(episode_returns(policy, make_env, first_seed=FIRST_TUNING_EVALUATION_SEED).mean())


def _reference_returns(name: str) -> tuple[float, float]:
    policies = (Random(), ExactBayes())
    for policy in policies:
        policy.train(SCENARIOS[name].make_env)
    low, high = (_returns(policy, name) for policy in policies)
    return low, high


def _score(setting: dict, name: str, budget: int, seed: int, references) -> float:
    contender = PPO(setting)
    contender.train(SCENARIOS[name].make_env, budget, seed)
    score = normalised_score(_returns(contender, name), *references)
    if score is None:
        raise ValueError(f"no score in {name}: {Random.name} and {ExactBayes.name} do not differ")
    return score
