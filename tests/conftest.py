import os
import signal

import gymnasium as gym
import hypothesis
import jax
import numpy as np
import pytest
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel
from aifgym.agents.models.generative_model import epsilon_identity
from aifgym.envs import LineWorld
from helpers import ENV_ID, small_encoder

# Gymnasium's checker opens a window; machines that test have none. Before pygame is loaded.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

# A shell without job control starts what it runs in the background with Ctrl-C ignored, and the
# commands that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says something about the machine, and nothing about the code.
hypothesis.settings.register_profile("aifgym", deadline=None, derandomize=True)
hypothesis.settings.load_profile("aifgym")

# A shape that broadcasts by accident is a bug; strict mode makes it an error.
jax.config.update("jax_numpy_rank_promotion", "raise")


@pytest.fixture
def world() -> LineWorld:
    return LineWorld()


@pytest.fixture
def agent(world) -> ActiveInferenceEncoderAgent:
    """An untrained agent for the default world: protocols do not need a good one."""
    model = GenerativeModel(
        A=epsilon_identity(5, 1e-4),
        B=world.transition_matrix,
        C=8.0 * np.eye(5)[4],
        D=np.full(5, 0.2),
    )
    return ActiveInferenceEncoderAgent(small_encoder(), model)


@pytest.fixture
def env():
    env = gym.make(ENV_ID)
    yield env
    env.close()


@pytest.fixture
def unmeasured(monkeypatch):
    """Processes that are interrupted: Ctrl-C within coverage's tracer leaves its lock taken."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    monkeypatch.delenv("COVERAGE_PROCESS_START", raising=False)
