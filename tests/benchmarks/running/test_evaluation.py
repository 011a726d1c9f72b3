import numpy as np
from aifgym.benchmarks.contenders import references
from aifgym.benchmarks.running.evaluation import episode_returns
from aifgym.benchmarks.scenarios.registry import SCENARIOS
from aifgym.benchmarks.scenarios.scenario import FIRST_EVALUATION_SEED


def test_all_contenders_meet_the_same_episodes():
    class Recorder:
        def __init__(self):
            self.seen = []

        def predict(self, observation, state=None, episode_start=None, deterministic=True):
            self.seen.append((observation.copy(), episode_start.copy()))
            return np.full(len(observation), 2), None

    first, second = Recorder(), Recorder()
    returns = [
        episode_returns(policy, SCENARIOS["centre"].make_env, 7) for policy in (first, second)
    ]
    np.testing.assert_array_equal(*returns)
    np.testing.assert_array_equal([x for x, _ in first.seen], [x for x, _ in second.seen])
    assert len(first.seen) == 20
    assert first.seen[0][1].all()
    assert not any(start.any() for _, start in first.seen[1:])


def test_returns_equal_a_loop_over_single_episodes():
    scenario, policy = SCENARIOS["tutorial"], references.BestConstant()
    policy.train(scenario.make_env)
    expected = []
    for episode in range(5):
        env, total, done = scenario.make_env(), 0.0, False
        env.reset(seed=FIRST_EVALUATION_SEED + episode)
        while not done:
            _, reward, _, done, _ = env.step(2)
            total += reward
        expected.append(total)
    np.testing.assert_array_equal(episode_returns(policy, scenario.make_env, 5), expected)


def test_a_policy_that_sees_the_state_gets_it():
    seen = []

    class Peeper:
        sees_state = True

        def predict(self, observation, state=None, episode_start=None, deterministic=True):
            seen.append(observation.copy())
            return np.full(len(observation), 2), None

    scenario = SCENARIOS["centre"]
    episode_returns(Peeper(), scenario.make_env, 3)
    env = scenario.make_env()
    expected = [env.reset(seed=FIRST_EVALUATION_SEED)[1]["state"]]
    expected += [env.step(2)[4]["state"] for _ in range(19)]
    assert [states[0] for states in seen] == expected
