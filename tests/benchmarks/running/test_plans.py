import pytest
import trial_helpers
from aifgym.benchmarks.contenders import registry
from aifgym.benchmarks.contenders.base import Contender
from aifgym.benchmarks.contenders.references import Random
from aifgym.benchmarks.running.plans import GROUPS, Plan, may_run, overridden
from aifgym.benchmarks.running.runner import trials
from aifgym.benchmarks.scenarios.registry import SCENARIOS
from trial_helpers import Forward


def test_contenders_are_found_by_name_entry_point_and_address(monkeypatch):
    assert registry.load_contender("random") is Random
    assert registry.load_contender("trial_helpers:Forward") is Forward
    monkeypatch.setattr(registry, "installed_contenders", lambda: {"mine": "trial_helpers:Forward"})
    assert registry.load_contender("mine") is Forward
    for name, complaint in (
        ("nobody", "must be module:Class or one of"),
        ("no_such_module:X", "cannot be loaded"),
        ("trial_helpers:tiny_trials", "must be a subclass"),
    ):
        with pytest.raises(ValueError, match=complaint):
            registry.load_contender(name)


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"given": "nothing"}, "needs a class variable 'name'"),
        ({"name": "mine"}, "needs a class variable 'given'"),
        ({"name": "mi\nne", "given": "nothing"}, "in one line"),
        ({"name": "exact Bayes", "given": "nothing"}, "has the name of a built-in one"),
    ],
)
def test_contenders_need_a_name_of_their_own(monkeypatch, variables, complaint):
    mine = type("Mine", (Contender,), variables)
    monkeypatch.setattr(trial_helpers, "Mine", mine, raising=False)
    with pytest.raises(ValueError, match=complaint):
        registry.load_contender("trial_helpers:Mine")  # what raises is not kept


@pytest.mark.parametrize("source", ["def", "1 / 0", "import no_such_module_at_all"])
def test_modules_that_cannot_be_loaded_are_answered_in_one_line(source, tmp_path, monkeypatch):
    (tmp_path / "broken_contender.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="broken_contender:X' cannot be loaded") as caught:
        registry.load_contender("broken_contender:X")
    assert "\n" not in str(caught.value)


def test_no_trial_is_planned_twice():
    plans = overridden(GROUPS["standard"], ("noisy",), ("RecurrentPPO",))
    planned = trials(plans)
    assert len(planned) == len(set(planned))
    assert sum(trial.contender == "RecurrentPPO" for trial in planned) == 10


def test_groups_name_what_exists():
    for plans in GROUPS.values():
        for plan in plans:
            assert plan.scenario in SCENARIOS
            assert set(plan.contenders) <= set(registry.BUILT_IN)
            assert all(may_run(name, plan.scenario) for name in plan.contenders)
            assert (plan.budgets[0] == 0) == bool(SCENARIOS[plan.scenario].steps_before)
            assert list(plan.budgets) == sorted(set(plan.budgets))
    assert {*GROUPS["epistemic"]} < {*GROUPS["standard"]}
    planned = {plan.scenario for name in ("full", "epistemic") for plan in GROUPS[name]}
    assert planned == set(SCENARIOS)


def test_groups_can_be_changed():
    plans = (
        Plan("noisy", ("random",), 3, (8,)),
        Plan("noisy", ("PPO",), 2, (8,)),
        Plan("goal_switch", ("random",), 3, (0, 8)),
        Plan("centre", ("random",), 3, (8,)),
    )
    changed = overridden(plans, ("noisy", "goal_switch"), ("PPO", "random"), False, 1, (4, 16), 5)
    assert changed == (
        Plan("noisy", ("random", "PPO"), 1, (4, 16), 5),
        Plan("noisy", ("PPO",), 1, (4, 16), 5),
        Plan("goal_switch", ("random", "PPO"), 1, (0, 4, 16), 5),
    )
    mine = overridden(plans[:1], (), ("PPO",), only_more=True)
    assert mine == (Plan("noisy", ("random", "PPO"), 3, (8,)),)


def test_nobody_is_given_the_dynamics_where_they_are_hidden():
    plans = (Plan("unknown_dynamics", ("random",), 3, (8,)), Plan("centre", ("random",), 3, (8,)))
    hidden, told = overridden(plans, (), ("aifgym", "aifgym learned", "tutorial's recipe"))
    assert hidden.contenders == ("random", "aifgym learned")
    assert told.contenders == ("random", "aifgym", "aifgym learned", "tutorial's recipe")
