"""pymdp's own `Agent` in worlds that change, learning by its own `infer_parameters`."""

import dataclasses
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from pymdp.agent import Agent

from ....agents import GenerativeModel
from ....agents.acting.decision import single_precision
from ....agents.acting.modalities import likelihood_by_modality
from ....agents.acting.observations import checked_observations
from ....agents.acting.pymdp_engine import PymdpModel, decide_one
from ...contenders.given_model import seeing_agent
from ...scenarios.changing import Change
from .changes import model_of

# Counts of what is known: pymdp learns either all arrays A or none.
KNOWN = 1e4


class Life(NamedTuple):
    """What an agent carries, with a first axis N where there are many.

    Attributes:
        counts, tables: per modality pA and A, or per factor pB and B, as they were learned.
        prior: per factor `(K_f,)`, `p(s_t)`.
        seen: per modality `(T, O_m)`, the outcomes of the running episode, 0 where none was yet.
        beliefs: per factor `(T, K_f)`, the last one where none was yet.
        actions: `(T, F)` int32, -1 where none was followed by an observation.
        last: `(F,)` int32, the last action.
        steps: `()` int32, of the running episode.
    """

    counts: list[Array]
    tables: list[Array]
    prior: list[Array]
    seen: list[Array]
    beliefs: list[Array]
    actions: Int[Array, "*N T F"]
    last: Int[Array, "*N F"]
    steps: Int[Array, "*N"]


class PymdpLearner:
    """N agents with `predict`: pymdp's `infer_states`, `infer_policies` and `infer_parameters`.

    Parameters are learned when an episode is over, from all of it: with one factor by exact
    smoothing (`"exact"`), with several by pymdp's `"ovf"`. pymdp forgets nothing. A continuous
    observation is handed over as its likelihood, so that both see the same.

    Args:
        change: the world; the agent is given its first phase.
    """

    def __init__(self, change: Change) -> None:
        model = _learned_whole(change)
        self._steps, self._letter = change.episode_steps, change.learn
        self._encoder = seeing_agent(change.make(0), model).encoder
        with single_precision():
            flags = {f"learn_{x}": x == change.learn for x in "AB"}
            self._template = PymdpModel(model).agent(**flags)
            self._controlled = int(np.argmax(model.factors.num_controls))
            self._step = jax.jit(partial(_step, self._template, self._letter))

    def predict(self, observation, state=None, episode_start=None) -> tuple[np.ndarray, Life]:
        """Actions `(N,)`, and what the agents carry."""
        observations, shape = checked_observations(observation, self._encoder.observation_space)
        count = shape[0]
        with single_precision(), jax.numpy_rank_promotion("allow"):  # pymdp's code asks for it
            if state is None:
                one = _first(self._template, self._letter, self._steps)
                state = jax.tree.map(lambda x: jnp.broadcast_to(x, (count, *x.shape)), one)
            start = np.zeros(count, bool) if episode_start is None else np.asarray(episode_start)
            state = self._step(state, self._encoder.logits(observations), start)
        return np.asarray(state.last[:, self._controlled]), state


def _learned_whole(change: Change) -> GenerativeModel:
    """Our model, with counts wherever pymdp learns and its most exact inference.

    Without novelty: pymdp's is that of outcomes and states that are independent, so that counts
    which begin to be above 0 where the model had 0 draw its agent there again and again.
    """
    model = model_of(change, 0, learns=True)
    algo = "exact" if len(model.factors.D) == 1 else "ovf"
    model = dataclasses.replace(model, inference_algo=algo, use_param_info_gain=False)
    if change.learn == "B":
        return model
    counts: Any = model.pA
    own = [np.zeros_like(A) if pA is None else pA for A, pA in zip(model.A, counts)]
    pA = [np.where(p.sum(axis=0) > 0, p, KNOWN * A) for A, p in zip(model.A, own)]
    return dataclasses.replace(model, pA=pA)


def _first(agent: Agent, letter: str, steps: int) -> Life:
    """Of an agent that has seen nothing."""
    D = _unbatched(agent.D)
    return Life(
        _unbatched(getattr(agent, f"p{letter}")),
        _unbatched(getattr(agent, letter)),
        D,
        [jnp.zeros((steps, len(table))) for table in _unbatched(agent.A)],
        [jnp.tile(belief, (steps, 1)) for belief in D],
        jnp.full((steps, len(D)), -1, jnp.int32),
        jnp.zeros(len(D), jnp.int32),
        jnp.zeros((), jnp.int32),
    )


def _step(template: Agent, letter: str, life: Life, logits: Float[Array, "N O"], start) -> Life:
    """A step of N agents."""
    learned = jax.lax.cond(
        start.any(), jax.vmap(partial(_learned, template, letter)), lambda life: life, life
    )

    def either(new, old):
        return jnp.where(start.reshape(-1, *[1] * (old.ndim - 1)), new, old)

    life = jax.tree.map(either, learned, life)
    return jax.vmap(partial(_acted, template, letter))(life, logits)


def _learned(template: Agent, letter: str, life: Life) -> Life:
    """A new episode, after what the one before it said about the parameters."""
    batched = partial(jax.tree.map, lambda x: x[None])
    agent = _holding(template, letter, life)
    beliefs = batched(life.beliefs)
    agent = agent.infer_parameters(beliefs, batched(life.seen), life.actions[None], beliefs)
    return _first(agent, letter, len(life.actions))


def _acted(template: Agent, letter: str, life: Life, logits: Float[Array, " O"]) -> Life:
    """Sees, infers, plans, and keeps what the episode will be learned from."""
    agent = _holding(template, letter, life)
    A, at = _unbatched(agent.A), life.steps
    found = _unbatched(likelihood_by_modality(logits[None], A))
    decision = decide_one(agent, found, life.prior, None)
    parts = jnp.split(logits, np.cumsum([len(table) for table in A])[:-1].tolist())
    later = jnp.arange(len(life.actions))[:, None] >= at
    return life._replace(
        prior=decision.prior,
        seen=[own.at[at].set(jax.nn.softmax(part)) for own, part in zip(life.seen, parts)],
        beliefs=[jnp.where(later, q[None], own) for own, q in zip(life.beliefs, decision.beliefs)],
        # Written when it has been followed by an observation.
        actions=jnp.where(at > 0, life.actions.at[at - 1].set(life.last), life.actions),
        last=decision.action,
        steps=at + 1,
    )


def _holding(template: Agent, letter: str, life: Life) -> Agent:
    """The agent with what this one has learned."""
    own: Any = [array[None] for array in life.tables], [array[None] for array in life.counts]
    return eqx.tree_at(lambda a: (getattr(a, letter), getattr(a, f"p{letter}")), template, own)


def _unbatched(arrays: list[Array]) -> list[Array]:
    return [array[0] for array in arrays]
