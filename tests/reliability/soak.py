"""Long lives: a million steps, and ten thousand environments at once.

`python tests/reliability/soak.py` lets agents act for `--steps` steps each, a few environments side
by side, and prints what became of beliefs, counts and memory. It ends with 1 where a belief is not
finite or does not sum to 1 within 1e-5, or where memory still grows in the second half.
"""

import argparse
import gc
import os
import sys
import time
from pathlib import Path

import gymnasium as gym
import jax
import numpy as np
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.envs import LineWorld
from aifgym.training import act, learn
from tqdm import tqdm

LINE = "aifgym.envs:ContinuousLineWorld-v0"
# Garbage that is not yet collected, and pools that round up.
MAY_GROW_MB = 20.0


def line_agent(**settings) -> ActiveInferenceEncoderAgent:
    """An agent that is told all of the default world; observations are nearest means."""
    world, learned = LineWorld(), settings.pop("learn", ())
    num = world.num_states
    counts = {"pA": np.eye(num) * 20 + 0.5, "pB": world.transition_matrix * 20} if learned else {}
    model = GenerativeModel(
        A=0.02 + 0.9 * np.eye(num),
        B=world.transition_matrix,
        C=3.0 * np.eye(num)[-1],
        D=world.initial_probs,
        **counts,
        **settings,
    )
    means = np.asarray(world.means)

    def nearest(observations):
        return -((observations[:, None] - means[None]) ** 2).sum(axis=-1) / 0.5

    space = gym.make(LINE).observation_space
    return ActiveInferenceEncoderAgent(nearest, model, observation_space=space, learn=learned)


def dynamic_programming_agent():
    """The agent of a learned world model."""
    return learn("CartPole-v1", 1500, seed=0)[0]


LIVES = {
    "tree": (line_agent, {}, LINE),
    "inductive": (line_agent, {"planner": "inductive"}, LINE),
    "learning": (line_agent, {"learn": ("A", "B")}, LINE),
    "dynamic programming": (dynamic_programming_agent, {}, "CartPole-v1"),
}


def megabytes() -> float:
    """What this process holds in memory now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Watched:
    """An agent whose last state can be looked at."""

    def __init__(self, agent) -> None:
        self.agent, self.state = agent, None

    def predict(self, *arguments):
        action, self.state = self.agent.predict(*arguments)
        return action, self.state

    def deviation(self) -> float:
        """By how much a belief's sum differs from 1, at most.

        Raises:
            ValueError: something in the state is not finite.
        """
        if not all(np.isfinite(part).all() for part in jax.tree.leaves(self.state)):
            raise ValueError("a belief or a count is not finite")
        if not isinstance(self.agent, ActiveInferenceEncoderAgent):
            return 0.0  # the state of a world model's agent holds no belief
        return float(np.abs(np.asarray(self.state[0]).sum(axis=-1) - 1).max())


def live(agent, env_id: str, num_steps: int, num_envs: int, progress) -> tuple[float, float]:
    """Acts; the largest deviation of a belief's sum from 1, and how memory grew in the second half.

    Raises:
        ValueError: a belief or a count is not finite.
    """
    envs = gym.make_vec(env_id, num_envs=num_envs, vectorization_mode="sync")
    rounds, deviation, half = max(num_steps // num_envs, 4), 0.0, 0.0
    watched = Watched(agent)
    for number, _ in enumerate(act(watched, envs, seed=0)):
        if number % 1000 == 0 or number >= rounds - 1:
            deviation = max(deviation, watched.deviation())
        if number == rounds // 2:
            half = megabytes()
        progress(num_envs)
        if number >= rounds - 1:
            break
    envs.close()
    return deviation, megabytes() - half


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000, help="of each agent")
    parser.add_argument("--envs", type=int, default=16, help="side by side")
    options = parser.parse_args()
    lives = [(name, options.steps, options.envs) for name in LIVES]
    lives.append(("tree", 100_000, 10_000))
    held = True
    with tqdm(total=sum(steps for _, steps, _ in lives), unit="step") as bar:
        for name, num_steps, num_envs in lives:
            maker, settings, env_id = LIVES[name]
            agent, started = maker(**settings), time.process_time()
            deviation, grown = live(agent, env_id, num_steps, num_envs, bar.update)
            held &= deviation <= 1e-5 and grown <= MAY_GROW_MB
            bar.write(
                f"{name}, {num_envs:,} environments, {num_steps:,} steps: beliefs sum to 1 within "
                f"{deviation:.1e}, memory {grown:+.1f} MB in the second half, "
                f"{time.process_time() - started:.0f} s of processor"
            )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
