"""From any environment with a finite set of actions to an agent, by its own experience."""

import time
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
import numpy as np

from ..agents.world_model.spaces import (
    actions_of,
    check_observation_space,
    is_discrete,
    num_actions,
    vectors,
)
from ..agents.world_model_agent import WorldModelAgent
from .data.stepping import Environments, environments
from .data.trajectories import Trajectories
from .learners.world_model.config import LearnConfig
from .learners.world_model.continuous import ContinuousLearner
from .learners.world_model.discrete import DiscreteLearner
from .learners.world_model.experience import Experience
from .learners.world_model.history import LearnHistory, doubts, returns_of
from .learners.world_model.recordings import from_trajectories
from .learners.world_model.rounds_folder import RoundsFolder

# A round waits for the end of an episode, but not longer than this share of its own steps.
LONGEST_WAIT = 0.5


def learn(
    env,
    total_timesteps: int | None = None,
    config: LearnConfig | None = None,
    seed: int = 0,
    *,
    progress: Callable[[dict, Callable[[], WorldModelAgent]], None] | None = None,
    run_folder: Path | None = None,
) -> tuple[WorldModelAgent, LearnHistory]:
    """Learns a task by acting in it.

    The agent makes itself a discrete model of the task: states, how they move, what they bring and
    where they end. It plans in it by dynamic programming of expected free energy: rewards are its
    preferences, what it does not know about its model makes it curious. Each round it acts, then
    makes its model anew from all that it has seen.

    Args:
        env: the id of a Gymnasium environment, an environment, or a vector environment of
            Gymnasium or Stable-Baselines3. Observations `Box`, `Discrete`, `MultiDiscrete`,
            `MultiBinary`, or `Dict` and `Tuple` of these; actions `Discrete` or `MultiDiscrete`.
            Or what was recorded: `Experience` (see `aifgym.training.recordings`) or `Trajectories`
            with rewards, whose observations are vectors; then nothing is done in the world.
        total_timesteps: steps in all environments together; of recordings, None.
        config: settings; `None` takes the defaults, the same for all tasks.
        seed: the same seed gives the same agent.
        progress: called after each round with its row of the history, and a function that gives
            the agent as it is now.
        run_folder: stores each round there, and goes on from what is there already, to the same
            result; a single environment must be reproducible from `reset(seed=...)`.

    Returns:
        The agent, and what happened.

    Raises:
        TypeError: the spaces are of another kind.
        ValueError: a value is out of range, an observation or reward is not finite, or the folder
            holds a run with other settings.
    """
    config = config or LearnConfig()
    if isinstance(env, Trajectories):
        env = from_trajectories(env)
    if isinstance(env, Experience):
        return _from_recording(env, config, int(seed))
    worlds = environments(env)
    check_observation_space(worlds.observation_space)
    count = num_actions(worlds.action_space)
    if not isinstance(total_timesteps, int | np.integer) or total_timesteps < 1:
        raise ValueError(f"total_timesteps must be a positive integer, got {total_timesteps!r}")
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**31:
        raise ValueError(f"seed must be an integer in 0..{2**31 - 1}, got {seed!r}")
    kind = DiscreteLearner if is_discrete(worlds.observation_space) else ContinuousLearner
    learner = kind(config, count, int(seed))
    folder = RoundsFolder(run_folder, config, int(seed), worlds)
    rows = folder.restore(learner)
    steps = rows[-1]["steps"] if rows else 0

    def snapshot() -> WorldModelAgent:
        spaces = worlds.observation_space, worlds.action_space
        return WorldModelAgent(learner.world, *spaces, seed=int(seed))

    while steps < total_timesteps:
        start = time.process_time()
        planned = min(config.round_steps(steps), total_timesteps - steps)
        steps += _play(worlds, learner, planned, total_timesteps - steps, [int(seed), len(rows)])
        made = learner.refit()
        row = _row(learner.part(), made, steps, rows, config, worlds.num_envs)
        row["seconds"] = time.process_time() - start + (rows[-1]["seconds"] if rows else 0)
        rows.append(row)
        folder.store(learner, made, row)
        if progress is not None:
            progress(row, snapshot)
    return snapshot(), LearnHistory(tuple(rows), doubts(rows, learner.reward_scale))


def _from_recording(
    recording: Experience, config: LearnConfig, seed: int
) -> tuple[WorldModelAgent, LearnHistory]:
    """One round of learning from what others did; its newest fifth judges features."""
    learner = ContinuousLearner(config, recording.num_actions, seed)
    start = time.process_time()
    made = learner.add(recording)
    row = _row(recording, made, len(recording), [], config, 1)
    row["seconds"] = time.process_time() - start
    dim = recording.observations.shape[1]
    spaces = (
        gym.spaces.Box(-np.inf, np.inf, (dim,), np.float32),
        gym.spaces.Discrete(recording.num_actions),
    )
    agent = WorldModelAgent(learner.world, *spaces, seed=seed)
    return agent, LearnHistory((row,), doubts([row], learner.reward_scale))


def _play(worlds: Environments, learner, planned: int, most: int, seeds: list[int]) -> int:
    """One round; returns its steps.

    All environments are reset first, from a seed of this round: so a round depends on nothing but
    what was recorded before, and a run that was killed goes on to the same result.
    """
    space, one_hot = worlds.observation_space, isinstance(learner, ContinuousLearner)
    seed = int(np.random.default_rng(seeds).integers(2**31))
    seen = vectors(worlds.reset(seed), space, one_hot)
    starts, steps = np.ones(worlds.num_envs, bool), 0
    learner.begin(worlds.num_envs)
    longest = min(int(planned * (1 + LONGEST_WAIT)), most)
    while steps < planned or (steps < longest and not starts[0]):
        actions = learner.act(seen, starts)
        stepped = worlds.step(actions_of(actions, worlds.action_space))
        if not np.isfinite(stepped.rewards).all():
            raise ValueError(f"rewards must be finite, got {stepped.rewards.tolist()}")
        after = vectors(stepped.observations, space, one_hot)
        learner.record(stepped.rewards, after, stepped.ended, stepped.valid)
        same = stepped.next_observations is stepped.observations
        seen = after if same else vectors(stepped.next_observations, space, one_hot)
        starts = stepped.restarted
        steps += int(stepped.valid.sum())
    return steps


def _row(part, made, steps: int, rows: list[dict], config: LearnConfig, num_envs: int) -> dict:
    returns = returns_of(part)
    ends = np.append(part.episodes[1:] != part.episodes[:-1], part.ended[-1])
    whole = np.unique(part.episodes[ends]) - part.episodes[0]
    row = {
        "steps": steps,
        "episodes": len(whole) + (rows[-1]["episodes"] if rows else 0),
        "mean_return": float(returns[whole].mean()) if len(whole) else None,
    }
    if made is None:
        return row
    # Episodes are played with and without novelty in turn, see the learner.
    exploiting = whole[whole % 2 == 1] if rows and num_envs == 1 else whole[:0]
    collected = returns_of(part, config.discount)[exploiting]
    scores = made.standing.scores
    return row | {
        "exploiting_return": float(returns[exploiting].mean()) if len(exploiting) else None,
        "num_states": len(made.members[0].spacing),
        "duration": made.standing.duration,
        "features": made.standing.kind,
        "history": made.standing.history,
        "prediction_error": scores.get(made.standing.kind),
        "novelty": made.novelty,
        "promise": made.promise,
        "collected": float(collected.mean()) if len(collected) else None,
    }
