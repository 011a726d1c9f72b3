"""One episode of an agent, with all that a picture of it shows."""

import dataclasses
from typing import NamedTuple

import gymnasium as gym
import jax
import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...agents.acting.explanation import Explanation, explain
from ...envs import LineWorld
from ...training import simulate
from ..analysis import metrics


@dataclasses.dataclass(frozen=True)
class Episode:
    """T decisions.

    Attributes:
        states: `(T,)` int, true state at each decision.
        observations: `(T, 2)`.
        actions: `(T,)` int, what was decided; the last one may not have been carried out.
        target_state: what the environment rewards.
        encoded: `(T,)` int, the encoder's most probable outcome.
        beliefs: `(T, K)`, `q(s_t)`.
        explanation: why the agent acted, `(T, U)` each.
    """

    states: np.ndarray
    observations: np.ndarray
    actions: np.ndarray
    target_state: int
    encoded: np.ndarray
    beliefs: np.ndarray
    explanation: Explanation

    @property
    def inferred(self) -> np.ndarray:
        """`(T,)` int, the most probable state."""
        return self.beliefs.argmax(axis=1)


class Names(NamedTuple):
    """Which state each latent index of an agent stands for, where it numbers them its own way.

    Attributes:
        states: `(L,)` int, the state in which the encoder reports the index most often.
        own: whether the agent has a numbering of its own.
    """

    states: np.ndarray
    own: bool

    def label(self, index: int) -> str:
        """`3`, or `2 (s3)` where index 2 is the agent's own name for state 3."""
        return f"{index} (s{self.states[index]})" if self.own else str(index)


def run_episode(agent: ActiveInferenceEncoderAgent, env: gym.Env, seed: int) -> Episode:
    """Acts from `reset(seed=seed)` to the end; the decision in the last state is part of it."""
    observation, info = env.reset(seed=seed)
    states, observations, actions, memory, done = [], [], [], None, False
    while True:
        action, memory = agent.predict(observation, memory)
        states.append(info["state"])
        observations.append(observation)
        actions.append(int(action))
        if done:
            break
        observation, _, terminated, truncated, info = env.step(action)
        done = terminated or truncated
    return explained(agent, states, observations, actions, info["target_state"], agent.model.D)


def explained(
    agent: ActiveInferenceEncoderAgent, states, observations, actions, target_state, prior
) -> Episode:
    """What the agent believed and weighed while it took `actions`, from a prior `(K,)`."""
    observations, beliefs = np.asarray(observations, np.float32), []
    for observation, action in zip(observations, actions):
        belief = agent.update_beliefs(observation[None], prior[None])[0]
        beliefs.append(belief)
        prior = agent.model.B[:, :, action] @ belief
    return Episode(
        np.asarray(states),
        observations,
        np.asarray(actions),
        target_state,
        agent.encode(observations).argmax(axis=1),
        np.stack(beliefs),
        explain(agent.model, np.stack(beliefs)),
    )


def latent_names(agent: ActiveInferenceEncoderAgent, world: LineWorld) -> Names:
    """Names latent indices by the states in which they occur; known dynamics have B's names."""
    num_latent = agent.model.num_outcomes
    if not agent.has_own_numbers:
        return Names(np.arange(num_latent), own=False)
    data, states = simulate(world, 40 * world.num_states, 4, jax.random.key(0))
    encoded = agent.encode(np.asarray(data.observations).reshape(-1, 2)).argmax(axis=1)
    size = max(num_latent, world.num_states)
    counts = metrics.confusion_counts(np.asarray(states), encoded, size)
    return Names(counts[: world.num_states, :num_latent].argmax(axis=0), own=True)
