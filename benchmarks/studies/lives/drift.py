"""Whether an encoder gains by being calibrated anew while its sensor drifts.

    python -m aifgym.benchmarks.studies.lives.drift 40 1.0

40 lives of agents in the line with observations of scale 1.0, which move by 0.5 in each direction
in mid-life. One is left as it is, others estimate usage, or a bias and a temperature of the
encoder, from their own posteriors, and one is given the observations moved back.
"""

import dataclasses
import sys
from typing import Any

import gymnasium as gym
import jax
import numpy as np

from ....agents import ActiveInferenceEncoderAgent
from ....agents.encoders.protocol import log_encode
from ....agents.numpy_maths import softmax
from ....envs import LineWorld
from ....training import TrainConfig, fit

SHIFT, EPISODES, EPISODE_STEPS = 0.5, 100, 20
FIRST_SEED, TRAINING_SEED = 20_000, 0


@dataclasses.dataclass(frozen=True)
class Way:
    """How fast usage, and bias and temperature of the encoder, follow; or who is told."""

    usage: float = 0.0
    calibration: float = 0.0
    is_told: bool = False


WAYS = {
    "left as it is": Way(),
    "usage, 0.3 % a step": Way(usage=0.003),
    "usage, 1 % a step": Way(usage=0.01),
    "calibration, 0.3 % a step": Way(calibration=0.003),
    "calibration, 1 % a step": Way(calibration=0.01),
    "both, 1 % a step": Way(usage=0.01, calibration=0.01),
    "told": Way(is_told=True),
}


class Calibration:
    """Usage, bias and temperature of N agents, each following its own posteriors.

    Args:
        way: how fast.
        usage: `(K,)` as it was trained.
        num_lives: N.
    """

    def __init__(self, way: Way, usage: np.ndarray, num_lives: int) -> None:
        self._way = way
        self._usage = np.tile(np.asarray(usage, float), (num_lives, 1))
        self._bias, self._gain = np.zeros_like(self._usage), np.ones((num_lives, 1))

    def __call__(self, log_probs: np.ndarray) -> np.ndarray:
        """Scaled log likelihoods `(N, K)` of what the encoder says."""
        return self._gain * log_probs + self._bias - np.log(self._usage)

    def follow(self, log_probs: np.ndarray, belief: np.ndarray) -> None:
        """Moves toward `belief`, `(N, K)`: usage to its mean, the rest up its log likelihood."""
        said = softmax(self._gain * log_probs + self._bias)
        wrong = self._way.calibration * (belief - said)
        self._usage += self._way.usage * (said - self._usage)
        self._bias += wrong
        self._gain += 0.1 * (wrong * log_probs).sum(axis=1, keepdims=True)
        self._gain = np.clip(self._gain, 0.2, 5.0)


def lived(
    way: Way, agent: Any, world: LineWorld, num_lives: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """`(episodes, lives)` each: the share of states that were believed most, and the return."""
    rng, own = np.random.default_rng(seed), Calibration(way, agent.usage, num_lives)
    K, log_probs = world.num_states, jax.jit(lambda x: log_encode(agent.encoder, x))
    space = gym.spaces.Box(-np.inf, np.inf, (K,))
    acting: Any = ActiveInferenceEncoderAgent(
        lambda scaled: scaled, agent.model, np.full(K, 1 / K), observation_space=space
    )
    found, memory = np.zeros((2, EPISODES, num_lives)), None
    for episode in range(EPISODES):
        state = rng.choice(K, size=num_lives, p=world.initial_probs)
        for step in range(EPISODE_STEPS):
            x = world.means[state] + world.emission_scale * rng.normal(size=(num_lives, 2))
            # Who is told sees what it would see without the drift.
            x += SHIFT * (episode >= EPISODES // 2 and not way.is_told)
            said = np.asarray(log_probs(x.astype(np.float32)))
            start = np.full(num_lives, step == 0)
            action, memory = acting.predict(own(said).astype(np.float32), memory, start)
            own.follow(said, acting.beliefs)
            found[0, episode] += (acting.beliefs.argmax(axis=1) == state) / EPISODE_STEPS
            jumps = rng.random(num_lives) < world.transition_noise
            moved = world.next_states[state, action]
            state = np.where(jumps, rng.integers(K, size=num_lives), moved)
            found[1, episode] += state == world.rewarded_state
    return found[0], found[1]


def table(num_lives: int, scale: float) -> list[str]:
    """A line for each way: before the drift, and in the last quarter of the lives."""
    world = LineWorld(emission_scale=scale, start_state=None, target_state=2)
    # Without labels, before anything drifts.
    (agent, _), lines = fit(world, TrainConfig(), seed=TRAINING_SEED), []
    for name, way in WAYS.items():
        right, returns = lived(way, agent, world, num_lives, FIRST_SEED)
        spans = slice(EPISODES // 2), slice(-EPISODES // 4, None)
        parts = [_shown(kind[span].mean(axis=0)) for kind in (right, returns) for span in spans]
        lines.append(f"| {name} | " + " | ".join(parts) + " |")
    return lines


def _shown(by_life: np.ndarray) -> str:
    return f"{by_life.mean():.3f} +- {1.96 * by_life.std() / len(by_life) ** 0.5:.3f}"


if __name__ == "__main__":
    lives, scale = int(sys.argv[1]), float(sys.argv[2])
    print(f"| scale {scale:g} | right before | right after | return before | return after |")
    print("| --- | --- | --- | --- | --- |")
    print("\n".join(table(lives, scale)))
