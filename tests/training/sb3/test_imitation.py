"""imitation reads what was collected; the test runs in the environment of `make test-slow`."""

import importlib.util

import gymnasium as gym
import numpy as np
import pytest
from aifgym.training import collect_episodes

HAS_IMITATION = importlib.util.find_spec("imitation") is not None
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HAS_IMITATION, reason="imitation is not installed here"),
    # imitation is older than the versions of Gymnasium and SB3 that it is used with here.
    pytest.mark.filterwarnings("ignore"),
]


class Balancing:
    """Pushes a pole to where it falls."""

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        return (observation[:, 2] + 0.3 * observation[:, 3] > 0).astype(int), state


def test_behaviour_is_cloned_from_transitions():
    from imitation.algorithms import bc
    from imitation.data.types import TransitionsWithRew

    found = collect_episodes(Balancing(), gym.make("CartPole-v1"), 2_000, seed=0)
    columns = found.transitions()
    transitions = TransitionsWithRew(**columns)
    assert len(transitions) == found.num_steps
    assert transitions.rews.sum() == sum(episode.rewards.sum() for episode in found.episodes)
    for name in ("obs", "acts", "next_obs", "dones"):
        np.testing.assert_array_equal(getattr(transitions, name), columns[name])
    trainer = bc.BC(
        observation_space=found.observation_space,
        action_space=found.action_space,
        demonstrations=transitions,
        rng=np.random.default_rng(0),
        optimizer_kwargs={"lr": 3e-3},
    )
    trainer.train(n_epochs=10, progress_bar=False)
    actions, _ = trainer.policy.predict(columns["obs"], deterministic=True)
    assert (actions == columns["acts"]).mean() > 0.9
