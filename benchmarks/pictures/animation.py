"""An episode as an animation: the path, the growing posterior, and why the agent acted.

Source: pymdp's tutorial, sections 10 and 11, for the first two panels and the title.
"""

from collections.abc import Callable, Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ...envs import ACTION_NAMES, LineWorld, colours
from . import observation_plane as plane
from . import style
from .episode import Episode, Names
from .why_panel import WhyPanel

OBSERVED = style.rgb(colours.VERMILION)


class EpisodeView:
    """A figure whose fixed parts are drawn once, and which shows any step of an episode.

    Args:
        episode: what happened.
        world: where.
        names: which state each latent index stands for.
        draw_ground: draws what lies under the path, given the axes and limits of the plane.
        title: of the plane.
    """

    def __init__(
        self,
        episode: Episode,
        world: LineWorld,
        names: Names,
        draw_ground: Callable[[Axes, plane.Limits], None],
        title: str,
    ) -> None:
        self.episode, self.names = episode, names
        self.figure = Figure(figsize=(12, 5), dpi=100, layout="constrained")
        self._canvas = FigureCanvasAgg(self.figure)
        widths = [4.3, 4.3, 3.4]
        left, middle, right = self.figure.subfigures(1, 3, squeeze=False, width_ratios=widths)[0]
        self.headline = self.figure.suptitle(" ", fontsize=12, weight="bold")
        axes, limits = left.subplots(), plane.extent(world, episode.observations)
        draw_ground(axes, limits)
        axes.set_title(title)
        self._start_path(axes, world)
        states = plane.draw_states(axes, world, limits)
        self._start_heat(middle, middle.subplots())
        self.why = WhyPanel(right, episode)
        self._moving = [self.headline, self.path, *states, self.seen, self.newest, self.here,
                        self.heat, self.true_marks, *self.why.artists]  # fmt: skip
        self._canvas.draw()
        for artist in self._moving:
            artist.set_animated(True)
        self.figure.set_layout_engine("none")
        self._canvas.draw()
        self._background = self._canvas.copy_from_bbox(self.figure.bbox)

    def frames(self) -> Iterator[np.ndarray]:
        """One `(500, 1200, 3)` uint8 frame per decision."""
        for step in range(len(self.episode.states)):
            self.show(step)
            self._canvas.restore_region(self._background)
            for artist in self._moving:
                self.figure.draw_artist(artist)
            yield np.array(self._canvas.buffer_rgba())[:, :, :3].copy()

    def show(self, step: int) -> None:
        """Sets all that moves to one decision; a saved figure then shows it, too."""
        episode = self.episode
        self.headline.set_text(self.title(step))
        path = self._means[episode.states[: step + 1]]
        self.path.set_data(*path.T)
        self.here.set_data(*path[-1:].T)
        self.seen.set_data(*episode.observations[:step].T)
        self.newest.set_data(*episode.observations[step : step + 1].T)
        shown = np.full(self._posterior.shape, np.nan)
        shown[:, : step + 1] = self._posterior[:, : step + 1]
        self.heat.set_data(np.ma.masked_invalid(shown))
        self.true_marks.set_data(np.arange(step + 1), self._true_rows[: step + 1])
        self.why.show(step)

    def finish(self, step: int) -> Figure:
        """The figure of one step, for saving; no frames can be made after that."""
        self.show(step)
        for artist in self._moving:
            artist.set_animated(False)
        return self.figure

    def title(self, step: int) -> str:
        """Time, true state, encoded index, inferred state and last action."""
        episode, label = self.episode, self.names.label
        last = "none" if step == 0 else ACTION_NAMES[episode.actions[step - 1]]
        return (
            f"t = {step}   |   true state {episode.states[step]}   |   "
            f"encoded {label(episode.encoded[step])}   |   "
            f"inferred {label(episode.inferred[step])}   |   last action: {last}"
        )

    def _start_path(self, axes, world: LineWorld) -> None:
        self._means = world.means
        small = world.num_states > plane.MOST_LABELS
        axes.plot(
            *self._means[self.episode.target_state], "s", ms=12 if small else 21, mfc="none",
            mec="black", mew=1.8, zorder=6, label="target",
        )  # fmt: skip
        over = {"zorder": 4, "path_effects": plane.HALO}
        (self.path,) = axes.plot([], [], "-", color="black", lw=2, **over, label="path")
        ring = {"ms": 8 if small else 17, "mfc": "none", "mec": "black", "mew": 2.6}
        (self.here,) = axes.plot([], [], "o", **ring, zorder=8, label="true state")
        cross = {
            "marker": "x",
            "ls": "none",
            "color": OBSERVED,
            "path_effects": plane.HALO,
            "zorder": 8,
        }
        (self.seen,) = axes.plot([], [], ms=6, mew=1.4, alpha=0.6, **cross)
        (self.newest,) = axes.plot([], [], ms=10, mew=2.8, **cross, label="observation")
        handles, labels = axes.get_legend_handles_labels()
        legend = axes.figure.legend(
            handles, labels, loc="outside lower center", ncols=4, columnspacing=1.0,
            handletextpad=0.3, handlelength=1.2,
        )  # fmt: skip
        for handle in legend.legend_handles:
            handle.set_markersize(min(handle.get_markersize(), 9))

    def _start_heat(self, figure, axes) -> None:
        # Rows in the order of the line, whatever the agent's own numbers are.
        order = np.argsort(self.names.states, kind="stable")
        self._posterior = self.episode.beliefs[:, order].T
        ordered, states = self.names.states[order], self.episode.states
        # A state that no index stands for has no row.
        self._true_rows = np.where(
            np.isin(states, ordered), np.searchsorted(ordered, states), np.nan
        )
        colour_map = style.mpl.colormaps[style.PROBABILITY_MAP].with_extremes(bad="0.93")
        shape = self._posterior.shape
        self.heat = axes.imshow(
            np.zeros(shape), vmin=0, vmax=1, cmap=colour_map, origin="lower", aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        (self.true_marks,) = axes.plot(
            [], [], "o", ms=5 if shape[0] > plane.MOST_LABELS else 8, mfc="none", mec="black",
            mew=1.5, path_effects=plane.HALO, label="true state",
        )  # fmt: skip
        axes.set(title="Posterior $q(s_t)$", xlabel="time step $t$")
        own = "latent index (its state)" if self.names.own else "state"
        axes.set_ylabel(own, labelpad=2)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
        rows = range(0, len(order), 1 if len(order) <= plane.MOST_LABELS else 5)
        size = 9 if len(order) <= 12 else 7.5
        axes.set_yticks(rows, [self.names.label(order[row]) for row in rows], fontsize=size)
        axes.set(xlim=(-0.5, shape[1] - 0.5), ylim=(-0.5, shape[0] - 0.5))
        figure.colorbar(self.heat, ax=axes, label="probability", pad=0.02, fraction=0.05)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center")
