"""Learning does not depend on what observations are measured in, or in which order they come."""

import gymnasium as gym
import numpy as np
from aifgym.training import learn
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

ORDER, SCALE, SHIFT = [2, 0, 3, 1], np.array([1e3, -7.0, 1e-2, 0.5]), np.array([9.0, 0, 2, -50])
STEPS = 1500


class OtherUnits(gym.ObservationWrapper):
    """CartPole with its four numbers in another order, other units and other origins."""

    def __init__(self) -> None:
        super().__init__(gym.make("CartPole-v1"))
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (4,), np.float64)

    def observation(self, observation: np.ndarray) -> np.ndarray:
        return observation[ORDER].astype(float) * SCALE + SHIFT


def test_cartpole_is_learned_in_any_units_and_order():
    returns = {}
    for name, make in (("usual", lambda: gym.make("CartPole-v1")), ("other", OtherUnits)):
        agent, history = learn(make(), STEPS, seed=4)
        env = Monitor(make())
        env.reset(seed=0)
        returns[name] = evaluate_policy(agent, env, n_eval_episodes=10)[0]
        assert history.rows[-1]["features"] in ("standardised", "pca", "cca")
    # At random it stands for 22 steps.
    assert min(returns.values()) > 150, returns
