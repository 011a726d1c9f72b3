"""One episode of a learned agent: the environment's own frame beside belief and expectations."""

import gymnasium as gym
import numpy as np

from ...agents import WorldModelAgent
from ...agents.acting.modalities import as_taken
from .movie import spread
from .style import new_figure
from .world_plane import VALUE_MAP, label, leading_dimensions, pixels, state_values


def episode_frames(
    agent: WorldModelAgent,
    env: gym.Env,
    seed: int,
    most: int,
    names: tuple[str, ...] | None = None,
) -> list[np.ndarray]:
    """Frames `(H, W, 3)` of an episode, evenly spread over it where it is long.

    Args:
        agent: decides.
        env: with `render_mode="rgb_array"`.
        seed: of the episode.
        most: frames.
        names: of the dimensions of observations.
    """
    steps = _run(agent, env, seed)
    return [_frame(agent, steps, int(place), names) for place in spread(len(steps), most)]


def _run(agent: WorldModelAgent, env: gym.Env, seed: int) -> list[dict]:
    observation, _ = env.reset(seed=seed)
    state, steps, total, done = None, [], 0.0, False
    while not done:
        explanation = agent.explain(observation, state)
        picture = env.render()
        action, state = agent.predict(observation, state)
        window = state[0]
        observation, reward, terminated, truncated, _ = env.step(as_taken(action))
        total += float(reward)
        done = terminated or truncated
        steps.append(
            {
                "picture": picture,
                "window": window[0],
                "action": int(state[1][0]),
                "left": int(state[2][0]),
                "neg_efe": explanation.neg_efe[0],
                "return": total,
            }
        )
    return steps


def _frame(agent: WorldModelAgent, steps: list[dict], place: int, names) -> np.ndarray:
    now = steps[place]
    figure = new_figure(11, 3.6)
    picture, plane, bars = figure.subplots(1, 3, width_ratios=(1.2, 1.2, 0.8))
    picture.imshow(now["picture"])
    picture.axis("off")
    picture.set_title(f"step {place + 1}, return {now['return']:.0f}")
    _draw_belief(agent, steps[: place + 1], plane, names)
    worth = now["neg_efe"] - now["neg_efe"].max()
    held = agent.policy.lengths
    bars.barh(np.arange(len(worth)), worth, color="0.7")
    bars.barh(now["action"], worth[now["action"]], color="tab:blue")
    bars.plot(0, now["action"], "o", color="tab:blue")
    bars.set_yticks(np.arange(len(worth)), [f"action {a}" for a in agent.policy.actions])
    bars.set_title(f"Expected, beside the best\n(held {held[0]} steps, {now['left']} left)")
    return pixels(figure)


def _draw_belief(agent: WorldModelAgent, steps: list[dict], ax, names) -> None:
    first, second = leading_dimensions(agent)
    looks = agent.looks[-1]
    ax.scatter(*looks[:, [first, second]].T, c=state_values(agent), s=6, cmap=VALUE_MAP, alpha=0.6)
    windows = np.array([step["window"] for step in steps])
    ax.plot(windows[:, first], windows[:, second], color="0.3", linewidth=0.8)
    index, weight = agent.world.encoder.encode(windows[-1:])
    inside = index[0, -1] < len(looks)
    believed = looks[index[0, -1][inside]]
    ax.scatter(
        believed[:, first],
        believed[:, second],
        s=200 * weight[0, -1][inside],
        facecolors="none",
        edgecolors="tab:red",
    )
    ax.set_title("Value of states; belief in red")
    label(ax, first, second, names)
