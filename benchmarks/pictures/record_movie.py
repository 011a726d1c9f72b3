"""An episode of an agent of any model as frames: the environment's own, beliefs, and why."""

from collections.abc import Sequence

import gymnasium as gym
import numpy as np

from ...agents.record import Record, record
from ...envs import colours
from .movie import spread
from .record_figures import MOST_LABELS, action_numbers, policy_rows
from .style import new_figure, rgb
from .world_plane import pixels


def recorded(agent, env: gym.Env, seed: int) -> tuple[Record, list[np.ndarray]]:
    """One episode, and the environment's picture before each of its steps.

    Args:
        agent: an `ActiveInferenceEncoderAgent`.
        env: with `render_mode="rgb_array"`.
        seed: of the episode.
    """
    watched = gym.wrappers.RenderCollection(env)
    found = record(agent, watched, 1, seed)
    return found, [np.asarray(one) for one in watched.frame_list[: len(found.steps)]]


def record_frames(
    record: Record, pictures: Sequence[np.ndarray], most: int, factors: Sequence[str] = ()
) -> list[np.ndarray]:
    """Frames `(H, W, 3)` of an episode, evenly spread over it where it is long.

    Args:
        record: of one episode.
        pictures: of each step.
        most: frames.
        factors: names of the factors; default their numbers.
    """
    chosen = spread(len(record.steps), most)
    return [_frame(record, pictures, int(step), factors) for step in chosen]


def _frame(record: Record, pictures, step: int, factors: Sequence[str]) -> np.ndarray:
    num_factors = len(record.beliefs)
    figure = new_figure(12, 4)
    left, middle, right = figure.subfigures(1, 3, squeeze=False, width_ratios=(1.2, 1, 1))[0]
    picture = left.subplots()
    picture.imshow(pictures[step])
    picture.axis("off")
    total = record.rewards[:step].sum()
    picture.set_title(f"step {step}, return so far {total:g}")
    panels = middle.subplots(num_factors, 1, squeeze=False)[:, 0]
    for place, (axes, belief) in enumerate(zip(panels, record.beliefs)):
        _draw_bars(axes, belief[step], range(belief.shape[1]), int(belief[step].argmax()))
        name = factors[place] if factors else f"factor {place}"
        axes.set_title(f"Belief about {name}", loc="left", fontsize=10)
    probs, names = policy_rows(record, most=0)
    why = right.subplots()
    _draw_bars(why, probs[step], names, int(action_numbers(record)[step]))
    title = f"Next action; free energy {record.vfe[step]:.2f} nats"
    why.set_title(title, loc="left", fontsize=10)
    return pixels(figure)


def _draw_bars(axes, values: np.ndarray, names: Sequence, chosen: int) -> None:
    rows = np.arange(len(values))
    bars = axes.barh(rows, values, color=rgb(colours.GREY))
    bars[chosen].set_color(rgb(colours.BLUE))
    every = -(-len(rows) // MOST_LABELS)
    axes.set_yticks(rows[::every], [str(name) for name in names][::every], fontsize=8)
    axes.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5))
