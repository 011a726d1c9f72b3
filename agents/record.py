"""Episodes of an agent written down: what it saw, believed, did and got."""

import dataclasses
from typing import Any

import gymnasium as gym
import numpy as np

from .acting.modalities import as_taken


@dataclasses.dataclass(frozen=True)
class Record:
    """T steps of one or more episodes, one after the other.

    Attributes:
        episodes: `(T,)` int64, number of the episode.
        steps: `(T,)` int64, number of the step in it.
        beliefs: per factor `(T, K_f)`, `q(s_t)` after the observation.
        vfe: `(T,)`, variational free energy of these, nats.
        policy_probs: `(T, P)`, posterior over policies.
        neg_efe: `(T, P)`, negative expected free energy of each policy, nats.
        policies: `(P, L, F)` int64, the action of each factor in each step of a policy.
        actions: `(T,)` int64, or `(T, dimensions)`.
        rewards: `(T,)`, what the action brought.
        observations: array `(T, ...)`, or a dict of such.
    """

    episodes: np.ndarray
    steps: np.ndarray
    beliefs: tuple[np.ndarray, ...]
    vfe: np.ndarray
    policy_probs: np.ndarray
    neg_efe: np.ndarray
    policies: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    observations: Any

    def to_pandas(self):
        """A `pandas.DataFrame`, a row for each step; needs pandas.

        Columns: episode, step, reward, vfe, `action` (`action_0`, ... where there are several),
        `observation` (after a point the key, and the dimension), `belief_f_k` of factor f and
        state k, and `neg_efe_p` and `policy_prob_p` of policy p.
        """
        import pandas as pd

        columns = {
            "episode": self.episodes,
            "step": self.steps,
            "reward": self.rewards,
            "vfe": self.vfe,
            **_columns("action", self.actions),
        }
        seen = self.observations if isinstance(self.observations, dict) else {"": self.observations}
        for key, array in seen.items():
            columns |= _columns(f"observation.{key}" if key else "observation", array)
        for factor, belief in enumerate(self.beliefs):
            columns |= _columns(f"belief_{factor}", belief)
        columns |= _columns("neg_efe", self.neg_efe) | _columns("policy_prob", self.policy_probs)
        return pd.DataFrame(columns)


def record(agent, env: gym.Env, num_episodes: int, seed: int | None = None) -> Record:
    """Acts for some episodes and writes down each step; actions are the most probable ones.

    Args:
        agent: an `ActiveInferenceEncoderAgent`.
        env: one environment, not a vector of them.
        num_episodes: at least 1.
        seed: of the first reset; None: as the environment is.

    Raises:
        ValueError: `num_episodes` is below 1, or the environment's actions are other ones.
    """
    if num_episodes < 1:
        raise ValueError(f"num_episodes must be at least 1, got {num_episodes}")
    if env.action_space != agent.action_space:
        raise ValueError(f"env has actions {env.action_space}, the agent {agent.action_space}")
    rows, observation = [], None
    for episode in range(num_episodes):
        observation, _ = env.reset(seed=seed if episode == 0 else None)
        rows += _episode(agent, env, observation, episode)
    policies = agent.explain(observation).policies
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    beliefs = tuple(np.concatenate(of_factor) for of_factor in zip(*columns.pop("beliefs")))
    seen = columns.pop("observations")
    observations = (
        {key: np.stack([one[key] for one in seen]) for key in seen[0]}
        if isinstance(seen[0], dict)
        else np.stack(seen)
    )
    arrays = {name: np.array(values) for name, values in columns.items()}
    return Record(beliefs=beliefs, observations=observations, policies=policies, **arrays)


def _episode(agent, env: gym.Env, observation, episode: int) -> list[dict[str, Any]]:
    rows, state, over = [], None, False
    while not over:
        before = state
        action, state = agent.predict(observation, before)
        why = agent.explain(observation, before)
        row = {
            "episodes": episode,
            "steps": len(rows),
            "beliefs": agent.infer_states(observation, before),
            "vfe": agent.free_energy(observation, before).vfe[0],
            "policy_probs": why.policy_probs[0],
            "neg_efe": why.neg_efe[0],
            "actions": action,
            "observations": observation,
        }
        observation, row["rewards"], terminated, truncated, _ = env.step(as_taken(action))
        over = terminated or truncated
        rows.append(row)
    return rows


def _columns(name: str, array: np.ndarray) -> dict[str, np.ndarray]:
    """Columns of an array `(T, ...)`, numbered where there are several."""
    flat = array.reshape(len(array), -1)
    if array.ndim == 1:
        return {name: array}
    return {f"{name}_{index}": flat[:, index] for index in range(flat.shape[1])}
