"""The discrete generative model A, B, C, D, with settings by pymdp's names."""

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from pymdp.agent import Agent

from .checks import check_settings, checked_unseen
from .factored import LISTS, Factors, checked_factors, checked_policy_prior, has_lists
from .from_pymdp import arguments_of
from .joint import JointModel, joint_model
from .pymdp_agent import pymdp_agent

# One array, or a tuple of them where lists were given: which of both no annotation can say.
Arrays = Any
# One number, or a tuple of them, one per factor or modality, where lists were given.
Sizes = Any


@dataclasses.dataclass(frozen=True, eq=False)
class GenerativeModel:
    """A discrete generative model: what `pymdp.agent.Agent` takes, unbatched.

    Lists hold one array per modality (A, C, pA) or per hidden-state factor (B, D, pB, pD, H).
    Single arrays are the case of one factor and one modality, and stay single arrays. All are
    float32 and read-only.

    Attributes:
        A: per modality `(O_m, K of each factor in A_dependencies[m])`, `p(o_t | s_t)`.
        B: per factor `(K_f, K of each factor in B_dependencies[f], U_f)`,
            `B[next, current, action] = p(s_{t+1} | s_t, a_t)`.
        C: per modality `(O_m,)`, preference for each outcome: an unnormalised log probability,
            nats; `(policy_len, O_m)` where it changes along a policy. None: no preference.
        D: per factor `(K_f,)`, `p(s_0)`. None: uniform.
        policy_len: number of steps that planning looks ahead, at least 1.
        gamma: precision of the posterior over policies, above 0.
        use_states_info_gain: whether planning values information about the state.
        E: `(number of policies,)`, prior over policies in pymdp's order; None: all the same.
        planner: `"tree"` weighs all policies exactly; `"inductive"` is pymdp's inductive
            inference, for goals beyond policy_len; `"sophisticated"` and `"mcts"` are pymdp's
            searches; `"point_based"` plans over beliefs; `"auto"` is the tree where it sees the
            goal, or there are several factors, else inductive. Others can be registered.
        A_dependencies: per modality the factors that it depends on; None: all.
        B_dependencies: per factor the factors that its next state depends on; None: itself.
        num_controls: per factor U_f; None: whatever B has.
        pA, pB, pD: Dirichlet counts, shaped as A, B, D; None for an array that is known.
        H: per factor `(K_f,)`, 1 on the states that inductive inference is to reach; None: the
            state that C prefers most.
        inductive_depth: steps that inductive inference looks back from H; None: as many as states.
        inductive_threshold: transitions that are likelier count as a way.
        inductive_epsilon: the smaller, the more inductive inference weighs.
        alpha: precision of an action that is drawn.
        use_utility: whether planning values preferred outcomes.
        use_param_info_gain: whether planning values information about A and B; needs pA or pB.
        inference_algo: of pymdp's, one that needs no history: `"fpi"`, `"ovf"` or `"exact"`.
        num_iter: iterations of it.
        action_selection: of the pymdp `Agent`; `predict` is told at each call.
        sampling_mode: `"full"` takes the first action of a policy, `"marginal"` the most probable
            one of each factor.
        categorical_obs: whether the pymdp `Agent` is given probabilities of outcomes.
        unseen: modalities that are preferred and not seen by who acts, such as rewards.

    Raises:
        ValueError: a shape disagrees, a value is not finite, a distribution does not sum to 1 or
            a setting is not allowed; the message names factor, modality and axis.
    """

    A: Arrays
    B: Arrays
    C: Arrays = None
    D: Arrays = None
    policy_len: int = 4
    gamma: float = 1.0
    use_states_info_gain: bool = True
    E: np.ndarray | None = None
    planner: str = "auto"
    _: dataclasses.KW_ONLY
    A_dependencies: Sequence[Sequence[int]] | None = None
    B_dependencies: Sequence[Sequence[int]] | None = None
    num_controls: Sequence[int] | None = None
    pA: Arrays | None = None
    pB: Arrays | None = None
    pD: Arrays | None = None
    H: Arrays | None = None
    inductive_depth: int | None = None
    inductive_threshold: float = 0.5
    inductive_epsilon: float = 1e-3
    alpha: float = 1.0
    use_utility: bool = True
    use_param_info_gain: bool = False
    inference_algo: str = "fpi"
    num_iter: int = 16
    action_selection: str = "deterministic"
    sampling_mode: str = "full"
    categorical_obs: bool = True
    unseen: Sequence[int] = ()
    factors: Factors = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_settings(vars(self))
        single = not has_lists(self.B)
        factors = checked_factors(vars(self), self.policy_len)
        E = checked_policy_prior(self.E, factors.num_controls, self.policy_len)
        unseen = checked_unseen(self.unseen, len(factors.A))
        checked = {"factors": factors, "E": E, "unseen": unseen}
        for name in LISTS:
            value = getattr(factors, name)
            checked[name] = value[0] if single and value is not None else value
        if not single:
            for name in ("A_dependencies", "B_dependencies", "num_controls"):
                checked[name] = getattr(factors, name)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.use_param_info_gain and self.pA is None and self.pB is None:
            raise ValueError("use_param_info_gain needs pA or pB")

    @property
    def num_states(self) -> Sizes:
        """K, of each factor where lists were given."""
        return self._sizes(self.factors.num_states)

    @property
    def num_outcomes(self) -> Sizes:
        """O, of each modality where lists were given."""
        return self._sizes(self.factors.num_outcomes)

    @property
    def num_actions(self) -> int:
        """U, the number of joint actions: the product of num_controls."""
        return math.prod(self.factors.num_controls)

    @property
    def has_lists(self) -> bool:
        """Whether lists were given, and not single arrays."""
        return isinstance(self.B, tuple)

    @functools.cached_property
    def joint(self) -> JointModel:
        """The model with its factors flattened into one.

        Raises:
            ValueError: it asks for what only pymdp itself does; the message names it.
        """
        return joint_model(self)

    @classmethod
    def from_pymdp(cls, agent: Agent) -> Self:
        """The model in a built pymdp `Agent`, batched or not, with its settings.

        Raises:
            ValueError: the agent holds what a model cannot keep; the message names it.
        """
        return cls(**arguments_of(agent))

    def to_pymdp(
        self,
        batch_size: int = 1,
        preprocess_fn: Callable | None = None,
        goal: np.ndarray | None = None,
    ) -> Agent:
        """The pymdp `Agent` with this model and these settings.

        Its searches ("sophisticated", "mcts") pymdp takes elsewhere, at `rollout`.

        Args:
            batch_size: number of agents that run side by side.
            preprocess_fn: maps raw observations to a list of `(batch_size, O_m)` arrays.
            goal: `(K,)`, H of the only factor; with it pymdp plans by inductive inference.
        """
        model = self
        if goal is not None:
            H = [goal] if self.has_lists else goal
            model = dataclasses.replace(self, H=H, planner="inductive")
        return pymdp_agent(model, batch_size, preprocess_fn)

    def _sizes(self, sizes: tuple[int, ...]) -> Sizes:
        return sizes if self.has_lists else sizes[0]


def epsilon_identity(num_states: int, epsilon: float) -> np.ndarray:
    """A of the tutorial's section 3: outcome = state, but for `epsilon` spread on the others.

    Args:
        num_states: K, at least 2.
        epsilon: probability of any other outcome, in [0, 1).

    Returns:
        `(K, K)` float32.
    """
    identity = np.eye(num_states)
    A = (1 - epsilon) * identity + (1 - identity) * epsilon / (num_states - 1)
    return A.astype(np.float32)


# What is planned with: a model, or its factors flattened into one.
Model = GenerativeModel | JointModel
