"""Our agent on a model that is given to it, with nothing to learn: two ways to look ahead."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from ...agents import ActiveInferenceEncoderAgent, GenerativeModel, Learning
from ...agents.planning.beliefs.backup import point_values
from ...agents.planning.beliefs.model import BeliefModel
from ...agents.planning.beliefs.points import chosen_points, imagined
from .base import Contender
from .value_iteration import episode_steps

# Nats for each unit of what is gained and of what is lost: those of pymdp's demonstration of
# chained cues. With as much for both, who finds out by paying is as good as who asks. Looked at on
# other episodes than those that judge: in the T-mazes 1 to 2, 1 to 3, 2 to 3 (pymdp's T-maze) and
# 3 to 6 choose the same actions, as a test shows; on the grid gains from 2 up differ by 0.03 of
# 18.75, and a gain of 1 is too little beside information (9.1).
GAIN, LOSS = 3.0, 6.0
# The farthest that what is next to be seen may lie, in steps: in chained cues, (0, 2) to (3, 5).
POLICY_LEN = 6
# Of planning to the end: beliefs that are planned at, random episodes in which they are looked for,
# and joint states at most.
NUM_POINTS, EPISODES, LARGEST = 150, 1_000, 128


class GivenModel(Contender):
    """Active inference on the process itself: A, B, D, rewards as preferences."""

    name = "aifgym given model"
    given = f"A, B, D; rewards as preferences, {GAIN:g} nats, losses {LOSS:g}; emission densities"

    def __init__(self, gain: float = GAIN, loss: float = LOSS) -> None:
        super().__init__()
        self.hyperparameters = {"policy_len": POLICY_LEN, "gain": gain, "loss": loss}

    @classmethod
    def fits(cls, env) -> bool:
        """Whether there is a model to be given."""
        return hasattr(env.unwrapped, "model") and hasattr(env.unwrapped, "rewards")

    def train(self, env_factory, budget=0, seed=0) -> None:
        """Builds the agent; no step is taken.

        Raises:
            ValueError: the environment is none of pymdp's.
        """
        env = env_factory()
        world: Any = env.unwrapped
        if not self.fits(env):
            raise ValueError(f"{env} has no model: the agent cannot be given one")
        C = preferred(world.rewards, self.hyperparameters["gain"], self.hyperparameters["loss"])
        model = GenerativeModel(**world.model(), C=C, policy_len=POLICY_LEN, planner="tree")
        self._agent = seeing_agent(env, model)

    def predict(
        self, observation, state=None, episode_start=None, deterministic=True
    ) -> tuple[np.ndarray, Any]:
        """The agent's own."""
        return self._agent.predict(observation, state, episode_start, deterministic)


class GivenModelToTheEnd(GivenModel):
    """The same, told how episodes end, and planning to their end over beliefs.

    A model that is paid again in each step hurries, and one whose horizon moves along with it puts
    off for ever what can be done later as well. So the model has a state in which the episode is
    over, and there is a plan for each number of steps that are left, by value iteration over
    beliefs: what an observation is worth is what can be done with it.
    """

    name = "aifgym given model to the end"
    given = "A, B, D; rewards; length of episodes, and outcomes that end them; emission densities"

    def __init__(self) -> None:
        super().__init__(1.0, 1.0)
        self.hyperparameters = {"points": NUM_POINTS}

    @classmethod
    def fits(cls, env) -> bool:
        """Whether there is a model that is small enough, and a limit of steps."""
        limit = env.spec and env.spec.max_episode_steps
        world: Any = env.unwrapped
        return super().fits(env) and bool(limit) and np.prod(world.tables.num_states) <= LARGEST

    def train(self, env_factory, budget=0, seed=0) -> None:
        """Plans for each number of steps; no step is taken."""
        env = env_factory()
        if not self.fits(env):
            raise ValueError(f"{env} has no model that can be planned with to the end")
        model = ending_model(env.unwrapped)
        self._agent, self._horizon = seeing_agent(env, model), episode_steps(env)
        self._B = np.moveaxis(model.joint.B, -1, 0)
        beliefs = BeliefModel.of(model)
        rng = np.random.default_rng(seed)
        seen = imagined(beliefs, None, EPISODES, self._horizon, rng).beliefs
        points = chosen_points(seen, beliefs.starts(), NUM_POINTS)
        lefts = range(1, self._horizon + 1)
        self._plans = [point_values(beliefs, points, left) for left in lefts]

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """Memory: what is believed of the next state `(N, K)`, and steps since the start `(N,)`."""
        prior, steps = (None, 0) if state is None else state
        start = None if state is None else episode_start
        (belief,) = self._agent.infer_states(observation, prior, start)
        steps = np.broadcast_to(steps, len(belief))
        steps = steps if start is None else np.where(start, 0, steps)
        left = np.clip(self._horizon - steps, 1, self._horizon)
        values = [
            np.max(self._plans[n - 1] @ q, axis=1) for n, q in zip(left, belief.astype(float))
        ]
        action = np.argmax(values, axis=1)
        following = np.einsum("njk,nk->nj", self._B[action], belief)
        return action, ((following.astype(np.float32),), steps + 1)


def ending_model(world) -> GenerativeModel:
    """The process of a `PymdpEnv` with one more state, in which the episode is over.

    It is entered from where an outcome has ended the episode, shows what brings nothing, and is
    never left: what is paid is paid once.
    """
    joint = GenerativeModel(**world.model(), policy_len=1).joint
    tables, count = joint.by_modality(joint.A), joint.num_states
    goes_on = np.ones(count)
    for table, ends in zip(tables, world.terminal_outcomes):
        goes_on = goes_on * (1 - table[list(ends)].sum(axis=0))
    B = np.zeros((count + 1, count + 1, joint.num_actions))
    B[:count, :count] = joint.B * goes_on[:, None]
    B[count, :count] = (1 - goes_on)[:, None]
    B[count, count] = 1
    nothing = [np.eye(len(r))[:, [np.abs(r).argmin()]] for r in world.rewards]
    A = [np.concatenate(pair, axis=1) for pair in zip(tables, nothing)]
    alone = [[0]] * len(A)
    return GenerativeModel(
        A, [B], list(world.rewards), [np.append(joint.D, 0)], policy_len=1, planner="tree",
        A_dependencies=alone, B_dependencies=[[0]],
    )  # fmt: skip


def preferred(rewards: Sequence[Sequence[float]], gain: float, loss: float) -> list[np.ndarray]:
    """C of each modality: so many nats for each unit of what is gained, and of what is lost."""
    return [np.where(np.array(r) > 0, gain, loss) * r for r in rewards]


def seeing_agent(
    env: gym.Env, model: GenerativeModel, learn: Learning | tuple = ()
) -> ActiveInferenceEncoderAgent:
    """The agent of a model that sees a `PymdpEnv` by its own emission densities."""
    world: Any = env.unwrapped
    see: Any = {name: _seen_by(world, name) for name in world.modalities}
    if len(see) == 1:
        see = list(see.values())
    return ActiveInferenceEncoderAgent(
        see, model, observation_space=env.observation_space, learn=learn
    )


def _seen_by(world, modality: str):
    if modality not in world.emission_means:
        return None
    return lambda x: world.log_likelihood(modality, x)
