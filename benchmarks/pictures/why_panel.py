"""Why an agent acted: what spoke for each next action."""

from matplotlib.figure import SubFigure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator

from ...envs import ACTION_NAMES, colours
from . import style
from .episode import Episode

CHOSEN, OTHER = style.rgb(colours.BLUE), style.rgb(colours.GREY)


class WhyPanel:
    """Bars for utility, information gain, negative expected free energy and policy posterior.

    Args:
        figure: to draw in.
        episode: whose explanation to show.

    Attributes:
        bars: of each quantity, the bars and their numbers, one per action.
        artists: all that `show` changes.
    """

    def __init__(self, figure: SubFigure, episode: Episode) -> None:
        why, self._actions = episode.explanation, episode.actions
        self._rows = (
            ("Utility (nats)", why.utility),
            ("Information gain (nats)", why.info_gain),
            *([("Inductive value (nats)", why.inductive)] if why.inductive.any() else []),
            ("Negative expected free energy (nats)", why.neg_efe),
            ("Policy posterior (probability)", why.action_probs),
        )
        self.bars, self.artists = [], []
        for axes, (title, values) in zip(figure.subplots(len(self._rows), 1), self._rows):
            low, high = min(values.min(), 0), max(values.max(), 1e-3)
            room, is_probability = 0.3 * (high - low), values is why.action_probs
            if is_probability:
                low, high, room = 0, 1, 0.3
            axes.set_xlim(low - (room if low < 0 else 0), high + room)
            axes.set_title(title, fontsize=10, loc="left")
            axes.set_yticks(range(values.shape[1]), self._action_names(values.shape[1]))
            axes.set_ylim(values.shape[1] - 0.45, -0.55)
            axes.tick_params(axis="x", labelsize=8)
            ticks = FixedLocator([0, 0.5, 1]) if is_probability else MaxNLocator(nbins=4)
            axes.xaxis.set_major_locator(ticks)
            bars = axes.barh(range(values.shape[1]), [0] * values.shape[1], height=0.72)
            texts = [axes.text(0, row, "", va="center", fontsize=8.5) for row in range(len(bars))]
            self.bars.append((bars, texts))
            self.artists += [*bars, *texts]
        colours_shown = [Patch(color=CHOSEN), Patch(color=OTHER)]
        names = ["next action", "other actions"]
        figure.legend(colours_shown, names, loc="outside lower center", ncols=2)

    def show(self, step: int) -> None:
        """Sets the bars to one decision."""
        for (bars, texts), (_, values) in zip(self.bars, self._rows):
            for action, (bar, text) in enumerate(zip(bars, texts)):
                value = float(values[step, action])
                bar.set_width(value)
                bar.set_facecolor(CHOSEN if action == self._actions[step] else OTHER)
                text.set_text(f" {value:.2f} ")
                text.set_x(value)
                text.set_ha("left" if value >= 0 else "right")

    @staticmethod
    def _action_names(count: int) -> list[str]:
        return list(ACTION_NAMES) if count == len(ACTION_NAMES) else list(map(str, range(count)))
