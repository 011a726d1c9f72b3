"""The policy of `ActiveInference`: an agent behind what SB3 asks of a policy."""

import json
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.preprocessing import maybe_transpose
from stable_baselines3.common.utils import is_vectorized_observation

from ...agents.world_model.model import WorldModel
from ...agents.world_model_agent import WorldModelAgent
from .normalization import Normalization
from .tensors import bytes_of, text_of

CONFIG, ARRAYS = "config", "arrays."


class ActiveInferencePolicy(BasePolicy):
    """What was learned, as a policy of SB3; before anything was, it acts at random.

    Its parameters are arrays of the world model, and the statistics of a `VecNormalize`.

    Args:
        observation_space: of the environments.
        action_space: of the environments.
        lr_schedule: not used; SB3 hands it to every policy.
        seed: of the stream that `predict(..., deterministic=False)` draws from.
        kwargs: what SB3 hands to every policy; not used.
    """

    def __init__(
        self,
        observation_space: gym.Space,
        action_space: gym.Space,
        lr_schedule: Any = None,
        seed: int | None = None,
        **kwargs,
    ) -> None:
        super().__init__(observation_space, action_space, **kwargs)
        self._agent: WorldModelAgent | None = None
        self._world: WorldModel | None = None
        self.normalization = Normalization()
        self.set_random_seed(seed)

    @property
    def agent(self) -> WorldModelAgent | None:
        """The agent, which sees observations that are not normalized; None before learning."""
        if self._world is not None:
            spaces = self.observation_space, self.action_space
            seed = int(self._rng.integers(2**31))
            self._agent, self._world = WorldModelAgent(self._world, *spaces, seed=seed), None
        return self._agent

    @agent.setter
    def agent(self, agent: WorldModelAgent | None) -> None:
        self._agent, self._world = agent, None

    def follow(self, world: WorldModel) -> None:
        """Acts by another world model from now on; its plan is made when it is first asked."""
        self._world = world

    def set_random_seed(self, seed: int | None) -> None:
        """Restarts the stream that `predict(..., deterministic=False)` draws from."""
        self._rng = np.random.default_rng(seed)
        agent = self.agent
        if agent is not None and seed is not None:
            agent.set_random_seed(seed)

    def predict(
        self,
        observation: np.ndarray | dict[str, np.ndarray],
        state: tuple[np.ndarray, ...] | None = None,
        episode_start: np.ndarray | None = None,
        deterministic: bool = False,
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...] | None]:
        """As of any policy of SB3, with a memory as of a recurrent one.

        Args:
            observation: of the environments, normalized if they were when it learned; one, or N.
            state: what the last call returned; None at the start.
            episode_start: `(N,)` bool, where an episode begins.
            deterministic: the best control; else one drawn from the posterior over controls.
        """
        seen = _as_space(observation, self.observation_space)
        if self.agent is None:
            return self._at_random(seen), None
        seen = self.normalization.undone(seen)
        return self.agent.predict(seen, state, episode_start, deterministic)

    def _at_random(self, observation) -> np.ndarray:
        space: Any = self.action_space
        vectorized = is_vectorized_observation(observation, self.observation_space)
        first = next(iter(observation.values())) if isinstance(observation, dict) else observation
        shape = (len(first),) if vectorized else ()
        high = space.nvec if isinstance(space, gym.spaces.MultiDiscrete) else space.n
        drawn = self._rng.integers(high, size=(*shape, *np.shape(high)))
        return np.asarray(space.start + drawn, np.int64)

    def _predict(self, observation, deterministic: bool = False) -> torch.Tensor:
        given: Any = observation
        if isinstance(given, dict):
            seen: Any = {key: part.cpu().numpy() for key, part in given.items()}
        else:
            seen = given.cpu().numpy()
        return torch.as_tensor(self.predict(seen, deterministic=deterministic)[0])

    def forward(self, observation, deterministic: bool = False) -> torch.Tensor:
        """Actions for observations, both tensors; without memory."""
        return self._predict(observation, deterministic)

    def state_dict(self, *args, **kwargs) -> dict[str, Any]:
        """Everything learned, as tensors; empty before."""
        parts = self.normalization.tensors()
        if self.agent is None:
            return parts
        config, arrays = self.agent.parts()
        tensors = {ARRAYS + name: torch.tensor(array) for name, array in arrays.items()}
        return parts | tensors | {CONFIG: bytes_of(json.dumps(config))}

    def load_state_dict(self, state_dict, strict: bool = True, assign: bool = False) -> Any:
        """Takes over what `state_dict` gave.

        Raises:
            RuntimeError: it is something else, and `strict`.
        """
        rest = self.normalization.load(dict(state_dict))
        arrays = {name: rest[name] for name in rest if name.startswith(ARRAYS)}
        other = set(rest) - set(arrays) - {CONFIG}
        if strict and (other or (arrays and CONFIG not in rest)):
            raise RuntimeError(f"parameters must be those of {type(self).__name__}, got {other}")
        if CONFIG in rest:
            plain = {name.removeprefix(ARRAYS): t.cpu().numpy() for name, t in arrays.items()}
            try:
                agent = WorldModelAgent.of_parts(json.loads(text_of(rest[CONFIG])), plain)
            except (KeyError, TypeError, ValueError) as error:
                raise RuntimeError(f"parameters of {type(self).__name__}: {error}") from error
            agent.observation_space, agent.action_space = self.observation_space, self.action_space
            agent.set_random_seed(int(self._rng.integers(2**31)))
            self.agent = agent
        elif strict:
            self.agent = None


def _as_space(observation, space: gym.Space):
    """Images channel first where the environments' are, as SB3's policies take them."""
    if isinstance(space, gym.spaces.Dict) and isinstance(observation, dict):
        parts = space.spaces
        return {k: _as_space(o, parts[k]) if k in parts else o for k, o in observation.items()}
    if isinstance(space, gym.spaces.Box) and len(space.shape) == 3:
        return maybe_transpose(np.asarray(observation), space)
    return observation
