"""From an environment to a trained agent, without labels and, unless asked for, without rewards."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import jax.random as jr
import numpy as np

from ..agents import ActiveInferenceEncoderAgent, GenerativeModel
from ..agents.models.generative_model import epsilon_identity
from ..agents.planning.planners import check_policies
from ..envs import LineWorld
from .config import TrainConfig
from .data.collection import collect, simulate
from .data.trajectories import Trajectories, check_trajectories, hold_out
from .descent.checkpoints import NoFolder, RunFolder
from .descent.recipes import LARGEST_CANDIDATE, Recipe, recipe_for
from .history import History, doubts
from .learners.estimates import estimate, estimate_rewards, fitted_dynamics
from .learners.evidence import fit_evidence
from .learners.num_states import choose_num_states
from .learners.tutorial import fit_tutorial
from .problem import Problem, Source, check_enough, stated_problem


def fit(
    source: Source,
    config: TrainConfig | None = None,
    seed: int = 0,
    *,
    transition_matrix: np.ndarray | None = None,
    target_state: int | None = None,
    goal_observation: np.ndarray | None = None,
    preferences: Literal["reward"] | None = None,
    progress: Callable[[int], None] | None = None,
    run_folder: Path | None = None,
) -> tuple[ActiveInferenceEncoderAgent, History]:
    """Trains an agent from observations and actions.

    Random actions are taken in the environment (or simulated in the world), encoders are trained
    from several initial weights, and the one with the lowest loss on held-out sequences becomes
    the agent. Hidden states and `info` are never looked at; rewards only with
    `preferences="reward"`.

    With `dynamics="known"` (the default) B is given, by `transition_matrix` or by
    `env.unwrapped.world`, and states have its numbering. `"aligned"` does not use that B until the
    end: it learns its own, matches the states and fine-tunes (`"known"` does so by itself beyond 5
    states). With `dynamics="learned"` only the number of states is given: B and D are learned with
    the encoder, states come in any order, and an observation or rewards say what the goal is.

    Args:
        source: a Gymnasium environment with `Box` observations `(D,)` and `Discrete` actions, a
            `LineWorld`, or `Trajectories`.
        config: settings; `None` takes the defaults.
        seed: the same seed gives the same agent.
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
    has_other_goal = goal_observation is not None or preferences is not None
    problem = stated_problem(source, config, transition_matrix, target_state, has_other_goal)
    data_key, train_key = jr.split(jr.PRNGKey(seed))
    data = _trajectories(source, config, seed, data_key, preferences == "reward")
    check_trajectories(data)
    check_enough(data, problem)
    # Before the training, not after it.
    num_states = LARGEST_CANDIDATE if problem.num_states == "auto" else problem.num_states
    check_policies(num_states, num_states, data.num_actions, config.policy_len, config.planner)
    splits = hold_out(data, config.held_out_fraction, seed)
    settings = {"config": dataclasses.asdict(config), "seed": seed}
    if config.objective == "tutorial":
        if run_folder is not None:
            raise ValueError("run_folder needs the evidence objective")
        encoder, model, usage, history = _by_tutorial(splits, problem, config, train_key, progress)
    else:
        folder = NoFolder() if run_folder is None else RunFolder(run_folder, settings)
        encoder, model, usage, history = _by_evidence(
            splits, problem, config, train_key, progress, folder
        )
    settings |= {"dynamics": config.dynamics, "num_states": model.num_states}
    usage = usage if config.evidence == "likelihood" else None
    if preferences == "reward":
        rewards = estimate_rewards(encoder, model.B, model.D, data)
        model = dataclasses.replace(model, C=config.preference * rewards)
    agent = ActiveInferenceEncoderAgent(encoder, model, usage, settings, seed=seed)
    if goal_observation is not None:
        agent = agent.with_goal(observation=goal_observation, preference=config.preference)
    return agent, dataclasses.replace(history, num_transitions=data.num_transitions)


def _trajectories(
    source: Source, config: TrainConfig, seed: int, key, record_rewards: bool
) -> Trajectories:
    if isinstance(source, Trajectories):
        return source
    length = config.sequence_length
    if not isinstance(source, LineWorld):
        return collect(source, config.num_transitions, length, seed, record_rewards=record_rewards)
    if record_rewards:
        raise ValueError("preferences='reward' needs an environment or trajectories with rewards")
    return simulate(source, max(config.num_transitions // length, 1), length, key)[0]


def _by_tutorial(splits, problem: Problem, config: TrainConfig, key, progress):
    overrides = {"num_restarts": config.num_restarts, "train_steps": config.train_steps}
    recipe = _overridden(config.tutorial, overrides)
    encoder, rows, losses, effective = fit_tutorial(
        *splits, problem.B, config.epsilon, recipe, key, progress
    )
    D = np.full(problem.num_states, 1 / problem.num_states)
    estimates = estimate(encoder, problem.B, D, splits[0])
    model = _model(problem, problem.B, D, estimates.A, config)
    history = History(rows, losses, effective, int(np.nanargmin(losses)), 0)
    return encoder, model, estimates.usage, history


def _by_evidence(splits, problem: Problem, config: TrainConfig, key, progress, folder):
    num_states, curve = problem.num_states, ()
    if num_states == "auto":
        num_states, curve = choose_num_states(*splits, key)
    recipe = configured_recipe(config, num_states)
    trained = fit_evidence(
        *splits, problem.B, num_states, recipe, key, progress=progress, run_folder=folder
    )
    B, D = trained.B, trained.D
    if problem.B is None:
        B, D = fitted_dynamics(trained.encoder, B, D, splits[0])
    estimates = estimate(trained.encoder, B, D, splits[0])
    model = _model(problem, B, D, estimates.A, config)
    losses, effective = trained.standing
    warnings = doubts(
        losses,
        float(effective[trained.best]),
        num_states,
        estimates,
        problem.B is not None,
        trained.alignment,
    )
    history = History(
        trained.rows, losses, effective, trained.best, 0, warnings, trained.alignment, curve
    )
    return trained.encoder, model, estimates.usage, history


def configured_recipe(config: TrainConfig, num_states: int) -> Recipe:
    """The recipe for a number of states, with what `config` overrides."""
    recipe = recipe_for(num_states, config.dynamics == "known")
    if config.train_steps is not None:
        recipe = dataclasses.replace(
            recipe, main=recipe.main._replace(num_steps=config.train_steps)
        )
    return _overridden(recipe, {"num_restarts": config.num_restarts})


def _overridden(recipe, overrides: dict):
    return dataclasses.replace(recipe, **{k: v for k, v in overrides.items() if v is not None})


def _model(problem: Problem, B, D, A, config: TrainConfig) -> GenerativeModel:
    num_states = len(B)
    C = np.zeros(num_states)
    if problem.target_state is not None:
        C[problem.target_state] = config.preference
    if config.ambiguity == "epsilon":
        A = epsilon_identity(num_states, config.epsilon)
    return GenerativeModel(A=A, B=B, C=C, D=D, policy_len=config.policy_len, planner=config.planner)
