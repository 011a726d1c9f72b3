"""The agent of a learned world model, behind SB3's `predict`."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple, Self

import gymnasium as gym
import numpy as np
from pymdp.agent import Agent

from .acting.pymdp_bridge import continuous_pymdp_agent
from .encoders.protocol import Encoder
from .models.generative_model import GenerativeModel
from .with_env import WithEnv
from .world_model.checking import batched, recalled
from .world_model.export import member_encoder, member_model
from .world_model.model import WorldModel
from .world_model.policy import Policy, world_policy
from .world_model.spaces import actions_of
from .world_model.table import Table
from .world_model.with_file import WithWorldFile
from .world_model.with_goals import WithWorldGoals


class WorldExplanation(NamedTuple):
    """What spoke for each control, for N observations and E controls.

    Attributes:
        neg_efe: `(N, E)`, negative expected free energy from now on.
        action_probs: `(N, E)`, posterior over controls.
        reward: `(N, E)`, expected reward while the control lasts.
        ended: `(N,)`, probability that the episode has ended already.
        novelty: `(N, E)`, nats that trying the control would tell about the model.
        actions: `(E,)`, number of the action of each control.
        lengths: `(E,)`, steps for which it is held.
    """

    neg_efe: np.ndarray
    action_probs: np.ndarray
    reward: np.ndarray
    ended: np.ndarray
    novelty: np.ndarray
    actions: np.ndarray
    lengths: np.ndarray


class WorldModelAgent(WithWorldGoals, WithWorldFile, WithEnv):
    """Encoder and discrete generative model that were learned together, a drop-in for SB3.

    Hidden states are those of an ensemble of discretisations; `encoder(member)` and
    `model(member)` are one of them in pymdp's form.

    Args:
        world: the world model.
        observation_space: of the task.
        action_space: of the task.
        preferences: what is preferred in place of rewards: `(K,)` for each member, nats per step.
        seed: of the stream that `predict(..., deterministic=False)` draws from.
    """

    def __init__(
        self,
        world: WorldModel,
        observation_space: gym.Space,
        action_space: gym.Space,
        preferences: list[np.ndarray] | None = None,
        seed: int = 0,
    ) -> None:
        self.world, self.preferences = world, preferences
        self.observation_space, self.action_space = observation_space, action_space
        self.policy: Policy = world_policy(world, preferences)
        self._one_hot = not isinstance(world.encoder, Table)
        self._scale = world.reward_scale if preferences is None else _scale_of(preferences)
        self.set_random_seed(seed)

    def set_random_seed(self, seed: int) -> None:
        """Restarts the stream that `predict(..., deterministic=False)` draws from."""
        self._rng = np.random.default_rng(seed)

    def predict(
        self,
        observation,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = True,
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Chooses actions; the signature and the meaning are SB3's, as of a recurrent policy.

        The returned state holds the window of the past, and the action that is held with what is
        left of it. Without it each step is decided anew from the newest observation alone.

        Args:
            observation: one of `observation_space`, or N of them with a first axis.
            state: what the last call returned; None at the start.
            episode_start: `(N,)` bool, where an episode begins.
            deterministic: the best control; else one drawn from the posterior over controls.

        Returns:
            Actions, int64, and the memory.

        Raises:
            ValueError: a shape is wrong, or an observation is not finite.
        """
        observations, shape = batched(observation, self.observation_space, self._one_hot)
        memory = recalled(state, episode_start, observations, self.world)
        control = None
        if not deterministic:
            probs = self._posterior(self.policy.values(memory.window))
            drawn = self._rng.random((len(probs), 1))
            control = np.minimum((probs.cumsum(axis=1) < drawn).sum(axis=1), probs.shape[1] - 1)
        memory = self.policy.act(memory, control)
        actions = actions_of(memory.action, self.action_space)
        return actions.reshape((*shape, *actions.shape[1:])), tuple(memory)

    def explain(self, observation, state: tuple[np.ndarray, ...] | None = None) -> WorldExplanation:
        """What spoke for each control; shapes as of `predict`, always with a first axis."""
        observations, _ = batched(observation, self.observation_space, self._one_hot)
        window = recalled(state, None, observations, self.world).window
        neg_efe = self.policy.values(window)
        width = len(self.world.actions)
        reward, ended, novelty = np.split(
            self._expected(window, lambda m: _columns(m, width)), [width, width + 1], axis=1
        )
        return WorldExplanation(
            neg_efe,
            self._posterior(neg_efe),
            reward,
            ended[:, 0],
            novelty,
            self.policy.actions,
            self.policy.lengths,
        )

    def _replaced(self, preferences: list[np.ndarray]) -> Self:
        return type(self)(self.world, self.observation_space, self.action_space, preferences)

    def encoder(self, member: int = 0) -> Encoder:
        """The encoder of one member, with a last outcome "ended"; of windows where it has them."""
        space = self.observation_space
        num = int(space.n) if isinstance(space, gym.spaces.Discrete) else None
        return member_encoder(self.world, member, num)

    def model(self, member: int = 0) -> GenerativeModel:
        """A, B, C and D of one member; controls are pymdp's actions."""
        return member_model(self.world, member)

    def pymdp_agent(self, batch_size: int = 1, member: int = 0) -> Agent:
        """The genuine pymdp `Agent` of one member, with the encoder as its `preprocess_fn`.

        It looks one step ahead; what follows is in C: what each state is worth by our plan.
        """
        model, lengths = self.model(member), self.world.lengths[member]
        own = self.world.members[member]
        value = self.policy.neg_efe[member].max(axis=1)[: len(own.ended)]
        ahead = self.world.discount ** lengths.mean() * value
        C = model.C + np.append(ahead, 0.0)
        model = dataclasses.replace(model, C=C, policy_len=1)
        return continuous_pymdp_agent(self.encoder(member), model, None, batch_size)

    def __repr__(self) -> str:
        world = self.world
        return (
            f"{type(self).__name__}(num_states={world.num_states}, members={len(world.members)}, "
            f"num_actions={world.num_actions}, held={world.lengths[-1].tolist()}, "
            f"history={world.history}, "
            f"goal={'rewards' if self.preferences is None else 'preferences'!r})"
        )

    def _posterior(self, neg_efe: np.ndarray) -> np.ndarray:
        """Softmax in units of the largest reward, so that it does not depend on its scale."""
        logits = (neg_efe - neg_efe.max(axis=1, keepdims=True)) / max(self._scale, 1e-12)
        weight = np.exp(logits)
        return weight / weight.sum(axis=1, keepdims=True)

    def _expected(self, window: np.ndarray, of_member: Callable) -> np.ndarray:
        size = self.policy.neg_efe.shape[1]
        columns = [of_member(member) for member in self.world.members]
        padded = np.stack([np.pad(own, ((0, size - len(own)), (0, 0))) for own in columns])
        return dataclasses.replace(self.policy, neg_efe=padded).values(window)


def _columns(member, width: int) -> np.ndarray:
    return np.column_stack([member.rewards, member.ended, 1 / (1 + member.counts)])


def _scale_of(preferences: list[np.ndarray]) -> float:
    return max(float(np.abs(own).max(initial=0.0)) for own in preferences) or 1.0
