"""Pairs of `aifgym speed` on a world model that learned CartPole."""

import functools

import gymnasium as gym
import numpy as np

from ...training import LearnConfig, learn
from .measurement import Pair

TASK = "CartPole-v1"
MANY = 1024
# Enough for all states that a discretisation may have.
STEPS = 1250


@functools.cache
def _learned():
    agent, _ = learn(TASK, STEPS, LearnConfig(features=("standardised",), history=1))
    return agent


def _seen(count: int) -> np.ndarray:
    """`(count, 4)`, observations of random actions."""
    env = gym.make(TASK)
    env.action_space.seed(0)
    observation, _ = env.reset(seed=0)
    seen = []
    while len(seen) < count:
        seen.append(observation)
        observation, _, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            observation, _ = env.reset()
    return np.stack(seen)


def _predict(num_observations: int):
    """Without the state, so that each call decides; with it, held actions cost nothing."""
    from stable_baselines3 import PPO

    agent, observations = _learned(), _seen(num_observations)
    ppo = PPO("MlpPolicy", gym.make(TASK), device="cpu")
    start = np.ones(num_observations, bool)
    return (
        lambda: agent.predict(observations, None, start),
        lambda: ppo.predict(observations, None, start),
    )


WORLD_MODEL_PAIRS = (
    Pair("`predict`, 1 observation, learned world model", "SB3 `PPO.predict`", 1 / 2,
         lambda: _predict(1)),
    Pair(f"`predict`, {MANY} observations, learned world model", "SB3 `PPO.predict`", 1 / 3,
         lambda: _predict(MANY)),
)  # fmt: skip
