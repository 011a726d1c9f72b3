"""The two ways to act on a model: on the joint state, or with the genuine pymdp `Agent`."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import PRNGKeyArray

from ..encoders.protocol import Encoder
from ..models.flattening import marginals
from ..models.generative_model import GenerativeModel
from ..models.joint import joint_obstacle
from ..planning.choose import TooManyPoliciesError, check_policies, values_information
from . import pymdp_engine
from .decision import (
    AgentCore,
    assess,
    check_process,
    compiled,
    single_precision,
    split_core,
)
from .decision_numpy import Decider
from .explanation import PolicyExplanation, explain_policies
from .free_energy import FreeEnergy, free_energy
from .padding import on_padded

# Beyond it pymdp is faster, factor by factor, as `aifgym speed --only engine` shows.
MAX_JOINT_STATES = 512
ENGINES = ("auto", "joint", "pymdp")

Beliefs = tuple[np.ndarray, ...]


class Concluded(NamedTuple):
    """Of N environments: joint actions `(N,)`, `q(s_t)` and `p(s_{t+1})` as the engine has them."""

    action: np.ndarray
    beliefs: Beliefs
    prior: Beliefs


class JointEngine:
    """Factors flattened into one: exact, with the compiled planners.

    Attributes:
        name: `"joint"`.
        arrays, static: the core, split as `compiled` functions take it.
        first: `p(s_0)`, one array `(K,)`.
        planner: what decides.
    """

    name = "joint"

    def __init__(self, encoder: Encoder, model: GenerativeModel, usage: np.ndarray | None) -> None:
        core = AgentCore(encoder, model, usage)
        self._decide = Decider(core)
        self.arrays, self.static = self._decide.arrays, self._decide.static
        self.first: Beliefs = (model.joint.D,)
        self._joint, self.planner = model.joint, core.planner
        self._assess = compiled(assess, self.static)

    def decide(
        self, observations, prior: Beliefs, key: PRNGKeyArray | None, seen=None
    ) -> Concluded:
        """One decision for each of N environments; drawn with a key, from the prior unless seen."""
        # Copies: what JAX hands out is read-only and would pin its buffers.
        action, belief, following = map(np.array, self._decide(observations, prior[0], key, seen))
        return Concluded(action.astype(np.int64), (belief,), (following,))

    def infer_states(self, observations, prior: Beliefs, seen=None) -> Beliefs:
        """`q(s_t)`."""
        return (np.array(self._assessed(observations, prior, seen)[0]),)

    def free_energy(self, observations, prior: Beliefs, seen=None) -> FreeEnergy:
        """Of the posterior after an observation."""
        belief, log_likelihood = map(np.asarray, self._assessed(observations, prior, seen))
        return free_energy((belief,), prior, [log_likelihood], [[0]])

    def _assessed(self, observations, prior: Beliefs, seen) -> tuple:
        rows = observations, prior[0], seen
        return on_padded(lambda *at: self._assess(self.arrays, *at), len(prior[0]), *rows)

    def explain(self, observations, prior: Beliefs, seen=None) -> PolicyExplanation:
        """What speaks for each policy after an observation."""
        (belief,) = self.infer_states(observations, prior, seen)
        with single_precision():
            return explain_policies(self._joint, self.planner, belief)

    def by_factor(self, beliefs: Beliefs) -> Beliefs:
        """Beliefs about each factor, `(N, K_f)`."""
        return tuple(marginals(beliefs[0], self._joint.num_states_by_factor))


class PymdpEngine:
    """The genuine pymdp `Agent`, factor by factor, inside one compiled function.

    Attributes:
        name: `"pymdp"`.
        first: per factor `(K_f,)`, `p(s_0)`.
    """

    name = "pymdp"

    def __init__(self, encoder: Encoder, model: GenerativeModel, usage: np.ndarray | None) -> None:
        planner = "tree" if model.planner == "auto" else model.planner
        if planner not in ("tree", "inductive"):
            raise ValueError(f"engine 'pymdp' has no planner {planner!r}: take engine='joint'")
        num_states = sum(model.factors.num_states)
        check_policies(num_states, 0, model.num_actions, model.policy_len, "inductive")
        core = pymdp_engine.PymdpCore(encoder, model, usage)
        self.arrays, self.static = split_core(core)
        self.first: Beliefs = model.factors.D
        self._model = model
        self._decide = compiled(pymdp_engine.decide_on, self.static)
        self._assess = compiled(pymdp_engine.assess, self.static)
        self._explain = compiled(pymdp_engine.explain, self.static)

    def decide(
        self, observations, prior: Beliefs, key: PRNGKeyArray | None, seen=None
    ) -> Concluded:
        """One decision for each of N environments; drawn with a key, from the prior unless seen."""
        rows = observations, prior, seen
        concluded = on_padded(
            lambda *at: self._decide(self.arrays, at[0], at[1], key, at[2]), len(prior[0]), *rows
        )
        by_factor = np.asarray(concluded.action, np.int64).T
        action = np.asarray(
            np.ravel_multi_index(tuple(by_factor), self._model.factors.num_controls)
        )
        beliefs, prior = (tuple(map(np.array, of)) for of in (concluded.beliefs, concluded.prior))
        return Concluded(action, beliefs, prior)

    def infer_states(self, observations, prior: Beliefs, seen=None) -> Beliefs:
        """`q(s_t)` of each factor."""
        return tuple(map(np.array, self._assessed(observations, prior, seen)[0]))

    def free_energy(self, observations, prior: Beliefs, seen=None) -> FreeEnergy:
        """Of the posterior after an observation."""
        beliefs, log_likelihoods = self._assessed(observations, prior, seen)
        of_modality = [np.asarray(array) for array in log_likelihoods]
        rows = self._model.factors.A_dependencies
        return free_energy(list(map(np.asarray, beliefs)), prior, of_modality, rows)

    def _assessed(self, observations, prior: Beliefs, seen) -> tuple:
        rows = observations, prior, seen
        return on_padded(lambda *at: self._assess(self.arrays, *at), len(prior[0]), *rows)

    def explain(self, observations, prior: Beliefs, seen=None) -> PolicyExplanation:
        """What speaks for each policy after an observation."""
        beliefs = self.infer_states(observations, prior, seen)
        policies: list = []  # they have no row for each environment

        def explained(*rows):
            first, parts = self._explain(self.arrays, rows)
            policies[:] = [first]
            return parts

        parts = on_padded(explained, len(beliefs[0]), *beliefs)
        return PolicyExplanation(np.asarray(*policies), *map(np.asarray, parts))

    def by_factor(self, beliefs: Beliefs) -> Beliefs:
        """Beliefs about each factor, `(N, K_f)`."""
        return beliefs


Engine = JointEngine | PymdpEngine


def build_engine(
    name: str, encoder: Encoder, model: GenerativeModel, usage: np.ndarray | None
) -> Engine:
    """The engine of that name; `"auto"` is the joint state where it is small enough.

    Raises:
        ValueError: there is none of that name, or the model asks for what it cannot do.
    """
    check_process()
    if name not in ENGINES:
        raise ValueError(f"engine must be one of {ENGINES}, got {name!r}")
    if name == "auto":
        name = "joint" if _is_small(model) else "pymdp"
        if name == "joint" and len(model.factors.D) > 1:
            try:
                return _built("joint", encoder, model, usage)
            except TooManyPoliciesError:
                name = "pymdp"
    return _built(name, encoder, model, usage)


def _built(name: str, encoder: Encoder, model: GenerativeModel, usage: np.ndarray | None) -> Engine:
    with single_precision():
        return (JointEngine if name == "joint" else PymdpEngine)(encoder, model, usage)


def _is_small(model: GenerativeModel) -> bool:
    """Whether the joint state is small enough, and nothing else speaks against it."""
    is_single = len(model.factors.D) == 1
    is_small = is_single or math.prod(model.factors.num_states) <= MAX_JOINT_STATES
    return is_small and joint_obstacle(model) is None and values_information(model)
