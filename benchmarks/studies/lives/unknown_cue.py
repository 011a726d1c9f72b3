"""A T-maze whose cue means nothing at first: who finds out what it says.

    python -m aifgym.benchmarks.studies.lives.unknown_cue 10 1000

10 lives of 1,000 steps each in `TMaze-v0`, from exactly flat counts, with novelty and without.
"""

import itertools
import sys
from typing import Any

import gymnasium as gym
import numpy as np

from ....agents import ActiveInferenceEncoderAgent, GenerativeModel, Learning
from ....envs.acting import act_by
from ....envs.stepping import EnvironmentList
from ...contenders.given_model import ending_model

MAZE, EPISODE_STEPS, FIRST_SEED = "aifgym.envs:TMaze-v0", 10, 20_000
NATS = np.array([0.0, 3.0, -3.0])
CUE, SIDES = 2, slice(1, 3)
# The cue's place, with the reward left and right, among the states of `ending_model`.
AT_CUE = slice(6, 8)


def timed_model(episode_steps: int, curious: bool) -> GenerativeModel:
    """The maze with what the cue says unknown, how episodes end, and a clock.

    Without a clock whoever plans a few steps ahead can look once more now and go to an arm later,
    for ever. The clock is a second factor: after so many steps, too, the episode is over.
    """
    maze = ending_model(gym.make(MAZE).unwrapped)
    goes_on, over = maze.B[0], np.zeros_like(maze.B[0])
    over[-1] = 1
    B = np.stack([goes_on] * (episode_steps - 1) + [over], axis=2)
    tick = np.eye(episode_steps, k=-1)
    tick[-1, -1] = 1
    counts = np.zeros_like(maze.A[CUE])
    counts[SIDES, AT_CUE] = 1.0
    A = list(maze.A)
    A[CUE] = np.where(counts > 0, 0.5, A[CUE])
    return GenerativeModel(
        A,
        [B, tick[..., None]],
        [np.zeros(len(A[0])), NATS, np.zeros(len(A[CUE]))],
        [maze.D[0], np.eye(episode_steps)[0]],
        policy_len=4,
        planner="tree",
        A_dependencies=[[0]] * len(A),
        B_dependencies=[[0, 1], [1]],
        pA=[None, None, counts],
        use_param_info_gain=curious,
    )


def learned(
    curious: bool, steps: int, num_lives: int, seed: int, episode_steps: int = EPISODE_STEPS
) -> tuple[np.ndarray, float]:
    """`(lives, 2, 2)`, `p(cue says left or right | reward left or right)`, and return an episode.

    Args:
        curious: whether information about A has a value.
        steps: of each life.
        num_lives: side by side.
        seed: of the first of them.
        episode_steps: after which an episode is cut.
    """
    envs: Any = [gym.make(MAZE, max_episode_steps=episode_steps) for _ in range(num_lives)]
    agent = ActiveInferenceEncoderAgent(
        dict.fromkeys(envs[0].unwrapped.modalities),
        timed_model(episode_steps, curious),
        learn=Learning(("A",), max_count=None),
    )
    state: Any = None
    total, ends = 0.0, 0

    def choose(seen, episode_start: np.ndarray) -> np.ndarray:
        nonlocal state
        action, state = agent.predict(seen, state, episode_start)
        return action

    for step in itertools.islice(act_by(choose, EnvironmentList(envs), seed), steps):
        total, ends = total + step.reward.sum(), ends + step.begins.sum()
    counts = agent.counts(state, pooled=False)["pA"][CUE][:, SIDES, AT_CUE]
    return counts / counts.sum(axis=1, keepdims=True), total / ends


def errors(found: np.ndarray) -> np.ndarray:
    """`(lives,)`, the largest distance of each life's table from the truth."""
    env = gym.make(MAZE).unwrapped
    truth = ending_model(env).A[CUE][SIDES, AT_CUE]
    return np.abs(found - truth).max(axis=(1, 2))


if __name__ == "__main__":
    lives, steps = map(int, sys.argv[1:])
    for curious in (True, False):
        found, reward = learned(curious, steps, lives, FIRST_SEED)
        off = errors(found)
        share = f"{np.sum(off < 0.05)} of {lives} lives"
        print(
            f"novelty {curious}: p(cue | reward) within 0.05 of the truth in {share}, off by "
            f"{np.median(off):.3f} in the median, {off.max():.3f} at most; return {reward:.2f}"
        )
