"""Any pymdp model behind `predict`: engines, observations, actions, files."""

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.encoders.mlp import ObservationEncoder
from aifgym.envs.pymdp_envs.makers import make_t_maze
from factored_models import random_lists

MAZE_KEYS = ("location", "outcome", "cue")


def maze_agent(engine="auto", **settings) -> ActiveInferenceEncoderAgent:
    model = GenerativeModel(**make_t_maze(cue_validity=1.0).model(), **{"policy_len": 2} | settings)
    return ActiveInferenceEncoderAgent(dict.fromkeys(MAZE_KEYS), model, engine=engine)


def two_controls(policy_len=2, seed=0, **settings) -> GenerativeModel:
    lists = random_lists(
        np.random.default_rng(seed), [3, 2], [3, 4], [2, 3], [[0], [0, 1]], [[0], [1]]
    )
    return GenerativeModel(**lists, policy_len=policy_len, gamma=2.0, **settings)


def observations(rng, model, count):
    return np.stack([rng.integers(size, size=count) for size in model.num_outcomes], axis=1)


def test_both_engines_act_as_pymdps_agent_does_on_independent_factors():
    # Each modality sees one factor: there pymdp's posterior is exact.
    lists = random_lists(np.random.default_rng(0), [3, 2], [3, 4], [2, 3], [[0], [1]], [[0], [1]])
    model = GenerativeModel(**lists, policy_len=2, gamma=2.0, categorical_obs=False)
    agents = [ActiveInferenceEncoderAgent(None, model, engine=e) for e in ("joint", "pymdp")]
    theirs, rng = model.to_pymdp(5), np.random.default_rng(1)
    prior, states = theirs.D, [None, None]
    with jax.numpy_rank_promotion("allow"):
        infer_states = jax.jit(lambda *at: theirs.infer_states(*at))
        infer_policies = jax.jit(lambda qs: theirs.infer_policies(qs))
        for _ in range(3):
            seen = observations(rng, model, 5)
            qs = infer_states([jnp.asarray(o)[:, None] for o in seen.T], prior)
            action = theirs.sample_action(infer_policies(qs)[0])
            prior = theirs.update_empirical_prior(action, qs)
            for place, agent in enumerate(agents):
                chosen, states[place] = agent.predict(seen, states[place])
                np.testing.assert_array_equal(chosen, action)
                for our, their in zip(agent.beliefs, qs):
                    np.testing.assert_allclose(our, their[:, -1], atol=1e-5)


@pytest.mark.parametrize("engine", ["joint", "pymdp"])
def test_beliefs_restart_exactly_where_an_episode_starts(engine):
    agent = ActiveInferenceEncoderAgent(None, two_controls(), engine=engine)
    rng = np.random.default_rng(0)
    seen = observations(rng, agent.model, 3)
    _, state = agent.predict(seen)
    fresh, _ = agent.predict(seen[:1])
    alone = agent.beliefs
    agent.predict(seen[[0, 0, 0]], state, np.array([True, False, True]))
    for after, first in zip(agent.beliefs, alone):
        np.testing.assert_allclose(after[[0, 2]], first[[0, 0]], atol=1e-6)
        assert np.abs(after[1] - first[0]).max() > 1e-4
    assert fresh.shape == (1, 2)


@pytest.mark.parametrize("engine", ["joint", "pymdp"])
def test_one_observation_or_many_with_a_dimension_for_each_control(engine):
    agent = ActiveInferenceEncoderAgent(None, two_controls(), engine=engine)
    assert agent.action_space == gym.spaces.MultiDiscrete([2, 3])
    assert agent.observation_space == gym.spaces.MultiDiscrete([3, 4])
    one, _ = agent.predict(np.array([1, 2]))
    many, _ = agent.predict(np.array([[1, 2], [0, 0]]), deterministic=False)
    assert (one.shape, one.dtype, many.shape) == ((2,), np.int64, (2, 2))
    assert agent.action_space.contains(one)


@pytest.mark.parametrize("engine", ["joint", "pymdp"])
def test_drawn_actions_repeat_with_the_seed_and_follow_the_posterior(engine):
    agent = ActiveInferenceEncoderAgent(None, two_controls(), engine=engine)
    seen = np.tile([[1, 2]], (3000, 1))
    agent.set_random_seed(3)
    first, _ = agent.predict(seen, deterministic=False)
    agent.set_random_seed(3)
    np.testing.assert_array_equal(first, agent.predict(seen, deterministic=False)[0])
    expected = agent.explain(seen[:1]).by_action()
    drawn = np.bincount(np.ravel_multi_index(tuple(first.T), (2, 3)), minlength=6) / len(seen)
    np.testing.assert_allclose(drawn, expected.policy_probs[0], atol=0.04)


