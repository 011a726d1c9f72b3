"""The agent behind SB3's `predict`: NumPy outside, pure functions on arrays inside."""

import gymnasium as gym
import jax
import numpy as np
from jaxtyping import PRNGKeyArray
from pymdp.agent import Agent

from .acting.checks import check_rollout, checked_prior
from .acting.decision import AgentCore, compiled, encode_batch, infer_states
from .acting.decision_numpy import Decider
from .acting.observations import checked_observations
from .acting.pymdp_bridge import continuous_pymdp_agent
from .acting.rollout import JaxEnv, Rollout, rollout
from .encoders.protocol import Encoder
from .goals import WithGoals
from .models.generative_model import GenerativeModel, checked_usage
from .planning.choose import resolved_planner
from .with_file import WithFile


class ActiveInferenceEncoderAgent(WithGoals, WithFile):
    """Encoder and discrete generative model behind `predict`, a drop-in for an SB3 policy.

    Args:
        encoder: maps an observation to logits over the model's outcomes; anything with the
            methods of `aifgym.agents.encoders.protocol.Encoder`.
        model: A, B, C, D and the settings of planning.
        usage: `(K,)`, rho, how often the encoder uses each state. With it the agent is fed scaled
            likelihoods, `log r(s | x) - log rho(s)`; `None` feeds the encoder's categorical
            observation through A, as the tutorial does.
        settings: whatever should be kept in the agent file besides, as plain JSON values.
        seed: of the stream that `predict(..., deterministic=False)` draws from.

    Raises:
        ValueError: encoder, model and usage do not fit together.
    """

    def __init__(
        self,
        encoder: Encoder,
        model: GenerativeModel,
        usage: np.ndarray | None = None,
        settings: dict | None = None,
        seed: int = 0,
    ) -> None:
        if encoder.num_outcomes != model.num_outcomes:
            raise ValueError(
                f"encoder has {encoder.num_outcomes} outcomes, "
                f"the model has {model.num_outcomes} outcomes"
            )
        self.encoder, self.model, self.settings = encoder, model, dict(settings or {})
        self.usage = None if usage is None else checked_usage(usage, model)
        self._observation_space = encoder.observation_space
        self._beliefs: np.ndarray | None = None
        self._decide = Decider(AgentCore(encoder, model, self.usage))
        self._arrays, self._static = self._decide.arrays, self._decide.static
        self._encode = compiled(encode_batch, self._static)
        self._infer_states = compiled(infer_states, self._static)
        self.set_random_seed(seed)

    @property
    def observation_space(self) -> gym.Space:
        """The space of one observation, as the encoder says."""
        return self._observation_space

    @property
    def action_space(self) -> gym.spaces.Discrete:
        """Actions, `0 .. U - 1`."""
        return gym.spaces.Discrete(self.model.num_actions)

    @property
    def beliefs(self) -> np.ndarray | None:
        """`(N, K)` float32, posterior `q(s_t)` at the last `predict`; None before the first."""
        return self._beliefs

    @property
    def evidence(self) -> str:
        """What the agent is fed: `"likelihood"`, or `"categorical"` as in the tutorial."""
        return "categorical" if self.usage is None else "likelihood"

    def set_random_seed(self, seed: int) -> None:
        """Restarts the stream that `predict(..., deterministic=False)` draws from."""
        self._key = jax.random.key(seed)

    def predict(
        self,
        observation: np.ndarray,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = True,
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Chooses actions; the signature and the meaning are SB3's, as of a recurrent policy.

        The returned state is the agent's memory. Hand it back at the next call, or the agent
        acts on each observation alone.

        Args:
            observation: one of `observation_space`, such as `(D,)`, or `(N, D)` for N environments.
            state: what the last call returned; `None` starts all beliefs from `D`.
            episode_start: `(N,)` bool; beliefs restart from `D` where it is true.
            deterministic: the most probable policy's first action; else a policy is drawn.

        Returns:
            Actions, int64, `()` or `(N,)`, and a tuple with the beliefs `(N, K)` float32
            about the next state, given the chosen actions.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        observations, shape = checked_observations(observation, self._observation_space)
        num_envs = shape[0] if shape else 1
        prior = checked_prior(state, episode_start, num_envs, self.model)
        key = None
        if not deterministic:
            self._key, key = jax.random.split(self._key)
        results = self._decide(observations, prior, key)
        # Copies: what JAX hands out is read-only and would pin its buffers.
        action, self._beliefs, prior = (np.array(result) for result in results)
        return action.astype(np.int64).reshape(shape), (prior,)

    def encode(self, observations: np.ndarray) -> np.ndarray:
        """Categorical observations `p(o | x)`: `(D,)` or `(N, D)` in, `(N, O)` float32 out."""
        checked, _ = checked_observations(observations, self._observation_space)
        return np.array(self._encode(self._arrays, checked))

    def update_beliefs(self, observations: np.ndarray, prior: np.ndarray) -> np.ndarray:
        """Posterior after one observation.

        Args:
            observations: `(D,)` or `(N, D)`.
            prior: `(N, K)`, `p(s_t | past)`.

        Returns:
            `(N, K)` float32, `q(s_t)`.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        checked, shape = checked_observations(observations, self._observation_space)
        prior = checked_prior((prior,), None, shape[0] if shape else 1, self.model)
        return np.array(self._infer_states(self._arrays, checked, prior))

    def rollout(
        self,
        env: JaxEnv,
        num_envs: int,
        num_steps: int,
        key: PRNGKeyArray,
        deterministic: bool = True,
    ) -> Rollout:
        """Acts in a pure JAX environment, both inside one compiled loop.

        Args:
            env: such as `aifgym.envs.jax_env.JaxLineWorld(world)`; hashable.
            num_envs: N, environments side by side, one episode each.
            num_steps: T, decisions in each.
            key: JAX key; the same one gives the same episodes.
            deterministic: as of `predict`.

        Returns:
            Observations, states, beliefs, actions and rewards, NumPy arrays `(N, T, ...)`.

        Raises:
            ValueError, TypeError: a count is below 1, or `env` is no such environment.
        """
        check_rollout(env, num_envs, num_steps)
        run = compiled(rollout, self._static, env, num_envs, num_steps, deterministic)
        return Rollout(*(np.array(array) for array in run(self._arrays, key)))

    def pymdp_agent(self, batch_size: int = 1) -> Agent:
        """The genuine pymdp `Agent`, with the encoder as its `preprocess_fn`.

        Its observations are continuous: a list with one `(batch_size, D)` array. A scaled
        likelihood is handed over as the vector whose product with `log A` it is.

        Raises:
            ValueError: the agent is fed likelihoods, and no vector gives them through this A.
        """
        return continuous_pymdp_agent(self.encoder, self.model, self.usage, batch_size)

    def __repr__(self) -> str:
        model, name = self.model, type(self).__name__
        return (
            f"{name}(num_states={model.num_states}, num_actions={model.num_actions}, "
            f"policy_len={model.policy_len}, planner={resolved_planner(model)!r}, "
            f"encoder={self.encoder!r}, evidence={self.evidence!r})"
        )
