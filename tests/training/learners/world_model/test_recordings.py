from types import SimpleNamespace

import numpy as np
import pytest
from aifgym.training import LearnConfig, collect, learn
from aifgym.training.learners.world_model.experience import joined
from aifgym.training.recordings import (
    from_minari,
    from_replay_buffer,
    from_trajectories,
    recorded,
)
from stable_baselines3.common.buffers import ReplayBuffer
from world_model_helpers import Corridor, mean_return, walk


def played(steps: int = 900):
    """Columns of random play in the corridor."""
    env, rng = Corridor(), np.random.default_rng(0)
    seen, _ = env.reset(seed=0)
    rows, action = [], 0
    for step in range(steps):
        action = int(rng.integers(3)) if step % 3 == 0 else action
        after, reward, terminated, truncated, _ = env.step(action)
        rows.append((seen, action, reward, after, terminated, truncated))
        seen = env.reset()[0] if terminated or truncated else after
    return tuple(np.array(column) for column in zip(*rows))


def test_a_task_is_learned_from_what_others_did():
    agent, history = learn(recorded(*played(), num_actions=3), config=LearnConfig(num_states=40))
    assert mean_return(agent, Corridor())[0] == 1.0
    assert history.rows[-1]["steps"] == 900
    assert history.rows[-1]["prediction_error"] is not None


def test_episodes_are_told_apart():
    columns = played(200)
    found = recorded(*columns, num_actions=3)
    stops = columns[4] | columns[5]
    expected = np.append(0, np.cumsum(stops)[:-1])
    np.testing.assert_array_equal(found.episodes, expected)
    np.testing.assert_array_equal(found.ended, columns[4])
    both = joined([found, found])
    assert both.episodes[200] == found.episodes[-1] + 1


def test_a_replay_buffer_that_went_round_is_read_from_its_oldest_step():
    observations, actions, rewards, following, terminated, truncated = played(150)
    env = Corridor()
    buffer = ReplayBuffer(100, env.observation_space, env.action_space, "cpu", n_envs=1)
    for step in range(150):
        done = terminated[step] | truncated[step]
        info = {"TimeLimit.truncated": bool(truncated[step] and not terminated[step])}
        buffer.add(observations[step], following[step], actions[step], rewards[step], done, [info])
    found = from_replay_buffer(buffer)
    np.testing.assert_allclose(found.observations, observations[50:])
    np.testing.assert_allclose(found.rewards, rewards[50:])
    np.testing.assert_array_equal(found.ended, terminated[50:])
    assert found.num_actions == 3
    lean = SimpleNamespace(optimize_memory_usage=True)
    with pytest.raises(ValueError, match="optimize_memory_usage"):
        from_replay_buffer(lean)


def test_minari_episodes_and_trajectories_are_read():
    episode = SimpleNamespace(
        observations=np.arange(5.0)[:, None], actions=np.array([0, 1, 1, 0]), rewards=np.ones(4),
        terminations=np.array([0, 0, 0, 1]), truncations=np.zeros(4),
    )  # fmt: skip
    dataset = SimpleNamespace(
        iterate_episodes=lambda: iter([episode, episode]), action_space=SimpleNamespace(n=2)
    )
    found = from_minari(dataset)
    assert found.observations[:, 0].tolist() == [0, 1, 2, 3] * 2
    assert found.next_observations[:, 0].tolist() == [1, 2, 3, 4] * 2
    assert found.episodes.tolist() == [0] * 4 + [1] * 4
    assert found.ended.tolist() == [False, False, False, True] * 2
    data = collect(Corridor(), 100, 6, record_rewards=True)
    read = from_trajectories(data, np.ones(data.num_sequences, bool))
    assert len(read) == data.num_transitions
    assert read.ended.sum() == data.num_sequences
    with pytest.raises(ValueError, match="rewards"):
        from_trajectories(collect(Corridor(), 100, 6))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"actions": np.full(10, 5)}, "actions must be in"),
        ({"rewards": np.full(10, np.inf)}, "rewards must be finite"),
        ({"rewards": np.zeros(9)}, "as many of each"),
        ({"actions": np.zeros(0, int), "observations": np.zeros((0, 1))}, "at least one"),
    ],
)
def test_bad_recordings_are_refused(change, message):
    past = walk(10)
    columns = {
        "observations": past.observations,
        "actions": past.actions,
        "rewards": past.rewards,
        "next_observations": past.next_observations,
        "terminated": past.ended,
        "truncated": past.ended,
    }
    with pytest.raises(ValueError, match=message):
        recorded(**columns | change, num_actions=2)
