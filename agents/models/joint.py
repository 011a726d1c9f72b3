"""Several hidden-state factors as one: exact, for models whose joint state is small.

The state of a model with factors of 5 and 2 states is one of 10. B is the product over factors,
for they are independent given all states of the step before; the actions are the product of the
controls, in pymdp's order, so that policies keep their numbers. Modalities are stacked one below
the other, not multiplied: pymdp adds their information gains.
"""

import dataclasses

import numpy as np

from .factored import Factors
from .flattening import joint_actions, joint_belief, joint_likelihood, joint_transitions
from .novelty import expected_gain, joint_novelty


@dataclasses.dataclass(frozen=True, eq=False)
class JointModel:
    """What acting and planning need of a model, its factors flattened into one.

    Attributes:
        A: `(O, K)`, modalities one below the other: each column sums to their number.
        B: `(K, K, U)`, U the joint actions.
        C: `(O,)`, zero where planning does not value preferred outcomes.
        D: `(K,)`.
        E: `(U ** policy_len,)` or None.
        H: `(K,)` or None.
        policy_len, gamma, alpha, use_states_info_gain, planner: as of the model.
        inductive_depth, inductive_threshold, inductive_epsilon: as of the model.
        num_outcomes_by_modality: O of each modality.
        num_states_by_factor: K of each factor.
        actions: `(U, F)`, the action of each factor in each joint action.
        novelty: `(K, U)`, nats that an action in a state tells about A and B, or None where that
            has no value.
        unseen: modalities that are preferred, but not seen.
    """

    A: np.ndarray
    B: np.ndarray
    C: np.ndarray
    D: np.ndarray
    E: np.ndarray | None
    H: np.ndarray | None
    policy_len: int
    gamma: float
    alpha: float
    use_states_info_gain: bool
    planner: str
    inductive_depth: int | None
    inductive_threshold: float
    inductive_epsilon: float
    num_outcomes_by_modality: tuple[int, ...]
    num_states_by_factor: tuple[int, ...]
    actions: np.ndarray
    novelty: np.ndarray | None = None
    unseen: tuple[int, ...] = ()

    @property
    def num_states(self) -> int:
        """K, the product over factors."""
        return len(self.D)

    @property
    def num_outcomes(self) -> int:
        """O, the sum over modalities."""
        return len(self.C)

    @property
    def num_actions(self) -> int:
        """U, the product over control factors."""
        return self.B.shape[-1]

    @property
    def joint(self) -> "JointModel":
        """Itself."""
        return self

    def pymdp_arrays(self) -> dict[str, list[np.ndarray] | np.ndarray | None]:
        """Lists A, B, C, D, and E: a pymdp model of one factor."""
        lists = {"B": [self.B], "D": [self.D], "E": self.E}
        return lists | {name: self.by_modality(getattr(self, name)) for name in "AC"}

    def pymdp_settings(self) -> dict[str, object]:
        """Settings of the pymdp `Agent` with these arrays, hashable."""
        return {
            "A_dependencies": ((0,),) * len(self.num_outcomes_by_modality),
            "B_dependencies": ((0,),),
            "policy_len": self.policy_len,
            "gamma": self.gamma,
            "use_states_info_gain": self.use_states_info_gain,
            "categorical_obs": True,
        }

    def by_modality(self, array: np.ndarray) -> list[np.ndarray]:
        """A or C, taken apart again."""
        return np.split(array, np.cumsum(self.num_outcomes_by_modality)[:-1])


def joint_model(model) -> JointModel:
    """A `GenerativeModel` with its factors flattened into one.

    Raises:
        ValueError: the model asks for what only pymdp itself does; the message names it.
    """
    obstacle = joint_obstacle(model)
    if obstacle:
        raise ValueError(f"the joint engine cannot have {obstacle}: take engine='pymdp'")
    f: Factors = model.factors
    A = [joint_likelihood(a, row, f.num_states) for a, row in zip(f.A, f.A_dependencies)]
    settings = [field.name for field in dataclasses.fields(JointModel)]
    settings = settings[settings.index("policy_len") : settings.index("num_outcomes_by_modality")]
    B, actions = joint_transitions(f.B, f.B_dependencies), joint_actions(f.num_controls)
    return JointModel(
        A=np.concatenate(A),
        B=B,
        C=np.concatenate(f.C) * np.float32(model.use_utility),
        D=joint_belief(f.D),
        E=model.E,
        H=None if f.H is None else f.H[0],
        num_outcomes_by_modality=f.num_outcomes,
        num_states_by_factor=f.num_states,
        actions=actions,
        novelty=_novelty(f, B, actions) if model.use_param_info_gain else None,
        unseen=tuple(model.unseen),
        **{name: getattr(model, name) for name in settings},
    )


def _novelty(f: Factors, B: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """What actions tell about those A and B that have counts."""
    A_gains, B_gains = (
        [
            None if own is None else expected_gain(own, array)
            for own, array in zip(counts or [None] * len(arrays), arrays)
        ]
        for counts, arrays in ((f.pA, f.A), (f.pB, f.B))
    )
    dependencies = f.A_dependencies, f.B_dependencies
    found = joint_novelty(A_gains, B_gains, B, dependencies, f.num_states, actions)
    return found.astype(np.float32)


def joint_obstacle(model) -> str | None:
    """What a model asks for that is not defined on the joint state, by name; None: nothing."""
    obstacles = {
        "C that changes along a policy": any(c.ndim > 1 for c in model.factors.C),
        "sampling_mode='marginal'": model.sampling_mode == "marginal",
        "H of several factors": model.factors.H is not None and len(model.factors.H) > 1,
    }
    return next((name for name, holds in obstacles.items() if holds), None)
