"""`aifgym evaluate`: an agent file beside the two references that scores refer to."""

from functools import partial
from pathlib import Path

import numpy as np

from ...envs import LineWorld
from ..analysis.statistics import normalised_score
from ..contenders.references import ExactBayes, Random
from ..running.evaluation import episode_returns
from .goals import (
    Goal,
    Preferences,
    check_one,
    note_disagreements,
    rewarded,
    with_goal,
    with_rewards,
)
from .support import check_counts, line_agent, make_env


def evaluate(
    path: Path,
    episodes: int,
    episode_steps: int,
    world: LineWorld,
    compiled: bool,
    goal: Goal | None = None,
    preferences: Preferences | None = None,
) -> int:
    """Prints mean returns of the agent and of the two references that scores refer to."""
    check_counts(episodes=episodes)
    check_one(goal, preferences)
    if world.rewarded_state is None:
        raise ValueError("--target-state must be a state: the references need to know the target")
    agent = line_agent(path, world)
    world = rewarded(world, agent, goal)
    if goal is not None:
        agent = with_goal(agent, goal)
    if preferences is not None:
        agent = with_rewards(agent, make_env(world, episode_steps))
    note_disagreements(agent, world)
    make_scenario_env = partial(make_env, world, episode_steps)
    policies = {"agent": agent, "random": Random(), "exact Bayes": ExactBayes()}
    returns = {}
    for name, policy in policies.items():
        if policy is not agent:
            policy.train(make_scenario_env)
        if policy is agent and compiled:
            from ..running.closed_loop import (
                closed_loop_returns,  # pymdp's environments load slowly
            )

            returns[name] = closed_loop_returns(agent, world, episode_steps, episodes)
        else:
            returns[name] = episode_returns(policy, make_scenario_env, episodes)
        error = returns[name].std() / np.sqrt(episodes)
        print(f"{name:12s} mean return {returns[name].mean():7.3f} +- {error:.3f}")
    score = normalised_score(*(returns[n].mean() for n in ("agent", "random", "exact Bayes")))
    print("normalised score " + ("-" if score is None else f"{score:.3f}"))
    return 0
