"""What a moment of a line world looks like, as text and as a picture."""

import colorsys
import dataclasses
import os

import gymnasium as gym
import numpy as np

from .line_world import LineWorld

WIDTH, HEIGHT, CAPTION = 640, 520, 40
BACKGROUND, INK, PALE = (255, 255, 255), (40, 40, 40), (150, 150, 150)
TARGET, SEEN = (0, 158, 115), (213, 94, 0)  # Okabe-Ito green and vermilion


@dataclasses.dataclass(frozen=True)
class Moment:
    """What there is to show at one step."""

    state: int
    target_state: int
    observation: np.ndarray
    step: int
    action_name: str | None


def text_line(world: LineWorld, moment: Moment) -> str:
    """One line of text: `[s]` is the true state, `(s)` the target, `[(s)]` both."""
    cells = []
    for state in range(world.num_states):
        cell = f"({state})" if state == moment.target_state else str(state)
        cells.append(f"[{cell}]" if state == moment.state else cell)
    seen = ", ".join(f"{value:+.2f}" for value in moment.observation)
    return f"{_caption(moment)} | {' '.join(cells)} | observation ({seen})"


def _caption(moment: Moment) -> str:
    return f"step {moment.step} | action {moment.action_name or 'none'}"


class Scene:
    """The observation plane: what never changes is drawn once, the moment on a copy of it.

    Args:
        world: the world to draw.

    Raises:
        gymnasium.error.DependencyNotInstalled: pygame-ce is missing.
    """

    def __init__(self, world: LineWorld) -> None:
        self._pygame = _import_pygame()
        self._world = world
        self._font = self._pygame.font.Font(None, 26)
        self._fit_plane(world)
        self._background = self._draw_background()

    def frame(self, moment: Moment) -> np.ndarray:
        """`(520, 640, 3)` uint8, RGB."""
        draw, surface = self._pygame.draw, self._background.copy()
        target = self._pixel(self._world.means[moment.target_state])
        state = self._pixel(self._world.means[moment.state])
        draw.aacircle(surface, TARGET, target, self._dot + 9, 4)
        draw.aacircle(surface, INK, state, self._dot + 4, 4)
        self._draw_cross(surface, self._pixel(moment.observation))
        self._write(surface, _caption(moment), (12, HEIGHT - CAPTION + 11), INK)
        self._write(surface, "ring: true state", (262, HEIGHT - CAPTION + 11), INK)
        self._write(surface, "target", (420, HEIGHT - CAPTION + 11), TARGET)
        self._write(surface, "x  observation", (500, HEIGHT - CAPTION + 11), SEEN)
        return self._pygame.surfarray.array3d(surface).transpose(1, 0, 2).copy()

    def _fit_plane(self, world: LineWorld) -> None:
        low = world.means.min(axis=0) - 3 * world.emission_scale
        high = world.means.max(axis=0) + 3 * world.emission_scale
        self._centre = (low + high) / 2
        self._pixels_per_unit = min(np.array([WIDTH, HEIGHT - CAPTION]) / (high - low))
        # Neighbouring dots must not touch, however long the line is.
        gaps = np.linalg.norm(np.diff(world.means, axis=0), axis=1)
        self._dot = int(np.clip(0.3 * self._pixels_per_unit * gaps.min(), 3, 16))

    def _pixel(self, point: np.ndarray) -> tuple[int, int]:
        offset = (np.asarray(point) - self._centre) * self._pixels_per_unit * [1, -1]
        pixel = offset + np.array([WIDTH / 2, (HEIGHT - CAPTION) / 2])
        # A far outlier stays visible at the rim.
        x, y = np.clip(pixel, 8, [WIDTH - 8, HEIGHT - CAPTION - 8])
        return round(x), round(y)

    def _draw_background(self):
        draw, surface = self._pygame.draw, self._pygame.Surface((WIDTH, HEIGHT))
        surface.fill(BACKGROUND)
        centres = [self._pixel(mean) for mean in self._world.means]
        for colour, centre in zip(state_colours(len(centres)), centres):
            for deviations in (2, 1):
                radius = deviations * self._world.emission_scale * self._pixels_per_unit
                draw.aacircle(surface, _mixed(colour, 0.25 * deviations), centre, radius, 1)
        draw.aalines(surface, PALE, False, centres)
        for state, (colour, centre) in enumerate(zip(state_colours(len(centres)), centres)):
            draw.aacircle(surface, colour, centre, self._dot)
            if self._dot >= 9:
                self._write(surface, str(state), centre, BACKGROUND, centred=True)
        pygame = self._pygame
        pygame.draw.rect(surface, (244, 244, 244), (0, HEIGHT - CAPTION, WIDTH, CAPTION))
        return surface

    def _draw_cross(self, surface, centre: tuple[int, int]) -> None:
        x, y = centre
        for dx, dy in ((7, 7), (7, -7)):
            ends = (x - dx, y - dy), (x + dx, y + dy)
            self._pygame.draw.line(surface, SEEN, *ends, 4)

    def _write(self, surface, text: str, place, colour, centred: bool = False) -> None:
        image = self._font.render(text, True, colour)
        surface.blit(image, image.get_rect(center=place) if centred else place)


def state_colours(num_states: int) -> list[tuple[int, int, int]]:
    """RGB 0..255 of each state: hues around the wheel, dark enough for white labels."""
    hues = np.arange(num_states) / num_states
    return [tuple(round(255 * c) for c in colorsys.hls_to_rgb(h, 0.38, 0.55)) for h in hues]


def _mixed(colour, white: float) -> tuple[int, ...]:
    return tuple(round((1 - white) * part + white * 255) for part in colour)


def _import_pygame():
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
    except ImportError as error:
        raise gym.error.DependencyNotInstalled(
            'render_mode="rgb_array" needs pygame-ce: pip install ".[render]" in the checkout'
        ) from error
    pygame.font.init()
    return pygame
