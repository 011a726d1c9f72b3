import pytest
from aifgym.benchmarks import registry
from aifgym.benchmarks.plans import GROUPS, Plan, may_run, overridden
from aifgym.benchmarks.references import Random
from aifgym.benchmarks.scenarios import SCENARIOS
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


def test_groups_name_what_exists():
    for plans in GROUPS.values():
        for plan in plans:
            assert plan.scenario in SCENARIOS
            assert set(plan.contenders) <= set(registry.BUILT_IN)
            assert all(may_run(name, plan.scenario) for name in plan.contenders)
            assert (plan.budgets[0] == 0) == bool(SCENARIOS[plan.scenario].steps_before)
            assert list(plan.budgets) == sorted(set(plan.budgets))
    assert {plan.scenario for plan in GROUPS["full"]} == set(SCENARIOS)


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
