"""From any environment with a finite set of actions to an agent, by its own experience."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
import numpy as np

from ..agents.agent import ActiveInferenceEncoderAgent
from ..agents.world_model_agent import WorldModelAgent
from ..envs.vectors import environments
from .data.trajectories import Trajectories
from .learners.world_model.config import LearnConfig, Memory
from .learners.world_model.continuous import ContinuousLearner
from .learners.world_model.experience import Experience
from .learners.world_model.history import LearnHistory, history_of, row_of
from .learners.world_model.recordings import from_trajectories
from .learners.world_model.rounds_folder import RoundsFolder
from .learners.world_model.threads import one_thread
from .rounds import Rounds

Learned = ActiveInferenceEncoderAgent | WorldModelAgent


def learn(
    env,
    total_timesteps: int | None = None,
    config: LearnConfig | None = None,
    seed: int = 0,
    *,
    memory: Memory | None = None,
    progress: Callable[[dict, Callable[[], Learned]], None] | None = None,
    run_folder: Path | None = None,
) -> tuple[Learned, LearnHistory]:
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
        memory: in place of the one in `config`, see `LearnConfig`.
        progress: called after each round with its row of the history, and a function that gives
            the agent as it is now.
        run_folder: stores each round there, and goes on from what is there already, to the same
            result; a single environment must be reproducible from `reset(seed=...)`.

    Returns:
        The agent, and what happened. With a memory it is an `ActiveInferenceEncoderAgent`, whose
        beliefs are about what must be remembered.

    Raises:
        TypeError: the spaces are of another kind.
        ValueError: a value is out of range, an observation or reward is not finite, or the folder
            holds a run with other settings.
    """
    config = config or LearnConfig()
    if memory is not None:
        config = dataclasses.replace(config, memory=memory)
    if isinstance(env, Trajectories):
        env = from_trajectories(env)
    if isinstance(env, Experience):
        return _from_recording(env, config, int(seed))
    worlds = environments(env)
    rounds = Rounds(worlds.observation_space, worlds.action_space, config, seed)
    if not isinstance(total_timesteps, int | np.integer) or total_timesteps < 1:
        raise ValueError(f"total_timesteps must be a positive integer, got {total_timesteps!r}")
    folder = RoundsFolder(run_folder, config, int(seed), worlds)
    rounds.restore(folder.read())

    while rounds.steps < total_timesteps:
        ended = rounds.play(worlds, int(total_timesteps))
        folder.store(ended)
        if progress is not None:
            progress(ended.row, lambda: rounds.agent)
    return rounds.agent, rounds.history


def _from_recording(
    recording: Experience, config: LearnConfig, seed: int
) -> tuple[WorldModelAgent, LearnHistory]:
    """One round of learning from what others did; its newest fifth judges features."""
    learner = ContinuousLearner(config, recording.num_actions, seed)
    start = time.process_time()
    with one_thread():
        made = learner.add(recording)
    row = row_of(recording, made, len(recording), [], config.discount, 1)
    row["seconds"] = time.process_time() - start
    dim = recording.observations.shape[1]
    spaces = (
        gym.spaces.Box(-np.inf, np.inf, (dim,), np.float32),
        gym.spaces.Discrete(recording.num_actions),
    )
    agent = WorldModelAgent(learner.world, *spaces, seed=seed)
    return agent, history_of([row], [recording])
