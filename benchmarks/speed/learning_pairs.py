"""Pairs of `aifgym speed` on agents that learn while they act, beside the same that do not."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from .measurement import Action, Pair

EPISODE_STEPS = 8
PRIOR_COUNTS = 10.0


def learning_pair(make: Callable[[], ActiveInferenceEncoderAgent]) -> Pair:
    """An episode of single observations with learning of B, whose end adds what was learned.

    Args:
        make: makes an agent that does not learn.
    """

    def build() -> tuple[Action, Action]:
        agent = make()
        model = dataclasses.replace(agent.model, pB=PRIOR_COUNTS * agent.model.B)
        learning = ActiveInferenceEncoderAgent(agent.encoder, model, agent.usage, learn=("B",))
        return _episode(learning), _episode(agent)

    name = f"`predict` with learning of B, 1 observation, {EPISODE_STEPS} times"
    return Pair(name, "the same agent without learning", 0.5, build)


def _episode(agent: ActiveInferenceEncoderAgent) -> Action:
    observations = np.random.default_rng(0).normal(size=(EPISODE_STEPS, 1, 2)).astype(np.float32)
    state = None

    def act() -> None:
        nonlocal state
        for step, observation in enumerate(observations):
            _, state = agent.predict(observation, state, np.array([step == 0]))

    return act
