"""What a round of `learn` costs, and deciding after it, by how much there is of what."""

import time
from collections.abc import Callable

import gymnasium as gym
import numpy as np

from ...agents import WorldModelAgent
from ...training import LearnConfig
from ...training.learners.world_model.continuous import ContinuousLearner
from ...training.learners.world_model.experience import Experience
from ...training.learners.world_model.threads import one_thread
from ...training.recordings import recorded

STEPS = (1_000, 3_000, 10_000, 30_000, 100_000)
STATES = (100, 300, 1_000)
DIMENSIONS = (2, 4, 8, 16, 24)
# What is not varied: steps, states at most, dimensions.
USUAL = (10_000, 300, 4)
NUM_ACTIONS, EPISODE, MANY = 3, 200, 1024


def settings() -> list[tuple[int, int, int]]:
    """Steps, states and dimensions of each row: one of them differs from the usual."""
    steps, states, dims = USUAL
    found = [(n, states, dims) for n in STEPS]
    found += [(steps, n, dims) for n in STATES] + [(steps, states, n) for n in DIMENSIONS]
    return list(dict.fromkeys(found))


def drifting(steps: int, dims: int) -> Experience:
    """Random walks that actions push, each in a direction of its own; far out an episode ends."""
    rng = np.random.default_rng(0)
    pushes = rng.normal(size=(NUM_ACTIONS, dims)) / np.sqrt(dims)
    actions = np.repeat(rng.integers(NUM_ACTIONS, size=-(-steps // 4)), 4)[:steps]
    before, after = np.empty((2, steps, dims))
    place = np.zeros(dims)
    ended, truncated = np.zeros((2, steps), bool)
    for step, action in enumerate(actions):
        before[step] = place
        noise = 0.1 * rng.normal(size=dims)
        place = after[step] = 0.95 * place + 0.2 * pushes[action] + noise
        ended[step] = place[0] > 1
        truncated[step] = step % EPISODE == EPISODE - 1
        if ended[step] or truncated[step]:
            place = 0.3 * rng.normal(size=dims)
    return recorded(before, actions, after[:, 0], after, ended, truncated, NUM_ACTIONS)


def measured(steps: int, states: int, dims: int) -> dict:
    """A row: processor seconds of a round, and of deciding once and for many at once."""
    experience = drifting(steps, dims)
    learner = ContinuousLearner(LearnConfig(num_states=states, history=1), NUM_ACTIONS, 0)
    with one_thread():
        seconds = _processor_seconds(lambda: learner.add(experience), 1)
    box = gym.spaces.Box(-np.inf, np.inf, (dims,), np.float32)
    agent = WorldModelAgent(learner.world, box, gym.spaces.Discrete(NUM_ACTIONS))
    seen = np.resize(experience.observations, (MANY, dims)).astype(np.float32)
    agent.predict(seen)  # compiles
    return {
        "steps": steps,
        "states": states,
        "dimensions": dims,
        "round_s": round(seconds, 3),
        "predict_1_ms": round(1e3 * _processor_seconds(lambda: agent.predict(seen[0]), 100), 3),
        "predict_1024_ms": round(1e3 * _processor_seconds(lambda: agent.predict(seen), 10), 2),
    }


def table(rows: list[dict]) -> list[str]:
    """Lines of a Markdown table."""
    lines = [
        "| steps | states | dimensions | a round, s | `predict` 1, ms | `predict` 1,024, ms |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        sizes = f"{row['steps']:,} | {row['states']:,} | {row['dimensions']}"
        costs = f"{row['round_s']:.2f} | {row['predict_1_ms']:.2f} | {row['predict_1024_ms']:.1f}"
        lines.append(f"| {sizes} | {costs} |")
    return lines


def _processor_seconds(action: Callable[[], object], times: int) -> float:
    before = time.process_time()
    for _ in range(times):
        action()
    return (time.process_time() - before) / times
