"""Looking into an agent: its beliefs, their free energy, and what spoke for its policies."""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import equinox as eqx
import gymnasium as gym
import jax
import numpy as np
from jaxtyping import PRNGKeyArray

from .acting.checks import check_rollout
from .acting.decision import compiled
from .acting.explanation import PolicyExplanation
from .acting.free_energy import FreeEnergy
from .acting.observations import checked_observations
from .acting.padding import on_padded
from .acting.rollout import NOT_FOR, JaxEnv, Rollout, rollout
from .encoders.protocol import Encoder, encode
from .models.generative_model import GenerativeModel
from .planning.goal import DisagreementWarning, disagreements


class WithInsight:
    """What an agent with these attributes can be asked."""

    encoder: Encoder
    model: GenerativeModel
    settings: dict
    _observation_space: gym.Space
    _engine: Any
    on_invalid: str
    learning: Any
    _prior: Callable[..., Any]
    _observed: Callable[..., tuple]
    _last: Any
    usage: np.ndarray | None

    @property
    def beliefs(self) -> np.ndarray | tuple[np.ndarray, ...] | None:
        """`(N, K)` float32, posterior `q(s_t)` at this thread's last `predict`; None before it.

        Of a model of lists one array for each factor, `(N, K_f)`.
        """
        last = getattr(self._last, "beliefs", None)
        if last is None:
            return None
        by_factor = self._engine.by_factor(last)
        return by_factor if self.model.has_lists else by_factor[0]

    @property
    def has_own_numbers(self) -> bool:
        """Whether states were learned, so that their numbers are not the world's."""
        return self.settings.get("dynamics") == "learned"

    @property
    def evidence(self) -> str:
        """What the agent is fed: `"likelihood"`, or `"categorical"` as in the tutorial."""
        if self.model.has_lists:
            return "likelihood"
        return "categorical" if self.usage is None else "likelihood"

    def encode(self, observations: np.ndarray) -> Any:
        """Categorical observations `p(o | x)`: `(D,)` or `(N, D)` in, `(N, O)` float32 out.

        Of a model of lists one array for each modality, `(N, O_m)`.
        """
        checked, shape = checked_observations(observations, self._observation_space)
        by_modality: Any = self.encoder
        encoded = by_modality.encode if self.model.has_lists else partial(_encode, self.encoder)
        found = on_padded(encoded, shape[0] if shape else 1, checked)
        return jax.tree.map(lambda values: np.array(values, np.float32), found)

    def explain(
        self,
        observation,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
    ) -> PolicyExplanation:
        """What spoke for each policy at an observation, in nats.

        Args:
            observation: as of `predict`.
            state: as of `predict`: what it returned before this observation.
            episode_start: as of `predict`.

        Returns:
            Utility, information gain, parameter information gain and negative expected free
            energy of each policy; `.by_action()` gives them by first action.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        return self._engine.explain(*self._seen(observation, state, episode_start))

    def free_energy(
        self,
        observation,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
    ) -> FreeEnergy:
        """Accuracy, complexity and variational free energy of the posterior, `(N,)`, nats.

        Args:
            observation: as of `predict`.
            state: as of `predict`: what it returned before this observation.
            episode_start: as of `predict`.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        return self._engine.free_energy(*self._seen(observation, state, episode_start))

    def infer_states(
        self,
        observation,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
    ) -> tuple[np.ndarray, ...]:
        """Posterior beliefs about each factor, `(N, K_f)`; the arguments are those of `predict`.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        beliefs = self._engine.infer_states(*self._seen(observation, state, episode_start))
        return self._engine.by_factor(beliefs)

    def update_beliefs(self, observations: np.ndarray, prior: np.ndarray) -> np.ndarray:
        """Posterior after one observation, of a model of single arrays.

        Args:
            observations: `(D,)` or `(N, D)`.
            prior: `(N, K)`, `p(s_t | past)`.

        Returns:
            `(N, K)` float32, `q(s_t)`.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        return self._engine.infer_states(*self._seen(observations, (prior,), None, "prior"))[0]

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

        Warns:
            DisagreementWarning: see `disagreements`, where `env.world` says its dynamics.
        """
        if self.model.has_lists or self.learning is not None:
            raise ValueError(NOT_FOR)
        check_rollout(env, num_envs, num_steps)
        world = getattr(env, "world", None)
        if hasattr(world, "transition_matrix"):
            for note in self.disagreements(world):
                warnings.warn(note, DisagreementWarning, stacklevel=2)
        engine = self._engine
        run = compiled(rollout, engine.static, env, num_envs, num_steps, deterministic)
        return Rollout(*(np.array(array) for array in run(engine.arrays, key)))

    def disagreements(self, world: Any) -> list[str]:
        """What speaks against acting in a world whose dynamics are known, each in one sentence.

        That are other dynamics or another target than the agent's, or that it prefers nothing. Of
        learned dynamics, whose states have numbers of their own, only what can be compared.

        Args:
            world: such as `LineWorld`: has `transition_matrix` and `rewarded_state`.
        """
        return disagreements(self.model, world, self.has_own_numbers)

    def _seen(self, observation, state, episode_start, name: str = "state") -> tuple:
        observations, shape, seen = self._observed(observation)
        return observations, self._prior(state, episode_start, shape, name), seen


_encode = eqx.filter_jit(encode)
