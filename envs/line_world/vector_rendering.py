"""How a vector environment shows itself."""

from collections.abc import Sequence

import gymnasium as gym
import numpy as np

from ..checks import as_integer
from .actions import ACTION_NAMES
from .drawing import Moment
from .grid import Grid
from .renderer import Renderer
from .world import LineWorld


class VectorRendering:
    """`render` and `render_grid` of `ContinuousLineWorldVectorEnv`, whose attributes these are."""

    render_mode: str | None
    num_envs: int
    world: LineWorld
    _renderer: Renderer
    _started: bool
    _state: np.ndarray
    _target_state: np.ndarray
    _observations: np.ndarray
    _steps: np.ndarray
    _actions: np.ndarray | None

    def render(self) -> tuple[str | np.ndarray, ...] | None:
        """What each environment shows, in `render_mode`; None without one."""
        if self.render_mode is None:
            gym.logger.warn("render() without a render_mode; make_vec(..., render_mode='ansi')")
            return None
        shown = map(self._renderer.render, self._moments(self.num_envs))
        return tuple(frame for frame in shown if frame is not None)  # it never is, here

    def render_grid(self, num_tiles: int = 9) -> np.ndarray:
        """One picture of the first `num_tiles` environments, at most 16: `(H, W, 3)` uint8, RGB."""
        num_tiles = min(as_integer("num_tiles", num_tiles, low=1), self.num_envs)
        return Grid(self.world, num_tiles).frame(self._moments(num_tiles))

    def _moments(self, count: int) -> list[Moment]:
        if not self._started:
            raise gym.error.ResetNeeded("call reset() before render()")
        batch = (self._state, self._target_state, self._observations, self._steps)
        return _moments_of([array[:count] for array in batch], self._actions)


def _moments_of(batch: Sequence[np.ndarray], actions: np.ndarray | None) -> list[Moment]:
    """One moment per environment.

    Args:
        batch: states, target states, observations and steps, each with `(M, ...)`.
        actions: at least M last actions, None before the first; those before a reset do not count.
    """
    last = [None] * len(batch[0]) if actions is None else [ACTION_NAMES[a] for a in actions]
    return [
        Moment(state, target_state, observation, step, name if step else None)
        for state, target_state, observation, step, name in zip(*batch, last)
    ]
