"""The agent behind SB3's `predict`: NumPy outside, one compiled function inside."""

import os

import jax
import numpy as np
from pymdp.agent import Agent

from .agent_file import read_agent_file, write_agent_file
from .decision import AgentCore, compiled, decide, encode_batch, infer_states, split_core
from .encoder import ObservationEncoder, encode
from .generative_model import GenerativeModel


class ActiveInferenceEncoderAgent:
    """Encoder and discrete generative model behind `predict`, a drop-in for an SB3 policy.

    ```python
    state, episode_start = None, np.ones(num_envs, dtype=bool)
    action, state = agent.predict(observations, state, episode_start)
    ```

    Args:
        encoder: maps an observation to logits over the model's outcomes.
        model: A, B, C, D and the settings of planning.
        settings: whatever should be kept in the agent file besides, as plain JSON values.
        seed: of the stream that `predict(..., deterministic=False)` draws from.

    Raises:
        ValueError: the encoder's outputs are not the model's outcomes.
    """

    def __init__(
        self,
        encoder: ObservationEncoder,
        model: GenerativeModel,
        settings: dict | None = None,
        seed: int = 0,
    ) -> None:
        if encoder.mlp.out_size != model.num_outcomes:
            raise ValueError(
                f"encoder has {encoder.mlp.out_size} outputs, "
                f"the model has {model.num_outcomes} outcomes"
            )
        self.encoder, self.model, self.settings = encoder, model, dict(settings or {})
        self._beliefs: np.ndarray | None = None
        self._arrays, static = split_core(AgentCore(encoder, model))
        self._decide = compiled(decide, static)
        self._encode = compiled(encode_batch, static)
        self._infer_states = compiled(infer_states, static)
        self.set_random_seed(seed)

    @property
    def beliefs(self) -> np.ndarray | None:
        """`(N, K)` float32, posterior `q(s_t)` at the last `predict`; None before the first."""
        return self._beliefs

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
            observation: `(D,)`, or `(N, D)` for N environments.
            state: what the last call returned; `None` starts all beliefs from `D`.
            episode_start: `(N,)` bool; beliefs restart from `D` where it is true.
            deterministic: the most probable policy's first action; else a policy is drawn.

        Returns:
            Actions, int64, `()` or `(N,)`, and a tuple with the beliefs `(N, K)` float32
            about the next state, given the chosen actions.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        observations = self._checked_observations(observation)
        prior, restart = self._checked_memory(state, episode_start, len(observations))
        key = None
        if not deterministic:
            self._key, key = jax.random.split(self._key)
        results = self._decide(self._arrays, observations, prior, restart, key)
        # Copies: what JAX hands out is read-only and would pin its buffers.
        action, self._beliefs, prior = (np.array(result) for result in results)
        return action.astype(np.int64).reshape(np.shape(observation)[:-1]), (prior,)

    def encode(self, observations: np.ndarray) -> np.ndarray:
        """Categorical observations `p(o | x)`: `(D,)` or `(N, D)` in, `(N, O)` float32 out."""
        return np.array(self._encode(self._arrays, self._checked_observations(observations)))

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
        observations = self._checked_observations(observations)
        prior, _ = self._checked_memory((prior,), None, len(observations))
        return np.array(self._infer_states(self._arrays, observations, prior))

    def pymdp_agent(self, batch_size: int = 1) -> Agent:
        """The genuine pymdp `Agent`, with the encoder as its `preprocess_fn`.

        Its observations are continuous: a list with one `(batch_size, D)` array.
        """

        def preprocess(observations: list) -> list:
            return [encode(self.encoder, observations[0])]

        return self.model.to_pymdp(batch_size, preprocess)

    def save(self, path: str | os.PathLike) -> None:
        """Writes an agent file (`.aif`: a zip of JSON and arrays, no pickle), all or nothing."""
        write_agent_file(path, self.encoder, self.model, self.settings)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "ActiveInferenceEncoderAgent":
        """Reads an agent file.

        Raises:
            FileNotFoundError: there is none.
            ValueError: it is not an agent file, or its contents are not consistent.
        """
        return cls(*read_agent_file(path))

    def __repr__(self) -> str:
        mlp, model = self.encoder.mlp, self.model
        return (
            f"ActiveInferenceEncoderAgent(num_states={model.num_states}, "
            f"num_actions={model.num_actions}, policy_len={model.policy_len}, "
            f"encoder={mlp.width_size} x {mlp.depth})"
        )

    def _checked_observations(self, observation: np.ndarray) -> np.ndarray:
        observations = np.asarray(observation, dtype=np.float32)
        dim = self.encoder.mlp.in_size
        if observations.ndim not in (1, 2) or observations.shape[-1] != dim:
            raise ValueError(
                f"observation must have shape ({dim},) or (N, {dim}), got {observations.shape}"
            )
        if not np.isfinite(observations).all():
            raise ValueError(f"observation must be finite, got {observation}")
        return observations.reshape(-1, dim)

    def _checked_memory(self, state, episode_start, num_envs: int) -> tuple:
        if state is None:
            prior = np.broadcast_to(self.model.D, (num_envs, self.model.num_states))
        else:
            prior = np.asarray(state[0], dtype=np.float32)
            if prior.shape != (num_envs, self.model.num_states):
                allowed = f"({num_envs}, {self.model.num_states})"
                raise ValueError(f"state must hold beliefs {allowed}, got {prior.shape}")
        if episode_start is None:
            return prior, np.zeros(num_envs, dtype=bool)
        restart = np.asarray(episode_start, dtype=bool).reshape(-1)
        if restart.shape != (num_envs,):
            raise ValueError(f"episode_start must have shape ({num_envs},), got {restart.shape}")
        return prior, restart
