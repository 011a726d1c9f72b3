import itertools

import numpy as np
import pytest
from aifgym.benchmarks.analysis.summaries import Study
from aifgym.benchmarks.contenders import registry
from aifgym.benchmarks.pictures import style
from aifgym.benchmarks.report import figures as report_figures
from aifgym.benchmarks.report import plots
from synthetic_results import failed, make_result, synthetic_results


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(synthetic_results())


@pytest.fixture
def axes():
    with style.applied():
        yield style.new_figure(4, 3).subplots()


def test_equal_scores_are_separate_dots_and_a_failed_one_is_crossed(axes):
    references = [
        make_result(contender=name, mean_return=mean, budget=0)
        for name, mean in (("random", 0.0), ("exact Bayes", 2.0))
    ]
    trials = [make_result(seed=seed, mean_return=2.0) for seed in range(4)]
    trials[3] = failed(trials[3])
    summary = Study([*references, *trials]).at("centre", "PPO")
    plots.draw_scores(axes, [summary])
    dots, crosses = axes.lines[0], axes.lines[1]
    assert len(set(dots.get_ydata())) == 4
    np.testing.assert_allclose(dots.get_xdata(), [1, 1, 1, 0])
    np.testing.assert_allclose(crosses.get_xdata(), [0])
    assert axes.get_yticklabels()[0].get_text() == "PPO (4, 1 failed)"


def test_curves_hold_the_interquartile_means_at_the_steps_used(axes, study):
    plots.draw_curves(axes, study, "goal_switch", lambda s: s.steps, "steps", True)
    (line,) = [line for line in axes.lines if line.get_label() == "PPO tuned"]
    curve = study.curve("goal_switch", "PPO tuned")
    np.testing.assert_allclose(line.get_xdata(), [0, 1_024, 4_096, 16_384, 65_536])
    np.testing.assert_allclose(line.get_ydata(), [s.score.value for s in curve])
    assert [round(x) for x in axes.get_xticks()] == [0, 1_024, 4_096, 16_384, 65_536]
    assert axes.get_xlim()[0] < 0


def test_all_contenders_look_different_and_users_ones_always_the_same():
    looks = [style.contender_look(name) for name in registry.BUILT_IN]
    assert len(set(looks)) == len(looks) == len(style.CONTENDERS)
    colours = np.array([colour for colour, _ in looks])
    distances = [np.abs(a - b).sum() for a, b in itertools.combinations(colours, 2)]
    assert min(distances) > 0.3  # Okabe and Ito's orange and vermilion are the closest
    assert style.contender_look("mine") == style.contender_look("mine")
    assert style.contender_look("mine") not in looks


def test_a_figure_tells_its_numbers_to_those_who_cannot_see_it(study):
    with style.applied():
        picture = report_figures.scores(study, "noisy")
    value = study.at("noisy", "RecurrentPPO").score.value
    assert f"RecurrentPPO {value:.2f} [" in picture.alt
    assert picture.svg.startswith("<?xml")


def test_names_are_no_mathematics_and_too_long_ones_are_cut():
    assert plots.plain("$x$") == r"\$x\$"
    assert len(plots.plain("x" * 200)) == 28


def test_a_property_needs_two_scenarios(study):
    assert report_figures.against_property(study, ("noisy", "tutorial"), "emission_scale") is None
