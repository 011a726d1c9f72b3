"""Tasks in which the right action is rewarded at each step."""

import pytest
from aifgym.training import learn
from stable_baselines3.common.envs import IdentityEnv, IdentityEnvMultiDiscrete
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import DummyVecEnv


@pytest.mark.parametrize("env", [IdentityEnv(10), IdentityEnvMultiDiscrete(5)], ids=["10", "25"])
def test_what_is_rewarded_at_each_step_is_found_among_many_actions(env):
    agent, _ = learn(DummyVecEnv([lambda: env]), 4_000)
    mean, _ = evaluate_policy(agent, DummyVecEnv([lambda: env]), n_eval_episodes=5, warn=False)
    assert mean == 100.0
