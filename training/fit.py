"""From an environment to a trained agent, without labels and, unless asked for, without rewards."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import jax.random as jr
import numpy as np

from ..agents import ActiveInferenceEncoderAgent, GenerativeModel
from ..agents.acting.decision import in_float32
from ..agents.planning.choose import check_policies
from ..envs.known_world import GaussianWorld
from .config import TrainConfig, stored
from .data.collection import collect
from .data.simulation import simulate
from .data.trajectories import Trajectories, check_trajectories
from .descent.checkpoints import NoFolder, RunFolder
from .descent.recipes import LARGEST_CANDIDATE
from .given_model import fit_given_model
from .learners.estimates import estimate_rewards
from .learners.history import History
from .learners.protocol import Run
from .learners.registry import LEARNERS
from .problem import Source, check_enough, stated_problem


@in_float32
def fit(
    source: Source,
    config: TrainConfig | None = None,
    seed: int = 0,
    *,
    model: GenerativeModel | None = None,
    modalities: Sequence[str] | None = None,
    transition_matrix: np.ndarray | None = None,
    target_state: int | None = None,
    goal_observation: np.ndarray | None = None,
    preferences: Literal["reward"] | None = None,
    progress: Callable[[int], object] | None = None,
    run_folder: Path | None = None,
) -> tuple[ActiveInferenceEncoderAgent, History]:
    """Trains an agent from observations and actions.

    Random actions are taken in the environment (or simulated in the world), encoders are trained
    from several initial weights, and the one with the lowest loss on held-out sequences becomes
    the agent. Hidden states and `info` are never looked at; rewards only with
    `preferences="reward"`.

    With `dynamics="known"` (the default) B is given, by `transition_matrix` or by
    `env.unwrapped.world` (a `KnownWorld`), and states have its numbering. `"aligned"` does not use
    that B until the end: it learns its own, matches the states and fine-tunes (`"known"` does so by
    itself beyond 5 states). With `dynamics="learned"` only the number of states is given, by
    `config.num_states` or as that of such a B: B and D are learned with the encoder, states come in
    any order, and an observation or rewards say what the goal is.

    With `model` all else is given: A, B, C and D of any number of factors and modalities. Then the
    encoders of all modalities that are not discrete are trained together, from whole episodes, by
    the evidence of the model, and take over the numbers of its outcomes; of `config` only
    `num_transitions`, `held_out_fraction`, `num_restarts`, `train_steps` and `encoder` count.

    Args:
        source: a Gymnasium environment with `Discrete` actions and observations that are vectors
            `(D,)`, `uint8` images `(H, W, C)` or `Discrete`, or a `Dict` or `Tuple` of such; a
            world such as `LineWorld`; or
            `Trajectories`.
        config: settings; `None` takes the defaults.
        seed: the same seed gives the same agent.
        model: what is known; C says what is preferred, so that no other goal may be given.
        modalities: with `model`, the keys of `Dict` observations in A's order. None: what
            `env.unwrapped.modalities` says, as `PymdpEnv` does, else the order of the space.
        transition_matrix: B, `(K, K, U)`, `p(s_{t+1} | s_t, a_t)`.
        target_state: the state that the agent prefers, known dynamics only. `None` takes the
            world's.
        goal_observation: `(D,)` or `(M, D)`, one or more observations of the goal.
        preferences: `"reward"` prefers states by the reward recorded with the transitions.
        progress: called with the number of gradient steps done since the last call.
        run_folder: stores the training there after each chunk of steps, and goes on from what is
            there already; the objective must be evidence.

    Returns:
        The agent and the history of its training. Learned dynamics without any goal give an agent
        without preferences, for `with_goal`.

    Raises:
        TypeError: the environment's spaces are of another kind.
        ValueError: the dynamics or the target are not known, data are too few or not usable, or a
            value is out of range.
    """
    config = config or TrainConfig()
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer in 0..{2**32 - 1}, got {seed!r}")
    if preferences not in (None, "reward"):
        raise ValueError(f"preferences must be None or 'reward', got {preferences!r}")
    if model is not None:
        others = transition_matrix, target_state, goal_observation, preferences, run_folder
        if any(other is not None for other in others):
            raise ValueError("model= says all that is known: give no B, no goal and no run_folder")
        return fit_given_model(source, model, modalities, config, seed, progress)
    if modalities is not None:
        raise ValueError("modalities= needs model=")
    has_other_goal = goal_observation is not None or preferences is not None
    problem = stated_problem(source, config, transition_matrix, target_state, has_other_goal)
    data_key, train_key = jr.split(jr.PRNGKey(seed))
    data = _trajectories(source, config, seed, data_key, preferences == "reward")
    check_trajectories(data)
    check_enough(data, problem)
    # Before the training, not after it.
    num_states = LARGEST_CANDIDATE if problem.num_states == "auto" else problem.num_states
    check_policies(num_states, num_states, data.num_actions, config.policy_len, config.planner)
    learner = LEARNERS.find(config.objective)(config)
    if run_folder is not None and not learner.can_resume:
        raise ValueError(f"run_folder needs an objective that can resume, not {config.objective!r}")
    settings = {"config": stored(config), "seed": seed}
    folder = NoFolder() if run_folder is None else RunFolder(run_folder, settings)
    learned = learner.learn(data, problem, train_key, Run(seed, progress, folder))
    encoder, found, usage, history = learned
    settings |= {"dynamics": config.dynamics, "num_states": found.num_states}
    usage = usage if config.evidence == "likelihood" else None
    if preferences == "reward":
        rewards = estimate_rewards(encoder, found.B, found.D, data)
        found = dataclasses.replace(found, C=config.preference * rewards)
    agent = ActiveInferenceEncoderAgent(encoder, found, usage, settings, seed=seed)
    if goal_observation is not None:
        agent = agent.with_goal(observation=goal_observation, preference=config.preference)
    return agent, history


def _trajectories(
    source: Source, config: TrainConfig, seed: int, key, record_rewards: bool
) -> Trajectories:
    if isinstance(source, Trajectories):
        return source
    length = config.sequence_length
    if not isinstance(source, GaussianWorld):
        return collect(source, config.num_transitions, length, seed, record_rewards=record_rewards)
    if record_rewards:
        raise ValueError("preferences='reward' needs an environment or trajectories with rewards")
    return simulate(source, max(config.num_transitions // length, 1), length, key)[0]
