"""Lives of agents in worlds that change: one that learns, one that does not, one that is told."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....agents import ActiveInferenceEncoderAgent, GenerativeModel, Learning
from ....envs.acting import act_by
from ....envs.stepping import EnvironmentList
from ...contenders.given_model import preferred, seeing_agent
from ...scenarios.changing import CHANGES, Change

LEARNING, FIXED, TOLD = "aifgym learning", "aifgym fixed", "aifgym told"
OURS = (LEARNING, FIXED, TOLD)
# Who learns, with other ways to forget than what the world has; by name.
FORGETTING: dict[str, dict[str, float | None]] = {
    "aifgym nothing forgotten": {"max_count": None, "decay": None},
    **{f"aifgym max_count={n}": {"max_count": n, "decay": None} for n in (5, 10, 20, 40)},
    **{f"aifgym decay={x}": {"max_count": None, "decay": x} for x in (0.98, 0.99, 0.995, 0.998)},
}
POLICY_LEN = 4
# What the model is worth at first, in counts of each column.
PRIOR_COUNTS = 10.0


def model_of(change: Change, phase: int, learns: bool) -> GenerativeModel:
    """The process as it is, rewards as preferences, with counts for what is to be learned."""
    env = change.make(phase)
    C, world = preferred(env.rewards, *change.nats), env.model()
    if learns and change.learn == "B":
        world["pB"] = [PRIOR_COUNTS * B for B in world["B"]]
    elif learns:
        counts: list[Any] = [None] * len(world["A"])
        counts[-1] = _doubted(world["A"][-1], change.doubt)
        world["pA"] = counts
    curious = learns and change.curious
    return GenerativeModel(
        **world, C=C, policy_len=POLICY_LEN, planner="tree", use_param_info_gain=curious
    )


def _doubted(A: np.ndarray, doubt: float) -> np.ndarray:
    """Counts of a table; without a doubt those columns in which nothing is left open are known."""
    if doubt:
        return PRIOR_COUNTS * ((1 - doubt) * A + doubt / len(A))
    return PRIOR_COUNTS * A * (A.max(axis=0) < 1)


def agent_of(
    change: Change, phase: int = 0, learns: bool = False, **forgetting: float | None
) -> ActiveInferenceEncoderAgent:
    """The agent that is given the world of a phase, and forgets as the world asks for, or else."""
    settings: Any = dict(change.forgetting) | forgetting
    learn = Learning((change.learn,), **settings) if learns else ()
    return seeing_agent(change.make(phase), model_of(change, phase, learns), learn)


def our_lives(name: str, contender: str, num_lives: int, seed: int) -> np.ndarray:
    """`(lives, episodes)`, the return of each episode.

    Args:
        name: of `CHANGES`.
        contender: of `OURS` or `FORGETTING`.
        num_lives: worlds side by side, each with an agent of its own.
        seed: of the first world.
    """
    change = CHANGES[name]
    phases = range(len(change.episodes)) if contender == TOLD else (0,)
    learns, forgetting = contender not in (FIXED, TOLD), FORGETTING.get(contender, {})
    agents = [agent_of(change, phase, learns, **forgetting) for phase in phases]
    return lives(change, agents, num_lives, seed)


def lives(change: Change, agents: Sequence, num_lives: int, seed: int) -> np.ndarray:
    """`(lives, episodes)`; with several agents each acts in the phase that is its own."""
    worlds = [change.world() for _ in range(num_lives)]
    states: list = [None] * len(agents)

    def choose(seen: np.ndarray, episode_start: np.ndarray) -> np.ndarray:
        chosen = np.zeros(num_lives, int)
        phase = np.array([world.phase for world in worlds]) if len(agents) > 1 else 0
        for place, agent in enumerate(agents):
            action, states[place] = agent.predict(seen, states[place], episode_start)
            chosen = np.where(phase == place, action, chosen)
        return chosen

    total = sum(change.episodes)
    found, running = [[] for _ in worlds], np.zeros(num_lives)
    for step in act_by(choose, EnvironmentList(worlds), seed):
        running += step.reward
        for place in np.flatnonzero(step.begins):
            found[place].append(running[place])
        running[step.begins] = 0
        if min(map(len, found)) >= total:
            break
    return np.array([returns[:total] for returns in found])
