"""The report's tables, as text in cells."""

from collections.abc import Sequence

from ..analysis.comparisons import aggregate, common_scenarios, improvements, minus_exact_bayes
from ..analysis.statistics import Estimate
from ..analysis.summaries import Study, Summary
from .document import Table, seconds, shown

OVER_EPISODES = " *"
NUMBERS = ("contender", "score [95 %]", "return [95 %]", "score minus exact Bayes, by episode",
           "score per seed", "seeds",
           "steps without reward", "steps with reward", "CPU s", "wall s", "predict us",
)  # fmt: skip


def at_a_glance(study: Study) -> Table:
    """Contenders down, scenarios across."""
    rows = []
    for contender in study.contenders:
        found = (study.at(scenario, contender) for scenario in study.scenarios)
        rows.append([contender, *("-" if s is None else score(s) for s in found)])
    title = "Score at the largest budget: interquartile mean [95 % interval]"
    return Table(title, ["contender", *study.scenarios], rows)


def right_after_the_change(study: Study) -> Table | None:
    """Scores of learners without a step in the changed world; None where no world changes."""
    found = {
        contender: [study.at(scenario, contender, 0) for scenario in study.changing]
        for contender in study.learners
    }
    rows = [
        [contender, *("-" if s is None else score(s) for s in row)]
        for contender, row in found.items()
        if any(row)
    ]
    title = "Score right after the change, without a step in the changed world"
    return Table(title, ["contender", *study.changing], rows) if rows else None


def summary(study: Study) -> Table:
    """One row per scenario and contender."""
    rows = [
        [scenario, s.contender, score(s), seeds(s), f"{s.steps:,.0f}", cpu(s)]
        for scenario in study.scenarios
        for s in study.final(scenario)
    ]
    header = ("scenario", "contender", "score [95 %]", "seeds", "steps", "CPU s")
    title = "The same with seeds, environment steps and CPU seconds of training"
    return Table(title, header, rows, folded=True)


def over_scenarios(study: Study) -> Table | None:
    """Scores over the scenarios that contenders share; None where they share less than two."""
    scenarios, contenders = common_scenarios(study)
    if not scenarios:
        return None
    rows = [
        [name, *map(shown if name in study.learners else _alone, aggregate(study, scenarios, name))]
        for name in contenders
    ]
    title = f"Over {len(scenarios)} scenarios together: {', '.join(scenarios)}"
    return Table(title, ("contender", "all scores [95 %]", "mean over scenarios [95 %]"), rows)


def of_scenario(study: Study, scenario: str) -> Table:
    """All numbers of a scenario at the largest budget."""
    rows = [
        [
            s.contender, score(s), returns(s), shown(minus_exact_bayes(study, s)),
            per_seed(s), seeds(s),
            _count(s, "reward_free_steps"), _count(s, "rewarded_steps"),
            cpu(s), seconds(s.median("train_seconds")), seconds(s.median("predict_microseconds")),
        ]
        for s in study.final(scenario)
    ]  # fmt: skip
    return Table("At the largest budget", NUMBERS, rows)


def by_budget(study: Study, scenario: str) -> Table | None:
    """Scores of learners by budget; None where nobody learned."""
    curves = {name: study.curve(scenario, name) for name in study.learners}
    budgets = sorted({s.budget for curve in curves.values() for s in curve})
    if not budgets:
        return None
    rows = []
    for name, curve in curves.items():
        found = {s.budget: f"{score(s)} ({s.steps:,.0f})" for s in curve}
        rows += [[name, *(found.get(budget, "-") for budget in budgets)]] if curve else []
    after = " after the change" if study.changes(scenario) else ""
    title = f"Score [95 %] by budget of environment steps{after} (in brackets: steps used)"
    return Table(title, ["contender", *(f"{budget:,}" for budget in budgets)], rows)


def every_seed(study: Study, scenario: str) -> Table | None:
    """Mean return of each seed at each budget; None where nobody learned."""
    curves = [s for name in study.learners for s in study.curve(scenario, name)]
    numbers = sorted({result.seed for s in curves for result in s.results})
    rows = []
    for s in curves:
        found = {r.seed: "failed" if r.error else f"{r.mean_return:.2f}" for r in s.results}
        rows.append([s.contender, f"{s.budget:,}", *(found.get(seed, "-") for seed in numbers)])
    header = ["contender", "budget", *(f"seed {seed}" for seed in numbers)]
    title = "Mean return of each training seed at each budget"
    return Table(title, header, rows, folded=True) if rows else None


def improvement(study: Study, ours: str) -> Table | None:
    """Probability of improvement of one of ours over each other contender, per scenario."""
    found = improvements(study, ours)
    rows = [
        [f"over {name}", shown(pair.estimate, 2),
         *(shown(pair.by_scenario.get(scenario), 2) for scenario in study.scenarios)]
        for name, pair in found.items()
    ]  # fmt: skip
    title = f"Probability that {ours} improves"
    return Table(title, [ours, "all together", *study.scenarios], rows) if rows else None


def failures(study: Study) -> Table | None:
    """Trials that failed for good, and why; None where there are none."""
    reasons = {(r.scenario, r.contender, str(r.seed)): r.error for r in study.failures}
    rows = [[*key, f"failed: {error}"] for key, error in reasons.items()]
    header = ("scenario", "contender", "seed", "reason")
    return Table("Failed trials", header, rows) if rows else None


def score(summary: Summary) -> str:
    """Score and interval; "failed" where no trial has a result."""
    if summary.num_failed == len(summary.results):
        return "failed"
    return shown(summary.score, 3, OVER_EPISODES * (summary.interval_over == "episodes"))


def seeds(summary: Summary) -> str:
    """Number of seeds, and how many of them failed."""
    failed = f" ({summary.num_failed} failed)" if summary.num_failed else ""
    return f"{len(summary.results)}{failed}"


def cpu(summary: Summary) -> str:
    """Processor seconds of training, median over seeds."""
    return seconds(summary.median("train_cpu_seconds"))


def per_seed(summary: Summary) -> str:
    """Each seed's score, in their order; "failed" in the place of one that did."""
    if summary.scores is None:
        return "-"
    pairs: Sequence = list(zip(summary.results, summary.scores))
    return " ".join("failed" if result.error else f"{value:.3f}" for result, value in pairs)


def _alone(estimate: Estimate) -> str:
    return shown(estimate).split()[0]


def returns(summary: Summary) -> str:
    """Mean return and interval; "failed" where no trial has a result."""
    if summary.num_failed == len(summary.results):
        return "failed"
    return shown(summary.mean_return, 2, OVER_EPISODES * (summary.interval_over == "episodes"))


def _count(summary: Summary, name: str) -> str:
    value = summary.mean(name)
    return "-" if value != value else f"{value:,.0f}"
