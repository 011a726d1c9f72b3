"""What a batch of another size costs an agent: seconds at its first call, and memory for good.

`python -m aifgym.benchmarks.studies.batch_sizes` prints the table.
"""

import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from ...agents import ActiveInferenceEncoderAgent, GenerativeModel, ObservationEncoder
from ...envs import LineWorld
from ...training import LearnConfig, learn

# Sizes in a random order, as of environments that end one after the other.
NUM_SIZES, LARGEST = 100, 1024
HEAD = (
    "| agent | batch sizes | slow calls | s each | MB each | MB in all | MB, all sizes again |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)
# A first call that takes as long as this did more than decide.
SLOW = 0.05


class Growth(NamedTuple):
    """What many batch sizes cost.

    Attributes:
        slow: first calls that compiled something.
        seconds: of processor, mean of these.
        first: MB by which the process grew at all first calls.
        again: MB by which it grew when each size came once more.
    """

    slow: int
    seconds: float
    first: float
    again: float


def growth(agent: Any, sizes: np.ndarray, dim: int) -> Growth:
    """Calls `predict` with batches of all sizes, twice; observations are `(N, dim)` zeros."""
    before, seconds = _megabytes(), []
    for size in sizes:
        start = time.process_time()
        agent.predict(np.zeros((size, dim), np.float32))
        seconds.append(time.process_time() - start)
    after = _megabytes()
    for size in sizes:
        agent.predict(np.zeros((size, dim), np.float32))
    slow = [own for own in seconds if own > SLOW]
    return Growth(len(slow), float(np.mean(slow or [0])), after - before, _megabytes() - after)


def agents() -> dict[str, tuple[Any, int]]:
    """Agents by name, and how many numbers each observes."""
    import jax

    world = LineWorld()
    model = GenerativeModel(
        A=np.eye(5), B=world.transition_matrix, C=8.0 * np.eye(5)[4], D=np.full(5, 0.2)
    )
    encoder = ObservationEncoder(2, 5, 64, 2, key=jax.random.key(0))
    usage = np.full(5, 0.2)
    settings = LearnConfig(features=("standardised",), history=1)
    learned, _ = learn(gym.make("CartPole-v1"), 1250, settings)
    return {
        "policy tree, line world": (ActiveInferenceEncoderAgent(encoder, model, usage), 2),
        "learned world model, CartPole": (learned, 4),
    }


def table() -> list[str]:
    """Lines of a Markdown table."""
    lines: list[str] = list(HEAD)
    for name, (agent, dim) in agents().items():
        agent.predict(np.zeros((1, dim), np.float32))
        sizes = np.random.default_rng(0).permutation(LARGEST)[:NUM_SIZES] + 1
        found = growth(agent, sizes, dim)
        each = found.first / max(found.slow, 1)
        cells = f"{found.slow} | {found.seconds:.2f} | {each:.1f} | {found.first:.0f}"
        lines.append(f"| {name} | {NUM_SIZES} up to {LARGEST:,} | {cells} | {found.again:+.1f} |")
    return lines


def _megabytes() -> float:
    """What the process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    print("\n".join(table()))
