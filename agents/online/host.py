"""A step of one environment in NumPy: calling compiled code costs more than the step itself."""

import functools
from typing import Any, NamedTuple

import numpy as np

from ..acting.decision_numpy import MAX_MULTIPLICATIONS, can_do_without, in_numpy
from ..models.flattening import joint_actions
from ..numpy_maths import SMALLEST, log, softmax
from .core import LearningCore, Memory, tables_of
from .counts import grown
from .numpy_tree import NumpyTree
from .smoothing import TINY, evidence

# Worlds that were learned and are still at hand: as many environments may take turns.
REMEMBERED = 8
HostMemory: Any = Memory


class Known(NamedTuple):
    """What is believed of the world until counts change.

    Attributes:
        A: per modality `(O_m, K)`.
        moves: `(U, K, K)`, B by action.
        D: `(K,)`.
        tree: for planning.
    """

    A: list[np.ndarray]
    moves: np.ndarray
    D: np.ndarray
    tree: NumpyTree


class HostLearner:
    """`update.decide` for one environment.

    Args:
        core: what deciding and learning need.

    Attributes:
        can_decide: whether it can, in less time than compiled code.
    """

    def __init__(self, core: LearningCore) -> None:
        encoder: Any = core.encoder
        self.can_decide = False
        is_tree = core.joint.planner != "dynamic_programming"
        if is_tree and can_do_without(encoder, "numpy_logits"):
            num_states, n = len(core.joint.D), len(core.prior)
            cost = encoder.num_multiplications + num_states * num_states * n
            cost += NumpyTree.num_multiplications(core.joint)
            self.can_decide = cost <= MAX_MULTIPLICATIONS
        self._core, self._by_factor = in_numpy(core), joint_actions(core.num_controls)
        self._known = functools.lru_cache(maxsize=REMEMBERED)(self._learned)

    def __call__(self, observations: Any, memory: Memory, start: bool, valid: np.ndarray) -> Any:
        """The memory after an observation; first axes of all are 1.

        Args:
            observations: of one environment.
            memory: of NumPy's arrays.
            start: whether an episode begins.
            valid: `(M,)` bool, which modalities were seen.
        """
        core = self._core
        # Of the class: a method of an equinox module is itself a module, which takes time to make.
        logits = type(core.encoder).numpy_logits(core.encoder, observations)[0]
        one = self._brought_up(HostMemory._make([array[0] for array in memory]), start)
        known = self._known(one.kept.tobytes(), one.added.tobytes())
        move = known.moves[one.action]
        predicted = move @ one.belief
        found, told = evidence(core, logits, known.A, valid, np)
        prior = known.D if start else predicted
        belief = softmax((found + log(prior))[None])[0]
        back = move * one.belief / np.maximum(predicted, TINY)[:, None]
        # What the model holds impossible has happened: the past is then what it was believed to be.
        back = np.where((predicted > SMALLEST)[:, None], back, one.belief)
        phi = self._smoothed(one, back, told, start, valid)
        action = known.tree.best_action(belief)
        counted = np.array([action], np.int32), np.array([one.steps + 1], np.int32)
        kept, added = one.kept[None].copy(), one.added[None].copy()
        return HostMemory(belief[None], *counted, kept, added, phi[None])

    def _brought_up(self, one: Any, start: bool) -> Any:
        """See `update.brought_up`."""
        core = self._core
        if not (one.steps and (start or one.steps >= core.learning.steps_to_update)):
            return one
        news = one.belief @ one.phi
        kept, added = grown(
            core.parts, core.learning, core.prior, one.kept, one.added, news, one.steps, np
        )
        kept, added = kept.astype(np.float32), added.astype(np.float32)
        return one._replace(kept=kept, added=added, phi=np.zeros_like(one.phi), steps=np.int32(0))

    def _learned(self, kept: bytes, added: bytes) -> Known:
        core: Any = self._core
        arrays = (np.frombuffer(part, np.float32) for part in (kept, added))
        memory = HostMemory(None, None, None, *arrays, None)
        known: Any = tables_of(core, memory, np)
        A, B, D, novelty = known
        stacked = np.concatenate(A)
        moves = np.ascontiguousarray(B.transpose(2, 0, 1))
        return Known(A, moves, D, NumpyTree(core.joint, stacked, B, novelty))

    def _smoothed(self, one: Any, back: np.ndarray, told: list, start, valid) -> np.ndarray:
        """See `smoothing.smoothed_counts`."""
        core, num_states = self._core, len(back)
        phi = np.zeros_like(one.phi) if start else back @ one.phi
        any_valid = valid.any()
        for part in core.parts:
            # A view: what is added to it is added to phi.
            place, own = part.place, phi[:, part.entries].reshape(num_states, *part.shape)
            if part.letter == "A" and valid[place]:
                counts = told[place].T[:, :, None] * core.picks["A"][place][:, None]
                own += counts.reshape(own.shape)
            elif part.letter == "B" and any_valid and not start:
                came_from = back @ core.picks["B"][place]
                counts = core.picks["D"][place][:, :, None] * came_from[:, None]
                control = self._by_factor[one.action, place]
                own[..., control] += counts.reshape(own.shape[:-1])
            elif part.letter == "D" and any_valid and start:
                own += core.picks["D"][place]
        return phi
