"""The agent of a learned world model, behind SB3's `predict`."""

import copy
import dataclasses
import threading
from collections.abc import Callable
from typing import Any, Self

import gymnasium as gym
import numpy as np

from .acting.invalid import ON_INVALID
from .models.checks import check_choice
from .with_env import WithEnv
from .world_model.beliefs import WorldExplanation, joint_beliefs
from .world_model.checking import batched, recalled
from .world_model.export import WithExport
from .world_model.memory import Memory
from .world_model.model import Table, WorldModel
from .world_model.policy import Policy, world_policy
from .world_model.spaces import actions_of
from .world_model.with_file import WithWorldFile
from .world_model.with_goals import WithWorldGoals


class WorldModelAgent(WithWorldGoals, WithExport, WithWorldFile, WithEnv):
    """Encoder and discrete generative model that were learned together, a drop-in for SB3.

    Hidden states are those of an ensemble of discretisations; `encoder(member)` and
    `model(member)` are one of them in pymdp's form.

    Args:
        world: the world model.
        observation_space: of the task.
        action_space: of the task.
        preferences: what is preferred in place of rewards: `(K,)` for each member, nats per step.
        seed: of the stream that `predict(..., deterministic=False)` draws from.
        on_invalid: of an observation that is not finite, such as of a sensor that dropped out:
            `"raise"` names the environments; with `"ignore"` there stands for what is missing what
            the model expects after the last step, or where episodes begin.

    Raises:
        ValueError: `on_invalid` is something else.
    """

    def __init__(
        self,
        world: WorldModel,
        observation_space: gym.Space,
        action_space: gym.Space,
        preferences: list[np.ndarray] | None = None,
        seed: int = 0,
        *,
        on_invalid: str = "raise",
    ) -> None:
        check_choice("on_invalid", on_invalid, ON_INVALID)
        self.world, self.preferences = world, preferences
        self.observation_space, self.action_space = observation_space, action_space
        self.policy: Policy = world_policy(world, preferences)
        self._one_hot = not isinstance(world.encoder, Table)
        self._scale = world.reward_scale if preferences is None else _scale_of(preferences)
        self.on_invalid, self._last = on_invalid, threading.local()
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
            ValueError: an argument is no array of numbers or has another shape, or `state` is not
                what `predict` returned, or an observation not finite with `on_invalid="raise"`.
        """
        memory, shape = self._remembered(observation, state, episode_start)
        control = None
        if not deterministic:
            probs = self._posterior(self.policy.values(memory.window))
            drawn = self._rng.random((len(probs), 1))
            control = np.minimum((probs.cumsum(axis=1) < drawn).sum(axis=1), probs.shape[1] - 1)
        self._last.window = memory.window.copy()  # the caller gets the other
        memory = self.policy.act(memory, control)
        actions = actions_of(memory.action, self.action_space)
        return actions.reshape((*shape, *actions.shape[1:])), tuple(memory)

    @property
    def beliefs(self) -> np.ndarray | None:
        """`(N, S)` float32, posterior over states at this thread's last `predict`; None before it.

        The states are those of all members, one after the other, and a last one of a table for
        observations that were never seen.
        """
        window = getattr(self._last, "window", None)
        return None if window is None else joint_beliefs(self.world, window)

    def explain(
        self,
        observation,
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
    ) -> WorldExplanation:
        """What spoke for each control; arguments as of `predict`, always with a first axis."""
        window = self._remembered(observation, state, episode_start)[0].window
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
        spaces = self.observation_space, self.action_space
        return type(self)(self.world, *spaces, preferences, on_invalid=self.on_invalid)

    def __getstate__(self) -> dict[str, Any]:
        # A copy draws what this one would draw, each from a stream of its own.
        kept = super().__getstate__() | {"_rng": copy.deepcopy(self._rng)}
        return {name: value for name, value in kept.items() if name != "_last"}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        vars(self).update(kept, _last=threading.local())

    def _remembered(self, observation, state, episode_start) -> tuple[Memory, tuple[int, ...]]:
        """The memory with the observation in it, and the shape of actions."""
        strict = self.on_invalid == "raise"
        given = observation, self.observation_space, self._one_hot, strict
        observations, shape = batched(*given)
        return recalled(state, episode_start, observations, self.world), shape

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
