"""Results as a benchmark run would make them, drawn at random: the report is tested on them."""

import dataclasses

import numpy as np
from aifgym.benchmarks.analysis.summaries import Study
from aifgym.benchmarks.report import limits as honesty
from aifgym.benchmarks.report.document import Bullets
from aifgym.benchmarks.running import plans
from aifgym.benchmarks.running.results import TrialResult

OPTIMUM = {"centre": 17.2, "noisy": 15.3, "very_noisy": 12.4, "slippery": 13.0, "long": 47.0,
           "goal_switch": 15.0, "broken_actuator": 11.0, "unknown_dynamics": 17.2}  # fmt: skip
# Best normalised score, steps to half of it, spread over seeds, CPU seconds per 1,000 steps.
SKILL = {
    "aifgym": (1.0, 200, 0.004, 0.2),
    "aifgym learned": (0.99, 700, 0.02, 0.3),
    "tutorial's recipe": (0.3, 400, 0.3, 0.4),
    "PPO": (0.95, 9_000, 0.03, 0.9),
    "PPO tuned": (0.99, 3_000, 0.01, 0.8),
    "PPO restarted": (0.97, 4_000, 0.02, 0.8),
    "PPO stacked": (0.96, 8_000, 0.03, 1.0),
    "RecurrentPPO": (0.98, 12_000, 0.05, 12.0),
}
GIVEN = {
    "aifgym": "transition matrix B, target state; random actions without reward",
    "aifgym learned": "number of states; rewards of random actions",
}
REFERENCE = {"random": 0.0, "best constant": -0.1, "exact Bayes": 1.0, "full information": 1.15}


def make_result(
    scenario="centre", contender="PPO", seed=0, mean_return=1.0, budget=1_024, **kwargs
):
    values = {
        "error": "",
        "reward_free_steps": 0,
        "rewarded_steps": budget,
        "train_seconds": 1.5,
        "train_cpu_seconds": 1.25,
        "predict_microseconds": 90.0,
        "episode_returns": [mean_return - 1, mean_return + 1],
        "given": 'rewards, "quoted"',
        "hyperparameters": {"steps": 20_000},
        "versions": {"python": "3.11", "machine": "some machine, 2 cores"},
        "commit": "abc1234",
    }
    return TrialResult(
        scenario, contender, seed, budget, mean_return=mean_return, **values | kwargs
    )


def references(scenario="centre"):
    return [
        make_result(scenario, "random", mean_return=2.0, budget=0),
        make_result(scenario, "exact Bayes", mean_return=6.0, budget=0),
    ]


def seeds_of(contender, *means, scenario="centre", **kwargs):
    return [make_result(scenario, contender, i, mean, **kwargs) for i, mean in enumerate(means)]


def said(study: Study) -> str:
    blocks = honesty.section(study).blocks
    return "\n".join(i for b in blocks if isinstance(b, Bullets) for i in b.items)


def failed(result: TrialResult, error="RuntimeError: out of memory") -> TrialResult:
    """What the results file says where a trial failed for good."""
    return dataclasses.replace(
        result, error=error, reward_free_steps=0, rewarded_steps=0, train_seconds=0.0,
        train_cpu_seconds=0.0, predict_microseconds=0.0, mean_return=None, episode_returns=[],
        hyperparameters={},
    )  # fmt: skip


def synthetic_results(group: str = "standard", seed: int = 0) -> list[TrialResult]:
    """One result per trial and budget of a group's line worlds; one of PPO's trials failed."""
    rng, results = np.random.default_rng(seed), []
    for plan in plans.GROUPS[group]:
        if plan in plans.SOUGHT:
            continue
        for contender in plan.contenders:
            if contender in REFERENCE:
                results.append(_result(rng, plan.scenario, contender, 0, 0, REFERENCE[contender]))
                continue
            for trial in range(plan.num_seeds):
                results += _trial(rng, plan, contender, trial)
    lost = ("noisy", "PPO", 2)
    return [failed(r) if (r.scenario, r.contender, r.seed) == lost else r for r in results]


def _trial(rng, plan, contender: str, seed: int) -> list[TrialResult]:
    best, half, spread, _ = SKILL[contender]
    luck = rng.normal(0, spread)
    return [
        _result(rng, plan.scenario, contender, seed, budget,
                best * (budget / (budget + half)) ** 0.7 - abs(luck) * half / (half + budget) + luck
                if budget else 0.95 * (contender == "aifgym"))
        for budget in plan.budgets
    ]  # fmt: skip


def _result(rng, scenario: str, contender: str, seed: int, budget: int, score: float):
    optimum = OPTIMUM.get(scenario, 4.4)
    low = optimum / 4
    episodes = np.clip(rng.normal(low + score * (optimum - low), 1.5, size=20), 0, None).round()
    learns = contender in SKILL
    before = 16_384 * (scenario in ("goal_switch", "broken_actuator"))
    steps = (budget + before) * learns
    reward_free = contender in ("aifgym", "tutorial's recipe")
    seconds = 0.5 + steps / 1_000 * SKILL[contender][3] if learns else 0.001
    return make_result(
        scenario, contender, seed, float(episodes.mean()), budget,
        episode_returns=episodes.tolist(),
        reward_free_steps=steps * reward_free,
        rewarded_steps=steps * (not reward_free),
        train_seconds=round(seconds * 1.3, 3),
        train_cpu_seconds=round(seconds, 3),
        given=GIVEN.get(contender, "rewards; no memory" if learns else "everything"),
    )  # fmt: skip
