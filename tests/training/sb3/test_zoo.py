"""RL-Zoo's commands, as the documentation shows them; they take a minute."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
import yaml
from aifgym.training import LearnConfig
from aifgym.training.sb3 import ActiveInference, zoo

PAGE = (Path(__file__).parents[3] / "docs" / "tooling.md").read_text()
SECTION = PAGE[PAGE.index("## RL-Zoo") :]
HAS_ZOO = importlib.util.find_spec("rl_zoo3") is not None


class Trial:
    """Chooses as Optuna's random sampler does."""

    def __init__(self, seed: int) -> None:
        self.rng, self.params = np.random.default_rng(seed), {}

    def suggest_int(self, name, low, high, log=False):
        return self._chosen(name, round(self._between(low, high, log)))

    def suggest_float(self, name, low, high, log=False):
        return self._chosen(name, self._between(low, high, log))

    def suggest_categorical(self, name, choices):
        return self._chosen(name, choices[self.rng.integers(len(choices))])

    def _between(self, low, high, log):
        low, high = np.log([low, high]) if log else (low, high)
        drawn = self.rng.uniform(low, high)
        return float(np.exp(drawn) if log else drawn)

    def _chosen(self, name, value):
        self.params[name] = value
        return value


@pytest.mark.parametrize("seed", range(5))
def test_what_optuna_tries_is_allowed_and_comes_back_from_a_study(seed):
    trial = Trial(seed)
    settings = zoo.sampled(trial, n_actions=2, n_envs=1, additional_args={})
    LearnConfig(**settings)
    assert zoo.converted(trial.params) == settings
    assert settings["discount"] == 1 - trial.params["one_minus_discount"]


@pytest.mark.parametrize("task", sorted(set(zoo.hyperparams) - {"default"}))
def test_hyperparameters_are_of_tasks_that_exist(task):
    settings = dict(zoo.hyperparams[task])
    assert settings.pop("n_timesteps") > 0
    assert settings.pop("policy") in ActiveInference.policy_aliases
    settings.pop("env_wrapper", None)
    LearnConfig(**settings)
    # RL-Zoo itself registers what it masks the velocities of.
    assert task.replace("NoVel", "") in gym.registry


def test_the_file_is_one_of_rl_zoo():
    stored = yaml.safe_load(zoo.HYPERPARAMETERS.read_text())
    assert stored == zoo.hyperparams
    assert zoo.HYPERPARAMETERS.suffix == ".yml"


@pytest.mark.slow
@pytest.mark.skipif(not HAS_ZOO, reason="rl_zoo3 is not installed here: `make test-slow` has it")
def test_the_documented_commands_train_enjoy_and_optimize(tmp_path):
    (recipe,) = re.findall(r"```py\n(.*?)```", SECTION, flags=re.DOTALL)
    (tmp_path / "custom_envs.py").write_text(recipe)
    (block,) = re.findall(r"```bash\n(.*?)```", SECTION, flags=re.DOTALL)
    train, enjoy, optimize = (run(command, tmp_path) for command in block.splitlines())
    assert re.search(r"total_timesteps +\| 3000 ", train)
    assert (tmp_path / "logs/active_inference/CartPole-v1_1/CartPole-v1.zip").exists()
    # Random actions get 22.
    assert float(re.findall(r"Mean reward: ([\d.]+)", enjoy)[-1]) > 100
    assert "Number of finished trials:  5" in optimize
    assert len(re.findall(r"Trial \d finished|Trial \d pruned", optimize)) == 5
    assert list((tmp_path / "logs/active_inference").glob("report_CartPole-v1_5-trials*.csv"))


def run(command: str, folder: Path) -> str:
    """What a command that begins with `python` prints, by this Python."""
    program, *arguments = command.split()
    assert program == "python"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
