"""What a moment of a line world looks like, as text and as a picture."""

import dataclasses
import os

import gymnasium as gym
import numpy as np

from ..colours import GREY, RGB, VERMILION, label_colour, lighter, state_colours
from .world import LineWorld

WIDTH, HEIGHT, CAPTION = 640, 520, 40
BACKGROUND, INK = (255, 255, 255), (40, 40, 40)
MISSING_PYGAME = (
    'render_mode="{}" needs pygame-ce: pip install -c constraints.txt ".[render]" in the checkout'
)


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
        width: of a frame, in pixels; the height is 13/16 of it.

    Raises:
        gymnasium.error.DependencyNotInstalled: pygame-ce is missing.
    """

    def __init__(self, world: LineWorld, width: int = WIDTH) -> None:
        self._pygame = import_pygame("rgb_array")
        self._world = world
        self._scale = width / WIDTH
        self.size = (width, round(HEIGHT * self._scale))
        self._plane_height = round((HEIGHT - CAPTION) * self._scale)
        self._font = self._pygame.font.Font(None, max(round(24 * self._scale), 15))
        self._fit_plane(world)
        self._pixels = [self._pixel(mean) for mean in world.means]
        self._background = self._draw_background()

    def frame(self, moment: Moment) -> np.ndarray:
        """`(H, W, 3)` uint8, RGB; 520 x 640 unless another width was asked for."""
        # Four times as fast as to copy and turn the (W, H) view of `pygame.surfarray`.
        pixels = bytearray(self._pygame.image.tobytes(self.surface(moment), "RGB"))
        return np.frombuffer(pixels, np.uint8).reshape(self.size[1], self.size[0], 3)

    def surface(self, moment: Moment):
        """The same as a `pygame.Surface`."""
        draw, surface = self._pygame.draw, self._background.copy()
        thick = max(round(4 * self._scale), 2)
        half = self._dot + 2 * thick + 3
        x, y = self._pixels[moment.target_state]
        draw.rect(surface, INK, (x - half, y - half, 2 * half, 2 * half), thick - 1)
        draw.aacircle(surface, INK, self._pixels[moment.state], self._dot + thick, thick)
        self._draw_cross(surface, self._pixel(moment.observation))
        self._write(surface, _caption(moment), self._in_caption(12), INK)
        return surface

    def _fit_plane(self, world: LineWorld) -> None:
        low = world.means.min(axis=0) - 3 * world.emission_scale
        high = world.means.max(axis=0) + 3 * world.emission_scale
        self._centre = (low + high) / 2
        plane = np.array([self.size[0], self._plane_height])
        self._pixels_per_unit = min(plane / (high - low))
        # Neighbouring dots must not touch, however long the line is.
        gaps = np.linalg.norm(np.diff(world.means, axis=0), axis=1)
        largest = 16 * self._scale
        self._dot = int(np.clip(0.3 * self._pixels_per_unit * gaps.min(), 3, largest))

    def _pixel(self, point: np.ndarray) -> tuple[int, int]:
        plane = np.array([self.size[0], self._plane_height])
        offset = (np.asarray(point) - self._centre) * self._pixels_per_unit * [1, -1]
        # A far outlier stays visible at the rim.
        x, y = np.clip(offset + plane / 2, 8, plane - 8)
        return round(x), round(y)

    def _in_caption(self, x: float) -> tuple[int, int]:
        return round(x * self._scale), round((HEIGHT - CAPTION + 11) * self._scale)

    def _draw_background(self):
        draw, surface = self._pygame.draw, self._pygame.Surface(self.size, depth=32)
        surface.fill(BACKGROUND)
        colours = state_colours(self._world.num_states)
        for colour, centre in zip(colours, self._pixels):
            for deviations in (2, 1):
                radius = deviations * self._world.emission_scale * self._pixels_per_unit
                draw.aacircle(surface, lighter(colour, 0.25 * deviations), centre, radius, 1)
        draw.aalines(surface, GREY, False, self._pixels)
        for state, (colour, centre) in enumerate(zip(colours, self._pixels)):
            draw.aacircle(surface, colour, centre, self._dot)
            self._label(surface, state, label_colour(colour))
        caption = (0, self._plane_height, self.size[0], self.size[1] - self._plane_height)
        draw.rect(surface, (244, 244, 244), caption)
        if self._scale == 1:  # in a small tile there is no room for it
            self._write(surface, "circle: true state", self._in_caption(240), INK)
            self._write(surface, "square: target", self._in_caption(392), INK)
            self._write(surface, "x  observation", self._in_caption(516), VERMILION)
        return surface

    def _label(self, surface, state: int, colour: RGB) -> None:
        """The state's number on its dot, or where dots are too small each fifth one inside."""
        if self._dot >= 7:
            font = self._pygame.font.Font(None, round(1.8 * self._dot))
            self._write(surface, str(state), self._pixels[state], colour, font)
        elif state % 5 == 0:
            place = np.array(self._pixels[state])
            inward = np.mean(self._pixels, axis=0) - place
            place = place + 22 * self._scale * inward / max(np.linalg.norm(inward), 1)
            self._write(surface, str(state), place, INK, self._font)

    def _draw_cross(self, surface, centre: tuple[int, int]) -> None:
        (x, y), arm = centre, max(round(7 * self._scale), 5)
        for dx, dy in ((arm, arm), (arm, -arm)):
            ends = (x - dx, y - dy), (x + dx, y + dy)
            self._pygame.draw.line(surface, VERMILION, *ends, max(round(4 * self._scale), 3))

    def _write(self, surface, text: str, place, colour: RGB, centred_font=None) -> None:
        image = (centred_font or self._font).render(text, True, colour)
        surface.blit(image, image.get_rect(center=place) if centred_font else place)


def import_pygame(render_mode: str):
    """The pygame module with its fonts ready; an error that says what to install without it."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        import pygame
    except ImportError as error:
        message = MISSING_PYGAME.format(render_mode)
        raise gym.error.DependencyNotInstalled(message) from error
    pygame.font.init()
    return pygame
