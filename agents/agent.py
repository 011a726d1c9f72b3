"""The agent behind SB3's `predict`: NumPy outside, pure functions on arrays inside."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import jax
import numpy as np
from pymdp.agent import Agent

from .acting.checks import checked_prior
from .acting.engines import build_engine
from .acting.invalid import ON_INVALID, decided, observed
from .acting.modalities import Actions
from .acting.pymdp_bridge import continuous_pymdp_agent
from .encoders.neural import check_encoder
from .encoders.protocol import Encoder
from .encoders.resolve import modality_encoder, modality_encoders
from .goals import WithGoals
from .models.checks import check_choice, checked_usage
from .models.generative_model import GenerativeModel
from .online.engine import learning_engine
from .online.settings import Learning, as_learning
from .online.with_learning import WithLearning
from .planning.choose import resolved_planner
from .planning.goal import goal_words
from .planning.protocol import Planner
from .with_env import WithEnv
from .with_file import WithFile
from .with_insight import WithInsight


class ActiveInferenceEncoderAgent(WithGoals, WithInsight, WithFile, WithLearning, WithEnv):
    """Encoder and discrete generative model behind `predict`, a drop-in for an SB3 policy.

    Args:
        encoder: of a model of single arrays: maps an observation to logits over its outcomes;
            anything with the methods of `aifgym.agents.encoders.protocol.Encoder`, a plain
            function from `(N, ...)` to `log p(x | o)` `(N, O)`, or None for what is discrete. Of a
            model of lists: a dict by the keys of `Dict` observations or a list, in A's order, of
            these; None alone where all modalities are discrete.
        model: A, B, C, D and the settings of planning.
        usage: `(K,)`, rho, how often the encoder uses each state. With it the agent is fed scaled
            likelihoods, `log r(s | x) - log rho(s)`; `None` feeds the encoder's categorical
            observation through A, as the tutorial does. Of a model of lists: by modality `(O_m,)`,
            as `encoder` is; the evidence is `log sum_o A[o | s] r(o | x) / rho(o)`.
        settings: whatever should be kept in the agent file besides, as plain JSON values.
        seed: of the stream that `predict(..., deterministic=False)` draws from.
        engine: `"joint"` flattens factors into one, exactly; `"pymdp"` runs the genuine `Agent`;
            `"auto"` is joint up to 512 joint states, where nothing asks for pymdp.
        observation_space: of the environment; needed for plain functions, else it is checked.
        on_invalid: of an observation that is not finite, such as of a sensor that dropped out:
            `"raise"` names the environments, with `"ignore"` they act from their prior, and from
            those modalities that are finite.
        learn: what is learned while acting, such as `("B",)`, from the counts pA, pB, pD of the
            model on; `Learning` also says how, and how fast what was learned is forgotten.

    Raises:
        ValueError: encoder, model and usage do not fit together.
        TypeError: the model is no `GenerativeModel`.
    """

    def __init__(
        self,
        encoder: Encoder | Mapping | Sequence | Callable | None,
        model: GenerativeModel,
        usage: np.ndarray | Mapping | Sequence | None = None,
        settings: dict | None = None,
        seed: int = 0,
        *,
        engine: str = "auto",
        observation_space: gym.Space | None = None,
        on_invalid: str = "raise",
        learn: Learning | dict | Sequence[str] = (),
    ) -> None:
        if not isinstance(model, GenerativeModel):
            hint = "GenerativeModel.from_pymdp(agent) makes one of a pymdp Agent"
            raise TypeError(f"model must be a GenerativeModel, got {type(model)}: {hint}")
        check_choice("on_invalid", on_invalid, ON_INVALID)
        rho: Any = usage
        if model.has_lists:
            outcomes = model.factors.num_outcomes
            given, rho = modality_encoders(encoder, outcomes, rho, observation_space), None
        else:
            given = modality_encoder(encoder, model.num_outcomes, observation_space)
            if given.num_outcomes != model.num_outcomes:
                counts = f"{given.num_outcomes} outcomes, the model has {model.num_outcomes}"
                raise ValueError(f"encoder has {counts} outcomes")
        check_encoder(given)
        self.encoder, self.model, self.settings = given, model, dict(settings or {})
        self.usage = None if rho is None else checked_usage(rho, model)
        self._observation_space = given.observation_space
        self._last = threading.local()
        self._asked_engine, self.on_invalid = engine, on_invalid
        self.learning = as_learning(learn)
        if self.learning is None:
            self._engine = build_engine(engine, given, model, self.usage)
        else:
            self._engine = learning_engine(engine, given, model, self.usage, self.learning)
        self._actions = Actions(model.factors.num_controls)
        self.set_random_seed(seed)

    @property
    def observation_space(self) -> gym.Space:
        """The space of one observation, as the encoder says."""
        return self._observation_space

    @property
    def action_space(self) -> gym.spaces.Discrete | gym.spaces.MultiDiscrete:
        """Actions `0 .. U - 1`, or those of each control factor, in pymdp's order."""
        return self._actions.space

    @property
    def engine(self) -> str:
        """What it acts with: `"joint"` or `"pymdp"`."""
        return self._engine.name

    @property
    def planner(self) -> Planner | None:
        """What decides, such as a `PointBasedPlanner`; None where pymdp's own `Agent` does."""
        return getattr(self._engine, "planner", None)

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
            Actions, int64, `()` or `(N,)`, with a last axis where there are several control
            factors, and the agent's memory: beliefs `(N, K)` float32 about the next state, given
            the chosen actions, of each factor where the engine is pymdp; of an agent that learns
            see `aifgym.agents.online.core.Memory`.

        Raises:
            ValueError: an argument is no array of numbers or has another shape, or `state` is not
                what `predict` returned, or an observation not finite with `on_invalid="raise"`.
        """
        observations, shape, seen = self._observed(observation)
        prior = self._prior(state, episode_start, shape)
        key = None
        if not deterministic:
            self._key, key = jax.random.split(self._key)
        concluded = decided(self._engine, observations, prior, key, seen, self.on_invalid)
        self._last.beliefs = concluded.beliefs
        return self._actions(concluded.action, shape), concluded.prior

    def pymdp_agent(self, batch_size: int = 1) -> Agent:
        """The genuine pymdp `Agent`, with the encoder as its `preprocess_fn`.

        Its observations are continuous: a list with one `(batch_size, D)` array. A scaled
        likelihood is handed over as the vector whose product with `log A` it is. Of a model of
        lists it is given outcomes, as `model.to_pymdp` is.

        Raises:
            ValueError: the agent is fed likelihoods, and no vector gives them through this A.
        """
        if self.model.has_lists:
            return self.model.to_pymdp(batch_size)
        return continuous_pymdp_agent(self.encoder, self.model, self.usage, batch_size)

    def __repr__(self) -> str:
        model, name = self.model, type(self).__name__
        planner = resolved_planner(model) if self.engine == "joint" else model.planner
        return (
            f"{name}(num_states={model.num_states}, num_actions={model.num_actions}, "
            f"policy_len={model.policy_len}, engine={self.engine!r}, planner={planner!r}, "
            f"encoder={self.encoder!r}, evidence={self.evidence!r}, "
            f"goal={goal_words(model)!r})"
        )

    def _observed(self, observation) -> tuple:
        """See `acting.invalid.observed`."""
        modalities = getattr(self.encoder, "names", None)
        return observed(observation, self._observation_space, self.on_invalid, modalities)

    def _prior(
        self, state, episode_start, shape: tuple[int, ...], name: str = "state"
    ) -> tuple[np.ndarray, ...]:
        num_envs = shape[0] if shape else 1
        if self.learning is not None:
            return self._engine.memory(state, episode_start, num_envs)
        return checked_prior(state, episode_start, num_envs, self._engine.first, name)