def test_alpha_sharpens_what_is_drawn_as_pymdp_does():
    model = two_controls(policy_len=1, alpha=3.0)
    agent = ActiveInferenceEncoderAgent(None, model, engine="joint")
    seen = np.tile([[1, 2]], (3000, 1))
    drawn, _ = agent.predict(seen, deterministic=False)
    weights = agent.explain(seen[:1]).policy_probs[0] ** 3
    share = np.bincount(np.ravel_multi_index(tuple(drawn.T), (2, 3)), minlength=6) / len(seen)
    np.testing.assert_allclose(share, weights / weights.sum(), atol=0.04)


def test_the_engine_is_chosen_by_size_and_by_what_only_pymdp_defines():
    assert maze_agent().engine == "joint"
    assert maze_agent(sampling_mode="marginal").engine == "pymdp"
    lists = random_lists(np.random.default_rng(0), [30, 20], [3], [2, 1], [[0, 1]], [[0], [1]])
    large = ActiveInferenceEncoderAgent(None, GenerativeModel(**lists, policy_len=1))
    assert large.engine == "pymdp"
    assert "engine='pymdp'" in repr(large)
    with pytest.raises(ValueError, match=r"sampling_mode='marginal'.*engine='pymdp'"):
        maze_agent("joint", sampling_mode="marginal")
    with pytest.raises(ValueError, match="engine must be one of"):
        maze_agent("fast")


def test_a_continuous_modality_by_a_plain_function_or_an_encoder():
    env = make_t_maze(cue_validity=1.0, emission_scale=0.3)
    model = GenerativeModel(**env.model(), C=[np.zeros(5), [0, 3, -3], np.zeros(3)], policy_len=4)
    see = lambda x: env.log_likelihood("location", x)  # noqa: E731
    keys = {"location": see, "outcome": None, "cue": None}
    agent = ActiveInferenceEncoderAgent(keys, model, observation_space=env.observation_space)
    observation, _ = env.reset(seed=0)
    agent.predict(observation)
    weights = np.exp(see(observation["location"])[0]) @ model.A[0] * model.D[0]
    np.testing.assert_allclose(agent.beliefs[0][0], weights / weights.sum(), atol=1e-5)
    encoder = ObservationEncoder(2, 5, 4, 1, key=jax.random.key(0))
    usage = np.array([0.1, 0.2, 0.2, 0.2, 0.3])
    trained = ActiveInferenceEncoderAgent(
        keys | {"location": encoder}, model, {"location": usage}, engine="pymdp"
    )
    trained.predict(observation)
    probs = trained.encode(observation)[0][0] / usage
    weights = probs @ model.A[0] * model.D[0]
    np.testing.assert_allclose(trained.beliefs[0][0], weights / weights.sum(), atol=1e-4)


def test_an_agent_file_keeps_encoders_usage_dependencies_and_engine(tmp_path):
    env = make_t_maze(emission_scale=1.0)
    model = GenerativeModel(**env.model(), policy_len=2, pA=env.model()["A"])
    encoder = ObservationEncoder(2, 5, 4, 1, key=jax.random.key(0))
    keys = {"location": encoder, "outcome": None, "cue": None}
    usage = {"location": np.full(5, 0.2)}
    agent = ActiveInferenceEncoderAgent(keys, model, usage, {"by": "hand"}, engine="pymdp")
    agent.save(tmp_path / "a.aif")
    again = ActiveInferenceEncoderAgent.load(tmp_path / "a.aif", num_envs=None)
    assert (again.engine, again.settings) == ("pymdp", {"by": "hand"})
    assert again.model.A_dependencies == model.A_dependencies
    np.testing.assert_array_equal(again.model.pA[1], model.pA[1])
    observation, _ = env.reset(seed=0)
    for one, two in zip(agent.infer_states(observation), again.infer_states(observation)):
        np.testing.assert_allclose(one, two, atol=1e-6)
    keys["location"] = lambda x: env.log_likelihood("location", x)
    unstored = ActiveInferenceEncoderAgent(keys, model, observation_space=env.observation_space)
    with pytest.raises(TypeError, match="plain function"):
        unstored.save(tmp_path / "b.aif")
