"""An environment with an actuator that can be broken, and with sight that can be blurred."""

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np


class Breakable(gym.Wrapper):
    """An action may do nothing, whenever somebody says so; the agent is not told.

    Args:
        env: the environment.
        idle: from the place where it is to the action that does nothing there; None: of CartPole,
            whose motor is then without force.
        blur: `(D,)`, standard deviation of noise that is added to observations.

    Attributes:
        broken: the action that does nothing, if any.
        place: where it is, for pictures and for `idle`, never for the agent.
    """

    def __init__(
        self,
        env: gym.Env,
        idle: Callable[[int], int] | None = None,
        blur: np.ndarray | None = None,
    ) -> None:
        super().__init__(env)
        self.broken: int | None = None
        self.place: int | None = None
        self._idle, self._blur = idle, blur

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None):
        """Starts an episode; what is broken stays so."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._seen(observation, info)

    def step(self, action):
        """A step, with the action that does nothing in place of the broken one."""
        fails = self.broken is not None and int(action) == self.broken
        if fails and self._idle is not None and self.place is not None:
            action = self._idle(self.place)
        motor: Any = self.env.unwrapped
        force = getattr(motor, "force_mag", None)
        if fails and self._idle is None:
            motor.force_mag = 0.0
        try:
            observation, reward, terminated, truncated, info = self.env.step(action)
        finally:
            if force is not None:
                motor.force_mag = force
        observation, info = self._seen(observation, info)
        return observation, reward, terminated, truncated, info

    def _seen(self, observation, info: dict) -> tuple:
        if "state" in info:
            self.place = int(np.ravel(info["state"])[0])
        if self._blur is not None:
            noise = self._blur * self.np_random.standard_normal(self._blur.shape)
            observation = (observation + noise).astype(np.float32)
        return observation, info
