"""Render modes: the one place that knows which of them makes what of a moment."""

from typing import Any

import gymnasium as gym
import numpy as np

from . import drawing as rendering
from .world import LineWorld

RENDER_MODES = ("human", "rgb_array", "ansi")


class Renderer:
    """Shows the moments of one environment.

    Args:
        world: the world to draw.
        render_mode: "ansi" (text), "rgb_array" (frames), or "human" (a window).
        fps: frames per second that the window keeps to.
    """

    def __init__(self, world: LineWorld, render_mode: str | None, fps: float) -> None:
        self._world, self._render_mode, self._fps = world, render_mode, fps
        self._scene: rendering.Scene | None = None
        self._window: Any = None  # pygame's, imported on demand
        self._clock: Any = None

    def render(self, moment: rendering.Moment) -> str | np.ndarray | None:
        """Text, a `(520, 640, 3)` uint8 frame, or None where the window shows it.

        Raises:
            gymnasium.error.DependencyNotInstalled: pygame-ce is missing.
            gymnasium.error.Error: there is no display to open a window on.
        """
        if self._render_mode == "ansi":
            return rendering.text_line(self._world, moment)
        window = self._opened_window() if self._render_mode == "human" else None
        if self._scene is None:
            self._scene = rendering.Scene(self._world)
        if window is None:
            return self._scene.frame(moment)
        pygame = rendering.import_pygame("human")
        pygame.event.pump()  # or the desktop takes the window for one that hangs
        window.blit(self._scene.surface(moment), (0, 0))
        pygame.display.flip()
        self._clock.tick(self._fps)
        return None

    def close(self) -> None:
        """Closes the window, if there is one; a later `render` opens another."""
        if self._window is not None:
            rendering.import_pygame("human").display.quit()
            self._window = None

    def __getstate__(self) -> dict:
        """Drops what cannot be pickled: it is made again when needed."""
        return self.__dict__ | {"_scene": None, "_window": None, "_clock": None}

    def _opened_window(self) -> Any:
        if self._window is not None:
            return self._window
        pygame = rendering.import_pygame("human")
        try:
            pygame.display.init()
            self._window = pygame.display.set_mode((rendering.WIDTH, rendering.HEIGHT))
        except pygame.error as error:
            raise gym.error.Error(
                f'render_mode="human" found no display ({error}): run under a desktop or '
                '`xvfb-run`, or use render_mode="rgb_array"'
            ) from error
        pygame.display.set_caption("ContinuousLineWorld-v0")
        self._clock = pygame.time.Clock()
        return self._window
