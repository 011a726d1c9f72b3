"""The observation plane: density, decision regions, emission ellipses, states."""

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from ...agents import ActiveInferenceEncoderAgent
from ...envs import LineWorld
from ...envs.colours import label_colour
from ...envs.colours import state_colours as state_rgb
from . import style
from .episode import Names

PIXELS = 320
MOST_LABELS = 24
Limits = tuple[float, float, float, float]
HALO = [effects.withStroke(linewidth=2.5, foreground="white")]


def extent(world: LineWorld, observations: np.ndarray | None = None) -> Limits:
    """`(left, right, bottom, top)`: all means with 3 deviations around, and all observations."""
    low = world.means.min(axis=0) - 3 * world.emission_scale
    high = world.means.max(axis=0) + 3 * world.emission_scale
    if observations is not None:
        margin = 0.3 * world.emission_scale
        low = np.minimum(low, observations.min(axis=0) - margin)
        high = np.maximum(high, observations.max(axis=0) + margin)
    # A square, so that every world has the same place on the page.
    centre, half = (low + high) / 2, (high - low).max() / 2
    (x, y) = centre
    return float(x - half), float(x + half), float(y - half), float(y + half)


def grid_points(limits: Limits) -> np.ndarray:
    """`(PIXELS, PIXELS, 2)`, centres of the pixels of a picture, bottom row first."""
    left, right, bottom, top = limits
    steps = (np.arange(PIXELS) + 0.5) / PIXELS
    return np.stack(np.meshgrid(left + steps * (right - left), bottom + steps * (top - bottom)), -1)


def decision_grid(agent: ActiveInferenceEncoderAgent, limits: Limits) -> np.ndarray:
    """`(PIXELS, PIXELS)` int, the encoder's most probable outcome at each pixel."""
    points = grid_points(limits).reshape(-1, 2).astype(np.float32)
    return agent.encode(points).argmax(axis=1).reshape(PIXELS, PIXELS)


def density_grid(world: LineWorld, limits: Limits) -> np.ndarray:
    """Sum of the states' densities, cut at the height of one of them, from 0 to 1.

    Source: pymdp's tutorial, section 10 `normalize_density_for_display`.
    """
    offsets = grid_points(limits)[:, :, None, :] - world.means
    squares = (offsets**2).sum(axis=-1) / world.emission_scale**2
    return np.minimum(np.exp(-0.5 * squares).sum(axis=-1), 1.0)


def draw_density(axes: Axes, world: LineWorld, limits: Limits) -> None:
    """Shades of grey that leave all colours readable."""
    axes.imshow(
        density_grid(world, limits), extent=limits, origin="lower", cmap="Greys", vmin=0, vmax=2.4
    )


def draw_regions(
    axes: Axes, grid: np.ndarray, names: Names, world: LineWorld, limits: Limits
) -> None:
    """Pale in the colour of the state that an index stands for, with white borders."""
    colours = np.array(style.state_colours(world.num_states))
    pale = 0.45 * colours + 0.55
    picture = pale[names.states[grid]]
    border = np.zeros(grid.shape, bool)
    border[1:] |= grid[1:] != grid[:-1]
    border[:, 1:] |= grid[:, 1:] != grid[:, :-1]
    picture[border] = 1.0
    axes.imshow(picture, extent=limits, origin="lower", interpolation="nearest")


def draw_ellipses(axes: Axes, world: LineWorld) -> None:
    """One and two standard deviations around each state's mean."""
    for mean, colour in zip(world.means, style.state_colours(world.num_states)):
        for deviations, line in ((1, "-"), (2, "--")):
            radius = deviations * world.emission_scale
            dark = 0.7 * np.array(colour)
            axes.add_patch(Circle(mean, radius, fill=False, color=dark, linestyle=line, lw=1.1))


def draw_states(axes: Axes, world: LineWorld, limits: Limits) -> list[Artist]:
    """Dots with the states' numbers; beyond 24 states each fifth number, inside of the circle.

    Returns:
        Dots and numbers, for who draws something under them.
    """
    means, colours = world.means, state_rgb(world.num_states)
    axes.plot(*means.T, "--", color="0.45", lw=0.9, zorder=2)
    crowded = world.num_states > MOST_LABELS
    size = 25 if crowded else 190
    edge = 0.4 if crowded else 0.8
    filled = [style.rgb(colour) for colour in colours]
    dots = axes.scatter(*means.T, s=size, c=filled, edgecolors="black", linewidths=edge, zorder=5)
    numbers = []
    for state, mean in enumerate(means):
        if not crowded:
            ink = style.rgb(label_colour(colours[state]))
            numbers.append(write_at(axes, mean, str(state), color=ink, weight="bold", zorder=7))
        elif state % 5 == 0:
            inward = means.mean(axis=0) - mean
            step = 0.055 * (limits[1] - limits[0]) * inward / np.linalg.norm(inward)
            numbers.append(write_at(axes, mean + step, str(state), path_effects=HALO, zorder=7))
    axes.set(xlim=limits[:2], ylim=limits[2:], xlabel="observation $x_1$")
    axes.set_ylabel("observation $x_2$", labelpad=0)
    axes.set_aspect("equal")
    return [dots, *numbers]


def write_at(axes: Axes, place, text: str, **style_of_text) -> Artist:
    """Small centred text."""
    x, y = place
    return axes.text(x, y, text, ha="center", va="center_baseline", fontsize=8, **style_of_text)
