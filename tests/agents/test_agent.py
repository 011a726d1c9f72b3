import json
import zipfile

import gymnasium as gym
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent
from aifgym.agents.encoders.protocol import encode
from helpers import random_model, small_encoder
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecMonitor

ENV_ID = "aifgym.envs:ContinuousLineWorld-v0"


def eager_pymdp_loop(agent, observations, episode_starts):
    """The plain loop of the tutorial's section 9 over pymdp's own calls, not compiled."""
    num_envs = observations.shape[1]
    theirs = agent.model.to_pymdp(num_envs)
    prior, actions, beliefs = theirs.D, [], []
    for observation, start in zip(observations, episode_starts):
        prior = [jnp.where(jnp.asarray(start)[:, None], theirs.D[0], prior[0])]
        outcome = encode(agent.encoder, jnp.asarray(observation))
        qs = theirs.infer_states([outcome], empirical_prior=prior)
        q_pi, _ = theirs.infer_policies(qs)
        action = theirs.sample_action(q_pi)
        prior = theirs.update_empirical_prior(action, qs)
        actions.append(np.asarray(action[:, 0]))
        beliefs.append(np.asarray(qs[0][:, 0]))
    return np.stack(actions), np.stack(beliefs), np.asarray(prior[0])


@pytest.mark.parametrize("seed", range(3))
def test_predict_equals_a_plain_loop_over_pymdp(seed):
    rng = np.random.default_rng(seed)
    agent = ActiveInferenceEncoderAgent(small_encoder(seed=seed), random_model(rng))
    observations = rng.normal(size=(6, 4, 2)).astype(np.float32) * 3
    starts = rng.random((6, 4)) < 0.3
    expected_actions, expected_beliefs, expected_prior = eager_pymdp_loop(
        agent, observations, starts
    )
    state = None
    for t in range(6):
        action, state = agent.predict(observations[t], state, starts[t])
        np.testing.assert_array_equal(action, expected_actions[t])
        np.testing.assert_allclose(agent.beliefs, expected_beliefs[t], atol=1e-5)
    np.testing.assert_allclose(state[0], expected_prior, atol=1e-5)


def test_the_genuine_pymdp_agent_takes_continuous_observations(agent):
    observations = np.random.default_rng(0).normal(size=(3, 2)).astype(np.float32)
    theirs = agent.pymdp_agent(batch_size=3)
    qs = theirs.infer_states([jnp.asarray(observations)], empirical_prior=theirs.D)
    agent.predict(observations)
    np.testing.assert_allclose(agent.beliefs, qs[0][:, 0], atol=1e-5)


def test_shapes_and_types_of_predict(agent):
    action, state = agent.predict(np.zeros(2))
    assert action.shape == ()
    assert action.dtype == np.int64
    assert isinstance(state, tuple)
    assert state[0].shape == (1, 5)
    assert state[0].dtype == np.float32
    action, state = agent.predict(np.zeros((7, 2)), None, np.ones(7, bool))
    assert action.shape == (7,)
    assert action.dtype == np.int64
    assert state[0].shape == (7, 5)
    np.testing.assert_allclose(state[0].sum(axis=1), 1, atol=1e-6)


def test_beliefs_restart_exactly_where_an_episode_starts(agent):
    rng = np.random.default_rng(0)
    _, state = agent.predict(rng.normal(size=(3, 2)))
    observations = rng.normal(size=(3, 2))
    agent.predict(observations, state, np.array([False, True, False]))
    mixed = agent.beliefs
    agent.predict(observations, state, np.zeros(3, bool))
    remembered = agent.beliefs
    agent.predict(observations)
    fresh = agent.beliefs
    np.testing.assert_array_equal(mixed[[0, 2]], remembered[[0, 2]])
    np.testing.assert_array_equal(mixed[1], fresh[1])
    assert (remembered[1] != fresh[1]).any()


def test_predict_does_not_change_the_state_it_is_given(agent):
    _, state = agent.predict(np.ones((2, 2)))
    before = state[0].copy()
    agent.predict(np.zeros((2, 2)), state, np.array([True, False]))
    np.testing.assert_array_equal(state[0], before)


