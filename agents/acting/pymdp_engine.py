"""Decisions by the genuine pymdp `Agent`, for models too large to flatten.

One agent without a batch, its methods under `jax.vmap` inside one compiled function: A and B are
not copied for each environment, and one environment starts anew without the others.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray
from pymdp.agent import Agent
from pymdp.maths import log_stable

from ..encoders.protocol import Encoder, encode
from ..models.filtering import state_log_likelihood
from ..models.pymdp_agent import agent_arguments, build_agent
from .decision import in_single_precision
from .modalities import likelihood_by_modality, where_seen

Beliefs = Sequence[Float[Array, "N _"]]


class PymdpModel(eqx.Module):
    """The arrays and settings of a pymdp `Agent`, which is built from them while compiling.

    Attributes:
        arrays: unbatched lists A, B, C, D, pA, pB, H, and E; None where there is none.
        numbers: gamma, alpha and what else pymdp keeps as arrays.
        settings: names and values of the rest, hashable.
    """

    arrays: dict[str, tuple[Array, ...] | Array | None]
    numbers: dict[str, Array]
    settings: tuple[tuple[str, object], ...] = eqx.field(static=True)

    def __init__(self, model) -> None:
        arrays, numbers, settings = agent_arguments(model)
        self.arrays = jax.tree.map(jnp.asarray, arrays)
        self.numbers = {name: jnp.asarray(value, jnp.float32) for name, value in numbers.items()}
        self.settings = tuple(settings.items())

    def agent(self, **changes) -> Agent:
        """The genuine `Agent`, of batch size 1."""
        settings = dict(self.settings) | {"categorical_obs": True} | changes
        return build_agent(self.arrays, 1, **self.numbers, **settings)


class PymdpCore(eqx.Module):
    """What decides, with what sees for it.

    Attributes:
        encoder: of all modalities.
        model: what the agent is built from.
        log_usage: `(K,)` of a single encoder that is fed as scaled likelihoods, else None.
        by_modality: whether the encoder gives `log p(x | o)` of several modalities.
    """

    encoder: Encoder
    model: PymdpModel
    log_usage: Float[Array, " K"] | None
    by_modality: bool = eqx.field(static=True)

    def __init__(self, encoder: Encoder, model, usage: np.ndarray | None) -> None:
        self.encoder, self.by_modality = in_single_precision(encoder), model.has_lists
        self.model = PymdpModel(model)
        self.log_usage = None if usage is None else jnp.asarray(log_stable(jnp.asarray(usage)))

    def log_likelihoods(self, observations, seen: Bool[Array, "N M"] | None) -> list[Array]:
        """Per modality `(N, K of each factor that it depends on)`; 0 where not `seen`."""
        return where_seen(self._log_likelihoods(observations), seen)

    def _log_likelihoods(self, observations) -> list[Array]:
        A: Any = self.model.arrays["A"]
        if self.by_modality:
            return likelihood_by_modality(self.encoder.logits(observations), list(A))
        if self.log_usage is not None:
            return [self.encoder.logits(observations) - self.log_usage[None]]
        return [state_log_likelihood(encode(self.encoder, observations), A[0])]


class Decision(NamedTuple):
    """What N agents concluded.

    Attributes:
        action: `(N, F)` int32, the action of each factor.
        beliefs: per factor `(N, K_f)`, `q(s_t)`.
        prior: per factor `(N, K_f)`, `p(s_{t+1})`, given the action.
        neg_efe: `(N, policies)`, nats.
        policy_probs: `(N, policies)`, `q(pi)`.
    """

    action: Int[Array, "N F"]
    beliefs: Beliefs
    prior: Beliefs
    neg_efe: Float[Array, "N policies"]
    policy_probs: Float[Array, "N policies"]


def decide(
    model: PymdpModel,
    log_likelihoods: list[Float[Array, "N ..."]],
    prior: Beliefs,
    key: PRNGKeyArray | None,
) -> Decision:
    """`infer_states`, `infer_policies`, `sample_action` and `update_empirical_prior` of N agents.

    Args:
        model: what the agent is built from.
        log_likelihoods: per modality `(N, K of each factor in A_dependencies[m])`, up to a
            constant per observation.
        prior: per factor `(N, K_f)`, `p(s_t | past)`.
        key: draws policies; `None` takes the most probable.
    """
    selection = "deterministic" if key is None else "stochastic"
    with jax.numpy_rank_promotion("allow"):  # pymdp's code is not for the strict mode
        agent = model.agent(action_selection=selection)
        keys = None if key is None else jax.random.split(key, len(prior[0]))
        return jax.vmap(lambda *at: decide_one(agent, *at))(log_likelihoods, prior, keys)


def infer_states(agent: Agent, log_likelihoods: list[Array], prior: list[Array]) -> list[Array]:
    """`Agent.infer_states` of one agent from likelihoods; `(1, 1, K_f)` for each factor.

    An A with the one outcome that was seen makes pymdp read a likelihood as it is, so that no
    vector of outcome probabilities has to be found that gives it.
    """
    seen = [jnp.exp(array - array.max())[None, None] for array in log_likelihoods]
    agent = eqx.tree_at(lambda a: a.A, agent, seen)
    outcomes, expected = [jnp.ones((1, 1))] * len(seen), [belief[None] for belief in prior]
    beliefs: Any = agent.infer_states(outcomes, expected)  # a list, as no `info` is asked for
    return beliefs


def decide_one(agent: Agent, log_likelihoods, prior, key) -> Decision:
    """`decide` of one `Agent` of batch size 1; no array has a first axis."""
    beliefs = infer_states(agent, log_likelihoods, prior)
    policy_probs, neg_efe = agent.infer_policies(beliefs)
    action = agent.sample_action(policy_probs, None if key is None else key[None])
    prior = agent.update_empirical_prior(action, beliefs)
    return Decision(
        action[0].astype(jnp.int32),
        [belief[0, -1] for belief in beliefs],
        [belief[0] for belief in prior],
        neg_efe[0],
        policy_probs[0],
    )


def decide_on(
    core: PymdpCore, observations, prior, key: PRNGKeyArray | None, seen=None
) -> Decision:
    """`decide` on what an encoder sees; the prior alone decides where `seen` is false."""
    return decide(core.model, core.log_likelihoods(observations, seen), list(prior), key)


def assess(core: PymdpCore, observations, prior, seen=None) -> tuple[list[Array], list[Array]]:
    """Beliefs per factor after an observation, and its log likelihoods per modality."""
    log_likelihoods = core.log_likelihoods(observations, seen)
    with jax.numpy_rank_promotion("allow"):
        agent = core.model.agent()
        beliefs = jax.vmap(lambda *at: infer_states(agent, *at))(log_likelihoods, list(prior))
    return [belief[:, 0, -1] for belief in beliefs], log_likelihoods


def explain(core: PymdpCore, beliefs) -> tuple[Array, tuple[Array, ...]]:
    """Policies `(P, T, F)`, and the fields of `PolicyExplanation` after them."""
    settings = dict(core.model.settings)
    flags = ("use_utility", "use_states_info_gain", "use_param_info_gain", "use_inductive")

    def weighed(**changes) -> tuple[Array, Array]:
        agent = core.model.agent(**changes)
        q_pi, neg_efe = jax.vmap(lambda q: agent.infer_policies(q))(
            [belief[:, None, None] for belief in beliefs]
        )
        return q_pi[:, 0], neg_efe[:, 0]

    def only(flag: str) -> Array:
        if not settings[flag]:
            return jnp.zeros_like(neg_efe)
        return weighed(**{other: other == flag for other in flags})[1]

    with jax.numpy_rank_promotion("allow"):
        policy_probs, neg_efe = weighed()
        parts = [only(flag) for flag in flags]
        policies = core.model.agent().policies.policy_arr
    return policies, (neg_efe, *parts, policy_probs)


def first_prior(D: tuple[np.ndarray, ...], num_envs: int) -> tuple[np.ndarray, ...]:
    """`p(s_0)` of each factor for N environments."""
    return tuple(np.tile(belief, (num_envs, 1)) for belief in D)
