"""The tasks in which something must be remembered are what they say."""

import gymnasium as gym
import numpy as np
import pytest
from aifgym.benchmarks.scenarios.memory import AliasedRoom, CueCorridor, CuedArms, LastSymbol
from aifgym.benchmarks.studies.memory_tasks import MEMORY_TASKS
from aifgym.benchmarks.studies.peers import MEMORY_PEERS, train_peer
from aifgym.benchmarks.studies.tasks import Trial, task_returns, trials
from gymnasium.utils.env_checker import check_env

OURS = {
    "room": AliasedRoom,
    "arms": lambda: CuedArms(0.8),
    "corridor": CueCorridor,
    "latch": LastSymbol,
    "parity": lambda: LastSymbol(parity=True),
}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.filterwarnings("ignore::UserWarning")  # of the checker, on what has no picture
def test_they_are_environments(name):
    check_env(OURS[name](), skip_render_check=True)


def played(env: gym.Env, actions: list[int], seed: int = 0):
    seen = [env.reset(seed=seed)[0]]
    rewards, terminated = [], False
    for action in actions:
        observation, reward, terminated, *_ = env.step(action)
        seen.append(observation)
        rewards.append(reward)
    return seen, rewards, terminated


def test_in_the_room_only_walls_are_seen():
    env = AliasedRoom((3, 4), (1, 2))
    seen, _, _ = played(env, [0, 0, 2, 2, 2])  # into the upper left corner
    assert seen[-1] == 0
    seen = [env.step(action)[0] for action in (3, 1)]
    assert seen == [1, 4]
    assert env.step(3) == (4, 1.0, True, False, {})


def test_what_the_cue_says_pays_in_the_corridor():
    for seed in range(4):
        cue = played(CueCorridor(2), [0], seed)[0][0]
        seen, rewards, ended = played(CueCorridor(2), [2, 0, 0, 2 + cue], seed)
        assert seen == [cue, cue, 2, 3, 3]
        assert rewards == [0.0, 0.0, 0.0, 1.0]
        assert ended
        assert played(CueCorridor(2), [0, 0, 3 - cue], seed)[1][-1] == -1.0


def test_looks_at_the_cue_are_right_as_often_as_is_said():
    env = CuedArms(0.8)
    right, pays = [], []
    for seed in range(300):
        seen, rewards, ended = played(env, [1, 1, 2], seed)
        assert ended
        left = rewards[-1] > 0
        pays.append(left)
        right += [(look == 1) == left for look in seen[1:3]]
    assert np.mean(right) == pytest.approx(0.8, abs=0.05)
    assert np.mean(pays) == pytest.approx(0.5, abs=0.08)


def test_the_last_symbol_and_the_parity_are_asked_for():
    for parity in (False, True):
        env = LastSymbol(parity)
        observation, _ = env.reset(seed=3)
        asked, total = 0, 0.0
        for _ in range(env.steps):
            if parity:
                asked ^= observation == 1
            elif observation:
                asked = observation - 1
            observation, reward, *_ = env.step(asked)
            total += reward
        assert total == pytest.approx(1.0)


def test_tasks_of_popgym_say_what_they_need():
    popgym = [name for name in MEMORY_TASKS if name.startswith("Repeat")]
    assert len(popgym) == 3
    for name in MEMORY_TASKS.keys() - popgym:
        assert isinstance(MEMORY_TASKS[name].make().observation_space, gym.spaces.Discrete)


def test_peers_with_a_memory_learn_in_more_steps_than_we_do():
    tasks = {"cued arms, sure cue": MEMORY_TASKS["cued arms, sure cue"]}
    found = trials(tasks, range(7, 9), peer_seeds=1)
    name = next(iter(tasks))
    ours = [Trial(name, 500, seed, "aifgym") for seed in (7, 8)]
    theirs = [Trial(name, n, 7, peer) for n in (10_000, 50_000) for peer in MEMORY_PEERS]
    assert found == ours + theirs


@pytest.mark.parametrize("name", MEMORY_PEERS)
def test_peers_with_a_memory_see_symbols_as_vectors_and_keep_what_they_saw(name):
    latch = MEMORY_TASKS["latch, clone HMM alone"].make
    agent, seconds = train_peer(name, latch, 1, seed=0)
    assert seconds > 0
    seen = np.array([0, 1, 2])
    first, state = agent.predict(seen)
    assert first.shape == (3,)
    again, _ = agent.predict(seen, state, np.ones(3, bool))
    np.testing.assert_array_equal(first, again)
    assert (task_returns(agent, latch, 2, seed=0) <= 1.0).all()