def test_predict_compiles_once_per_batch_size(agent):
    for num_envs in (1, 100, 3, 200, 100):
        state = None
        for _ in range(3):
            _, state = agent.predict(np.zeros((num_envs, 2)), state, np.zeros(num_envs, bool))
    compilations = agent._decide.compiled._cache_size()
    agent.predict(np.zeros((100, 2)))
    agent.predict(np.zeros(2), None, None)
    assert agent._decide.compiled._cache_size() == compilations


def test_stochastic_predictions_follow_the_seed(agent):
    observations = np.random.default_rng(0).normal(size=(50, 2))
    draws = []
    for seed in (1, 1, 2):
        agent.set_random_seed(seed)
        draws.append(agent.predict(observations, deterministic=False)[0])
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).any()
    assert (agent.predict(observations, deterministic=False)[0] != draws[2]).any()


def test_encode_and_update_beliefs(agent):
    observations = np.random.default_rng(0).normal(size=(4, 2))
    probs = agent.encode(observations)
    assert probs.shape == (4, 5)
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-6)
    expected = jax.nn.softmax(jax.vmap(agent.encoder)(jnp.asarray(observations, jnp.float32)))
    np.testing.assert_allclose(probs, expected, atol=1e-6)
    prior = np.tile(agent.model.D, (4, 1))
    agent.predict(observations)
    np.testing.assert_allclose(agent.update_beliefs(observations, prior), agent.beliefs, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((np.zeros(3),), r"observation must have shape \(2,\) or \(N, 2\), got \(3,\)"),
        ((np.zeros((2, 2, 2)),), "observation must have shape"),
        ((np.array([0.0, np.nan]),), "observation must be finite"),
        ((np.zeros((2, 2)), (np.zeros((3, 5)),)), r"state must hold beliefs \(2, 5\)"),
        ((np.zeros((2, 2)), None, np.zeros(3, bool)), "episode_start must have shape"),
        ((np.zeros((1, 2)), ()), "state must be what predict returned"),
        ((np.zeros((1, 2)), (np.full((1, 5), np.nan),)), "beliefs that are finite"),
        (({"x": 1},), "observation must be an array"),
        ((np.full(2, 1e300),), "observation must be finite"),
    ],
)
def test_bad_input_to_predict_is_named(agent, arguments, named):
    with pytest.raises(ValueError, match=named):
        agent.predict(*arguments)


def test_an_encoder_of_another_size_is_refused():
    with pytest.raises(ValueError, match="encoder has 4 outcomes, the model has 5 outcomes"):
        ActiveInferenceEncoderAgent(small_encoder(4), random_model(np.random.default_rng(0)))


def test_an_agent_comes_back_from_its_file(agent, tmp_path):
    agent.settings["note"] = "kept"
    path = tmp_path / "agent.aif"
    agent.save(path)
    loaded = ActiveInferenceEncoderAgent.load(path)
    observations = np.random.default_rng(0).normal(size=(20, 2)) * 3
    np.testing.assert_array_equal(
        agent.predict(observations)[1][0], loaded.predict(observations)[1][0]
    )
    assert loaded.settings == agent.settings
    assert loaded.model.policy_len == agent.model.policy_len
    assert [entry.name for entry in tmp_path.iterdir()] == ["agent.aif"]


def rewritten(path, changes):
    """A copy of a zip with some members replaced or (None) left out."""
    target = path.with_name("changed.aif")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            content = changes.get(name, source.read(name))
            if content is not None:
                out.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("member", "change", "named"),
    [
        ("config.json", lambda c: b"{}", "format"),
        ("config.json", lambda c: c.replace(b'"format_version": 1', b'"format_version": 99'), "99"),
        ("A.npy", lambda c: None, "A"),
        ("D.npy", lambda c: c[:-8] + b"\x00\x00\xc0\x7f" * 2, "D must be finite"),
        ("D.npy", lambda c: c[:-8] + b"\x00\x00\x80\x3f" * 2, "D must sum to 1"),
        ("A.npy", lambda c: c[:40], "not a readable agent file"),
    ],
)
def test_a_damaged_agent_file_is_refused(agent, tmp_path, member, change, named):
    path = tmp_path / "agent.aif"
    agent.save(path)
    with zipfile.ZipFile(path) as archive:
        content = archive.read(member)
    changed = rewritten(path, {member: change(content)})
    with pytest.raises(ValueError, match=named):
        ActiveInferenceEncoderAgent.load(changed)


