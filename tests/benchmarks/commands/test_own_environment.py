"""`aifgym benchmark` in environments and scenarios that are not ours."""

import sys

import pytest
from aifgym.benchmarks.cli import program
from aifgym.benchmarks.contenders import registry as contenders
from aifgym.benchmarks.contenders.given_model import GivenModel
from aifgym.benchmarks.running.plans import GIVEN, OWN, TO_THE_END, own_plan
from aifgym.benchmarks.running.results import read_results
from aifgym.benchmarks.scenarios import registry as scenarios
from aifgym.training import learn

TINY = ["--num-seeds", "1", "--budgets", "300", "--episodes", "3", "--workers", "1"]
CORRIDOR = """
import gymnasium as gym


class Corridor(gym.Env):
    observation_space, action_space = gym.spaces.Discrete(4), gym.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._cell = 0
        return self._cell, {}

    def step(self, action):
        self._cell = min(max(self._cell + (1 if action else -1), 0), 3)
        return self._cell, float(self._cell == 3), self._cell == 3, False, {}


gym.register("Corridor-v0", Corridor, max_episode_steps=12)
"""
SCENARIO = """
from aifgym.benchmarks.scenarios.scenario import Scenario

SHORT = Scenario("short_maze", "a maze that ends soon", 4, env_id="aifgym.envs:TMaze-v0")
OTHER = "no scenario"
"""


def run(*arguments) -> int:
    with pytest.raises(SystemExit) as stop:
        program.main(["benchmark", *map(str, arguments)])
    return int(stop.value.code or 0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A current folder with a module that nobody has installed."""
    (tmp_path / "corridor_of_a_test.py").write_text(CORRIDOR)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def test_somebodys_environment_gets_the_same_report_under_its_own_name(folder, capfd):
    env_id = "corridor_of_a_test:Corridor-v0"
    sys.path.append(str(folder))
    learn(env_id, 300, seed=1)[0].save("mine.aif")
    assert run("--out", "run", "--env", env_id, "--contender", "mine.aif", *TINY) == 0
    results = {result.contender: result for result in read_results(folder / "run")}
    assert set(results) == {*OWN, "mine.aif"}
    assert not any(result.error for result in results.values())
    # Always right reaches the end of the corridor, and so does whoever learned anything.
    for name in ("aifgym world model", "best constant", "mine.aif"):
        assert results[name].mean_return == 1.0
    assert results["DQN"].rewarded_steps == results["aifgym world model"].rewarded_steps == 300
    report = (folder / "run" / "report.md").read_text()
    assert report.startswith("# Benchmark of Corridor-v0\n")
    assert "ContinuousLineWorld" not in report
    assert "the best contender at its best budget in corridor_of_a_test:Corridor-v0 has 1" in report
    assert "family of small discrete worlds" not in report
    assert "exact Bayes (" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ("CartPole-v1", ()),
        ("aifgym.envs:TMaze-v0", (*GIVEN, *TO_THE_END, "exact Bayes")),
        ("aifgym.envs:ContinuousTMaze-v0", (*GIVEN, *TO_THE_END)),
        ("aifgym.envs:ContinuousLineWorld-v0", ("exact Bayes", "full information")),
    ],
)
def test_exact_references_join_in_where_a_model_is_given(scenario, told):
    assert own_plan(scenario).contenders == (*OWN, *told)


def test_scenarios_of_an_installed_package_are_found_by_their_names(tmp_path, monkeypatch, capfd):
    """As pip would have left them: a module, and what its package says of itself."""
    (tmp_path / "scenarios_of_a_test.py").write_text(SCENARIO)
    about = tmp_path / "scenarios_of_a_test-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: scenarios-of-a-test\n")
    (about / "entry_points.txt").write_text(
        f"[{scenarios.ENTRY_POINTS}]\nshort_maze = scenarios_of_a_test:SHORT\n"
        "wrong = scenarios_of_a_test:OTHER\nmissing = no_such_module_at_all:SHORT\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for cached in (scenarios.installed_scenarios, scenarios.load_scenario):
        cached.cache_clear()
    try:
        mine = ["--scenario", "short_maze", "--contender", "random"]
        assert run("--out", tmp_path / "run", *mine, "--only", *TINY) == 0
        results = read_results(tmp_path / "run")
        assert {result.scenario for result in results} == {"short_maze"}
        assert {result.contender for result in results} == {"random", "exact Bayes"}
        assert "a maze that ends soon" in (tmp_path / "run" / "report.md").read_text()
        for name, complaint in (("wrong", "must be a Scenario"), ("missing", "cannot be loaded")):
            capfd.readouterr()
            assert run("--out", tmp_path / "none", "--scenario", name) == 2
            assert complaint in capfd.readouterr().err
    finally:
        for cached in (scenarios.installed_scenarios, scenarios.load_scenario):
            cached.cache_clear()


def test_reading_results_imports_nobodys_module(folder):
    (folder / "never_imported.py").write_text("raise SystemExit")
    sys.path.append(str(folder))
    assert scenarios.known_scenario("never_imported:Env-v0") is None


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--env", "Nowhere-v0"], "there is no environment 'Nowhere-v0'"),
        (["--env", "no_such_module_at_all:Env-v0"], "there is no environment"),
        (["--env", "Pendulum-v1"], "must have Discrete actions that start at 0"),
        (["--env", "centre"], "pass --scenario centre"),
        (["--contender", "missing.aif"], "there is no such agent file"),
    ],
)
def test_bad_input_is_answered_in_one_line(arguments, named, tmp_path, capfd):
    assert run("--out", tmp_path / "run", *arguments) == 2
    _, err = capfd.readouterr()
    assert named in err
    assert len(err.strip().splitlines()) == 1


def test_agent_files_are_refused_in_worlds_that_they_were_not_made_for(tmp_path):
    learn("FrozenLake-v1", 50, seed=0)[0].save(tmp_path / "lake.aif")
    lake = contenders.load_contender(str(tmp_path / "lake.aif"))()
    lake.train(scenarios.load_scenario("FrozenLake-v1").make_env, 0, 0)
    assert len(lake.hyperparameters["sha256"]) == 16
    with pytest.raises(ValueError, match="is for observation_space"):
        lake.train(scenarios.load_scenario("CartPole-v1").make_env, 0, 0)
    assert not GivenModel.fits(scenarios.load_scenario("FrozenLake-v1").make_env())
