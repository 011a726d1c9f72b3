"""What a training is told before it sees data, and the errors where it is told too little."""

from typing import Literal

import gymnasium as gym
import numpy as np

from ..envs.known_world import GaussianWorld, KnownWorld, known_world
from .config import TrainConfig
from .data.trajectories import Trajectories
from .learners.protocol import Problem

Source = gym.Env | GaussianWorld | Trajectories
# Fewer transitions than this per state tell nothing about where a state leads.
MIN_TRANSITIONS_PER_STATE = 10


def stated_problem(
    source: Source,
    config: TrainConfig,
    transition_matrix: np.ndarray | None,
    target_state: int | None,
    has_other_goal: bool,
) -> Problem:
    """Puts together what config, arguments and the source's world say.

    Raises:
        ValueError: something is missing, contradicts, or is out of range.
    """
    if not isinstance(source, gym.Env | GaussianWorld | Trajectories):
        raise TypeError(
            "fit needs a gymnasium.Env, a world such as LineWorld, or Trajectories, "
            f"got {type(source).__name__}"
        )
    world, space = known_world(source), _observation_space(source)
    if config.dynamics == "learned":
        if target_state is not None:
            raise ValueError(
                "target_state has no meaning for learned dynamics, whose states have no known "
                "numbers: pass goal_observation= or preferences='reward'"
            )
        return Problem(None, _num_states(config, world, transition_matrix), None, space)
    B = _known_dynamics(world, transition_matrix)
    if config.num_states not in (None, len(B)):
        raise ValueError(f"num_states must be {len(B)} as in B, or None, got {config.num_states}")
    if has_other_goal:
        return Problem(B, len(B), None, space)
    return Problem(B, len(B), _target(world, target_state, len(B)), space)


def _num_states(
    config: TrainConfig, world: KnownWorld | None, transition_matrix
) -> int | Literal["auto"]:
    """K of learned dynamics; of a B that is known nothing else is looked at."""
    if config.num_states is not None:
        return config.num_states
    if transition_matrix is None and world is None:
        raise ValueError(
            "num_states must be given (or 'auto') where dynamics are learned and no B says it"
        )
    return len(_known_dynamics(world, transition_matrix))


def _observation_space(source: Source) -> gym.Space:
    if isinstance(source, gym.Env | Trajectories):
        return source.observation_space
    return gym.spaces.Box(-np.inf, np.inf, source.means.shape[1:], np.float32)


def check_enough(data: Trajectories, problem: Problem) -> None:
    """Raises ValueError where data and problem do not fit, or data are too few."""
    if problem.B is not None and data.num_actions != problem.B.shape[-1]:
        raise ValueError(
            f"transition_matrix has {problem.B.shape[-1]} actions, the data {data.num_actions}"
        )
    least = MIN_TRANSITIONS_PER_STATE * (3 if problem.num_states == "auto" else problem.num_states)
    if data.num_transitions < least:
        raise ValueError(
            f"training needs at least {least} transitions, got {data.num_transitions}: "
            "collect more steps"
        )


def _known_dynamics(world: KnownWorld | None, transition_matrix) -> np.ndarray:
    if transition_matrix is not None:
        B = np.asarray(transition_matrix, np.float32)
        off = np.abs(B.sum(axis=0) - 1).max() if B.ndim == 3 else 0.0
        if not off < 1e-4:
            raise ValueError(
                f"transition_matrix must sum to 1 over its first axis, off by {off:.2g}"
            )
        if B.ndim != 3 or B.shape[0] != B.shape[1] or B.shape[0] < 2:
            raise ValueError(f"transition_matrix must have shape (K, K, U), got {B.shape}")
        return B
    if world is None:
        raise ValueError(
            "the dynamics are not known: env.unwrapped has no `world`, so pass "
            "transition_matrix=B with B[next, current, action], or set dynamics='learned'"
        )
    return world.transition_matrix.astype(np.float32)


def _target(world: KnownWorld | None, target_state: int | None, num_states: int) -> int:
    target_state = getattr(world, "rewarded_state", None) if target_state is None else target_state
    if not (isinstance(target_state, int | np.integer) and 0 <= target_state < num_states):
        raise ValueError(
            f"target_state must be a state in 0..{num_states - 1}, got {target_state}; "
            "pass target_state= where the environment has no fixed one"
        )
    return int(target_state)