def test_a_flipped_byte_is_refused_or_harmless(agent, tmp_path):
    path, changed = tmp_path / "agent.aif", tmp_path / "changed.aif"
    agent.save(path)
    content, rng, refused = path.read_bytes(), np.random.default_rng(0), 0
    for _ in range(60):
        damaged = bytearray(content)
        damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
        changed.write_bytes(damaged)
        try:
            loaded = ActiveInferenceEncoderAgent.load(changed)
        except ValueError:
            refused += 1
        else:
            assert np.isfinite(loaded.predict(np.zeros(2))[1][0]).all()
    assert refused > 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"width": 16', b'"width": -1'),
        (b'"temperature": 0.3', b'"temperature": "a"'),
        (b'"temperature": 0.3', b'"temperature": 0'),
        (b'"policy_len": 4', b'"policy_len": 2.5'),
        (b'"gamma": 1.0', b'"gamma": Infinity'),
        (b'"settings": {}', b'"settings": null'),
    ],
)
def test_settings_that_make_no_sense_are_refused(agent, tmp_path, old, new):
    path = tmp_path / "agent.aif"
    agent.save(path)
    with zipfile.ZipFile(path) as archive:
        config = archive.read("config.json")
    assert old in config
    changed = rewritten(path, {"config.json": config.replace(old, new)})
    with pytest.raises(ValueError, match=r"changed\.aif is not a readable agent file"):
        ActiveInferenceEncoderAgent.load(changed)


def test_an_agent_file_holds_json_and_plain_arrays(agent, tmp_path):
    agent.save(tmp_path / "agent.aif")
    with zipfile.ZipFile(tmp_path / "agent.aif") as archive:
        config = json.loads(archive.read("config.json"))
        assert all(name.endswith((".json", ".npy")) for name in archive.namelist())
        for name in archive.namelist()[1:]:
            with archive.open(name) as file:
                np.lib.format.read_array(file, allow_pickle=False)
    assert config["encoder"]["observation_dim"] == 2


def test_a_text_file_or_a_missing_file_is_no_agent(tmp_path):
    (tmp_path / "text.aif").write_text("hello")
    with pytest.raises(ValueError, match=r"text\.aif is not a readable agent file"):
        ActiveInferenceEncoderAgent.load(tmp_path / "text.aif")
    with pytest.raises(FileNotFoundError):
        ActiveInferenceEncoderAgent.load(tmp_path / "missing.aif")


@pytest.mark.parametrize("vec_env_cls", [DummyVecEnv, SubprocVecEnv])
def test_sb3_evaluates_the_agent_on_several_environments(agent, vec_env_cls):
    env = VecMonitor(vec_env_cls([lambda: gym.make(ENV_ID)] * 2))
    returns, lengths = evaluate_policy(agent, env, 4, return_episode_rewards=True)
    env.close()
    assert lengths == [8] * 4
    assert all(0 <= value <= 8 for value in returns)


def test_sb3_evaluates_the_agent_through_gymnasiums_wrappers(agent):
    doubled = gym.wrappers.TransformReward(gym.make(ENV_ID), lambda reward: 2 * reward)
    env = gym.wrappers.ClipReward(Monitor(doubled), max_reward=1)
    returns, lengths = evaluate_policy(agent, env, 4, return_episode_rewards=True)
    assert lengths == [8] * 4
    assert all(value in range(0, 17, 2) for value in returns)


def test_record_video_films_the_agent(agent, tmp_path):
    env = gym.make(ENV_ID, render_mode="rgb_array")
    env = gym.wrappers.RecordVideo(env, str(tmp_path / "videos"), disable_logger=True)
    observation, _ = env.reset(seed=0)
    state, done = None, False
    while not done:
        action, state = agent.predict(observation, state)
        observation, _, terminated, truncated, _ = env.step(action)
        done = terminated or truncated
    env.close()
    assert (tmp_path / "videos" / "rl-video-episode-0.mp4").stat().st_size > 1000
