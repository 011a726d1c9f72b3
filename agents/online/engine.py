"""The engine of an agent that learns while it acts."""

import dataclasses
import math
from typing import Any

import jax
import numpy as np

from ..acting.checks import as_numbers, checked_beliefs, checked_starts
from ..acting.decision import check_process, compiled, single_precision, split_core
from ..acting.engines import MAX_JOINT_STATES, Concluded
from ..acting.explanation import PolicyExplanation, explain_policies
from ..acting.free_energy import FreeEnergy, free_energy
from ..acting.padding import on_padded
from ..models.flattening import marginals
from ..models.generative_model import GenerativeModel
from ..planning.choose import check_policies, resolved_planner
from ..planning.protocol import AUTO, PLANNERS
from . import update
from .core import LearningCore, first_memory
from .counts import by_array
from .host import HostLearner, HostMemory
from .settings import Learning

# Numbers that smoothing may carry for one environment.
MAX_PHI = 2**24
PRIORS = ("pA", "pB", "pD")
LEARNS_WITH = ("tree", "dynamic_programming")


class LearningEngine:
    """Decides and learns on the joint states, each environment on its own.

    Attributes:
        name: `"joint"`.
        first: what a `predict` without a state begins from, for one environment.
    """

    name = "joint"

    def __init__(self, encoder, model: GenerativeModel, usage, learning: Learning) -> None:
        check_process()
        planner = resolved_planner(model)
        if planner not in LEARNS_WITH:
            allowed = " or ".join(map(repr, LEARNS_WITH))
            chosen = ", which 'auto' is here" if model.planner == AUTO else ""
            raise ValueError(f"learning needs planner {allowed}, got {planner!r}{chosen}")
        joint = model.joint
        check_policies(
            joint.num_states, joint.num_outcomes, joint.num_actions, model.policy_len, planner
        )
        with single_precision():
            core = LearningCore(encoder, model, usage, learning)
            self._first = HostMemory(*map(np.asarray, first_memory(core)))
        if self._first.phi.size > MAX_PHI:
            raise ValueError(
                f"learning would carry {self._first.phi.size:,} numbers for each environment, more "
                f"than {MAX_PHI:,}: learn fewer arrays"
            )
        self._model, self._joint, self._parts = model, joint, core.parts
        self.arrays, self.static = split_core(core)
        self._host = HostLearner(core)
        self._decide = compiled(update.decide, self.static)
        self._assess = compiled(update.assess, self.static)
        self._pool = compiled(update.pool, self.static)

    def memory(self, state, episode_start, num_envs: int) -> tuple:
        """What `predict` was handed back, checked, and where episodes start.

        Raises:
            ValueError: it is not what `predict` returned.
        """
        start = np.zeros(num_envs, bool)
        if episode_start is not None:
            start = checked_starts(episode_start, num_envs)
        if state is not None:
            return self.checked(state, num_envs), start
        first = (np.tile(one, (num_envs, *[1] * one.ndim)) for one in self._first)
        return HostMemory(*first), np.ones(num_envs, bool)

    def checked(self, state, num_envs: int | None = None) -> Any:
        """The memory in a state; ValueError where it is none of this agent's."""
        count = len(self._first)
        if not isinstance(state, tuple | list) or len(state) != count:
            raise ValueError(f"state must be what predict returned, a tuple of {count} arrays")
        num_envs = len(state[0]) if num_envs is None else num_envs
        found = [checked_beliefs(state[0], (num_envs, len(self._first.belief)))]
        for given, first in zip(state[1:], self._first[1:]):
            array = given
            if type(given) is not np.ndarray or given.dtype != first.dtype:
                array = as_numbers(given, "state").astype(first.dtype)
            if array.shape != (num_envs, *first.shape) or not _is_finite(array):
                shape = (num_envs, *first.shape)
                raise ValueError(
                    f"state must hold finite numbers {shape}, got {array.shape}: it is not what "
                    "predict returned"
                )
            found.append(array)
        if found[1].size and not 0 <= found[1].min() <= found[1].max() < self._joint.num_actions:
            raise ValueError(
                "state must hold actions of this agent: it is not what predict returned"
            )
        return HostMemory(*found)

    def decide(self, observations, prior, key, seen=None) -> Concluded:
        """One decision for each of N environments, and what they learned until now."""
        memory, start = prior
        rows = observations, memory, start, self._valid(seen, len(start))
        if key is None and len(start) == 1 and self._host.can_decide:
            memory = self._host(observations, memory, start[0], rows[-1][0])
        else:
            results = on_padded(lambda *at: self._decide(self.arrays, *at, key), len(start), *rows)
            memory = HostMemory(*map(np.array, results))
        return Concluded(memory.action.astype(np.int64), (memory.belief,), tuple(memory))

    def infer_states(self, observations, prior, seen=None) -> tuple[np.ndarray, ...]:
        """`q(s_t)`."""
        return (self._assessed(observations, prior, seen)[0],)

    def free_energy(self, observations, prior, seen=None) -> FreeEnergy:
        """Of the posterior after an observation."""
        belief, found, predicted, *_ = self._assessed(observations, prior, seen)
        return free_energy((belief,), (predicted,), [found], [[0]])

    def explain(self, observations, prior, seen=None) -> PolicyExplanation:
        """What speaks for each policy, each environment by what it learned."""
        belief, _, _, A, B, novelty = self._assessed(observations, prior, seen)
        found, planner = [], PLANNERS.find(resolved_planner(self._model))
        with single_precision():
            for q, own_A, own_B, own in zip(belief, A, B, novelty):
                learned = None if self._joint.novelty is None else own
                joint = dataclasses.replace(self._joint, A=own_A, B=own_B, novelty=learned)
                found.append(explain_policies(joint, planner(joint), q[None]))
        parts = zip(*(one[1:] for one in found))
        return PolicyExplanation(found[0].policies, *map(np.concatenate, parts))

    def _assessed(self, observations, prior, seen) -> list[np.ndarray]:
        memory, start = prior
        rows = observations, memory, start, self._valid(seen, len(start))
        return list(
            map(
                np.asarray, on_padded(lambda *at: self._assess(self.arrays, *at), len(start), *rows)
            )
        )

    def _valid(self, seen, num_envs: int) -> np.ndarray:
        """`(N, M)` bool, which modalities were seen."""
        usable = np.ones((num_envs, len(self._model.factors.A)), bool)
        usable[:, list(self._model.unseen)] = False
        return usable if seen is None else usable & seen

    def by_factor(self, beliefs) -> tuple[np.ndarray, ...]:
        """Beliefs about each factor, `(N, K_f)`."""
        return tuple(marginals(beliefs[0], self._joint.num_states_by_factor))

    def counts(self, state, pooled: bool) -> dict:
        """Counts of what is learned, by `pA`, `pB`, `pD`, in the model's form."""
        together, each = self._pool(self.arrays, jax.tree.map(np.asarray, self.checked(state)))
        found = by_array(self._parts, np.asarray(together if pooled else each))
        result = {}
        for name in PRIORS:
            if name[1] in {part.letter for part in self._parts}:
                count = len(getattr(self._model.factors, name[1]))
                arrays = tuple(found.get((name[1], place)) for place in range(count))
                result[name] = arrays if self._model.has_lists else arrays[0]
        return result


def _is_finite(array: np.ndarray) -> bool:
    # A sum takes less time than a look at each value; it may be too large although no value is.
    return bool(
        array.dtype.kind == "i"
        or np.isfinite(np.add.reduce(array, axis=None))
        or np.isfinite(array).all()
    )


def learning_engine(
    name: str, encoder, model: GenerativeModel, usage, learning: Learning
) -> LearningEngine:
    """The engine of an agent that learns.

    Raises:
        ValueError: `name` is another engine's, or the model cannot be learned while acting.
    """
    if name not in ("auto", "joint"):
        raise ValueError(f"learning needs engine 'joint', got {name!r}")
    if math.prod(model.factors.num_states) > MAX_JOINT_STATES:
        raise ValueError(f"learning needs at most {MAX_JOINT_STATES} joint states")
    return LearningEngine(encoder, model, usage, learning)
