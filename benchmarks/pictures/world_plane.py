"""What a world model knows, over the two dimensions of its observations that matter most."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ...agents import WorldModelAgent
from ...agents.world_model.memory import first_memory
from .style import new_figure

RESOLUTION = 60
VALUE_MAP, NOVELTY_MAP = "viridis", "magma"


def leading_dimensions(agent: WorldModelAgent) -> tuple[int, int]:
    """The two dimensions of an observation by which the value varies most, smaller one first.

    Each state's value is regressed on all dimensions and their squares.
    """
    looks, value = agent.looks[-1], state_values(agent)
    dim = looks.shape[1]
    if dim == 1:
        return 0, 0
    scale = np.where(looks.std(axis=0) > 0, looks.std(axis=0), 1.0)
    scaled = (looks - looks.mean(axis=0)) / scale
    terms = np.concatenate([scaled, scaled**2 - (scaled**2).mean(axis=0)], axis=1)
    weight = np.linalg.lstsq(terms, value - value.mean(), rcond=None)[0]
    share = ((terms * weight) ** 2).mean(axis=0)
    first, second = sorted(np.argsort(share[:dim] + share[dim:])[-2:])
    return int(first), int(second)


def state_values(agent: WorldModelAgent) -> np.ndarray:
    """`(K,)`, what each state of the last member is worth under the best control."""
    return agent.policy.neg_efe[-1].max(axis=1)[: len(agent.looks[-1])]


def world_figure(agent: WorldModelAgent, names: tuple[str, ...] | None = None) -> Figure:
    """Value, best action and novelty side by side, with the prototypes.

    Two dimensions are drawn as a plane; of more, each prototype is drawn at its two leading ones.

    Args:
        agent: with vectors as observations.
        names: of the dimensions.
    """
    figure = new_figure(11, 3.6)
    axes = figure.subplots(1, 3)
    first, second = leading_dimensions(agent)
    looks = agent.looks[-1]
    novelty = (1 / (1 + agent.world.members[-1].counts)).min(axis=1)
    best = agent.policy.actions[agent.policy.neg_efe[-1].argmax(axis=1)[: len(looks)]]
    if looks.shape[1] == 2:
        limits, points = plane_points(looks)
        worth = windowed_values(agent, points)
        shape = (RESOLUTION, RESOLUTION)
        options = {"extent": limits, "origin": "lower", "aspect": "auto"}
        image = axes[0].imshow(worth.max(axis=1).reshape(shape), cmap=VALUE_MAP, **options)
        chosen = agent.policy.actions[worth.argmax(axis=1)].reshape(shape)
        actions = axes[1].imshow(
            chosen, cmap="Set2", vmin=-0.5, vmax=7.5, interpolation="nearest", **options
        )
        axes[0].scatter(*looks.T, s=2, color="white", alpha=0.6)
    else:
        places = looks[:, [first, second]].T
        image = axes[0].scatter(*places, c=state_values(agent), s=14, cmap=VALUE_MAP)
        actions = axes[1].scatter(*places, c=best, s=14, cmap="Set2", vmin=-0.5, vmax=7.5)
    spots = axes[2].scatter(*looks[:, [first, second]].T, c=novelty, s=14, cmap=NOVELTY_MAP)
    figure.colorbar(image, ax=axes[0])
    ticks = np.arange(min(agent.world.num_actions, 8))
    figure.colorbar(actions, ax=axes[1], ticks=ticks).ax.set_ylim(-0.5, len(ticks) - 0.5)
    figure.colorbar(spots, ax=axes[2])
    for ax, title in zip(axes, ("Value", "Best action", "Novelty of the best known action")):
        ax.set_title(title)
        label(ax, first, second, names)
    return figure


def plane_points(looks: np.ndarray) -> tuple[tuple[float, ...], np.ndarray]:
    """Limits of the plane that was visited, and its points `(RESOLUTION ** 2, 2)`."""
    low, high = looks.min(axis=0), looks.max(axis=0)
    margin = 0.03 * (high - low) + 1e-9
    low, high = low - margin, high + margin
    grid = np.meshgrid(*(np.linspace(a, b, RESOLUTION) for a, b in zip(low, high)))
    return (low[0], high[0], low[1], high[1]), np.stack(grid, axis=-1).reshape(-1, 2)


def label(ax: Axes, first: int, second: int, names: tuple[str, ...] | None) -> None:
    """Names the axes."""
    names = names or tuple(f"observation[{index}]" for index in range(max(first, second) + 1))
    ax.set_xlabel(names[first])
    ax.set_ylabel(names[second])


def grid_figure(agent: WorldModelAgent, shape: tuple[int, int]) -> Figure:
    """Value, best action and tries of a table whose states are cells of a grid.

    Args:
        agent: with a `Discrete` observation, numbered row by row.
        shape: rows and columns.
    """
    figure = new_figure(11, 3.8)
    axes = figure.subplots(1, 3)
    member, seen = agent.world.members[0], agent.looks[0][:, 0].astype(int)
    tried = member.counts.sum(axis=1)
    seen, visited = seen[seen < np.prod(shape)], tried[: len(seen)] > 0

    def cells(values: np.ndarray) -> np.ndarray:
        grid = np.full(np.prod(shape), np.nan)
        grid[seen] = np.where(visited, values[: len(seen)], np.nan)
        return grid.reshape(shape)

    best = agent.policy.neg_efe[0].argmax(axis=1)
    contents = (state_values(agent), best, np.log10(np.maximum(tried, 1)))
    titles = ("Value", "Best action", "log10 of tries")
    for ax, values, title in zip(axes, contents, titles):
        is_action = title == "Best action"
        limits = {"vmin": -0.5, "vmax": 7.5} if is_action else {}
        image = ax.imshow(cells(values), cmap="Set2" if is_action else VALUE_MAP, **limits)
        bar = figure.colorbar(image, ax=ax, ticks=np.unique(best) if is_action else None)
        if is_action:
            bar.ax.set_ylim(-0.5, agent.world.num_actions - 0.5)
        ax.set_title(title)
        ax.set_xticks([])
        ax.set_yticks([])
    return figure


def round_frames(agents: list, names: tuple[str, ...] | None) -> list[np.ndarray]:
    """A frame `(H, W, 3)` for each round: how value and policy spread over the plane.

    Args:
        agents: pairs of steps so far and the agent; observations have two dimensions.
        names: of the dimensions.
    """
    looks = agents[-1][1].looks[-1][:, :2]
    limits, points = plane_points(looks)
    worth = [(steps, agent, windowed_values(agent, points)) for steps, agent in agents]
    values = [found.max(axis=1) for _, _, found in worth]
    low, high = np.min(values[-1]), np.max(values[-1])
    options = {"extent": limits, "origin": "lower", "aspect": "auto"}
    frames = []
    for (steps, agent, found), value in zip(worth, values):
        figure = new_figure(8, 3.6)
        left, right = figure.subplots(1, 2)
        shape = (RESOLUTION, RESOLUTION)
        image = left.imshow(value.reshape(shape), cmap=VALUE_MAP, vmin=low, vmax=high, **options)
        left.scatter(*agent.looks[-1][:, :2].T, s=2, color="white", alpha=0.6)
        figure.colorbar(image, ax=left)
        chosen = agent.policy.actions[found.argmax(axis=1)].reshape(shape)
        right.imshow(chosen, cmap="Set2", vmin=-0.5, vmax=7.5, interpolation="nearest", **options)
        for ax, title in ((left, f"Value after {steps:,} steps"), (right, "Best action")):
            ax.set_title(title)
            ax.set_xlim(*limits[:2])
            ax.set_ylim(*limits[2:])
            label(ax, 0, 1, names)
        frames.append(pixels(figure))
    return frames


def windowed_values(agent: WorldModelAgent, points: np.ndarray) -> np.ndarray:
    """`(N, E)`, what controls are worth where an episode begins at observations `(N, D)`."""
    memory = first_memory(points, agent.world.history, agent.world.num_actions)
    return agent.policy.values(memory.window)


def pixels(figure: Figure) -> np.ndarray:
    """A figure as `(H, W, 3)` uint8."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def curve_figure(rows: list[dict], title: str) -> Figure:
    """Mean returns of the rounds, by steps."""
    figure = new_figure(5.5, 3.6)
    ax = figure.subplots()
    for key, text in (("mean_return", "all episodes"), ("exploiting_return", "without novelty")):
        found = [(row["steps"], row[key]) for row in rows if row.get(key) is not None]
        if found:
            ax.plot(*np.array(found, float).T, marker="o", markersize=3, label=text)
    ax.set_xlabel("environment steps")
    ax.set_ylabel("mean return of a round")
    ax.set_title(title)
    if ax.lines:
        ax.legend()
    return figure
