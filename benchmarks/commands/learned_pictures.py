"""Pictures of learned world models: what `learn` draws, and `aifgym animate --env`."""

from pathlib import Path

import gymnasium as gym
import numpy as np

from ...agents import WorldModelAgent
from ...training import LearnHistory
from .pictures import MISSING, check_figures
from .tasks import loaded, made

# Dimensions of observations by what they are.
NAMES = {
    "CartPole": ("cart position", "cart velocity", "pole angle", "pole velocity"),
    "MountainCar": ("position", "velocity"),
}
SECONDS_PER_ROUND, SECONDS_PER_STEP, MAX_FRAMES = 0.6, 0.9, 150


class Rounds:
    """The agents of successive rounds, for an animation of how the value spreads.

    Args:
        env: the environment.
        out: agent file; pictures go into a folder beside it.
    """

    def __init__(self, env: gym.Env, out: Path) -> None:
        self.env, self.folder = env, out.with_name(f"{out.stem}-figures")
        check_figures(self.folder, "--out")
        self.agents: list = []
        space = env.observation_space
        self._kept = isinstance(space, gym.spaces.Box) and space.shape == (2,)

    def add(self, row: dict, snapshot) -> None:
        """Keeps the agent as it is now, where its plane can be drawn."""
        if self._kept:
            self.agents.append((row["steps"], snapshot()))


def drawn(rounds: Rounds | None, agent, history: LearnHistory) -> str:
    """Draws value, policy, novelty and learning curve; what to say about it."""
    if rounds is None:
        return f"; no figures without matplotlib: {MISSING}"
    from ..pictures import movie, style, world_plane

    env, folder = rounds.env, rounds.folder
    env_id = env.spec.id if env.spec else type(env.unwrapped).__name__
    with style.applied():
        figure = world_plane.curve_figure(list(history.rows), env_id)
        style.save(figure, folder, "learning_curve")
        shape = grid_shape(env)
        if not isinstance(agent, WorldModelAgent):
            from ..pictures.state_graph import state_graph_figure

            style.save(state_graph_figure(agent), folder, "states")
            return f", and figures in {folder}"
        if shape is not None:
            style.save(world_plane.grid_figure(agent, shape), folder, "grid")
        else:
            figure = world_plane.world_figure(agent, dimension_names(env_id))
            style.save(figure, folder, "world")
        if rounds.agents:
            frames = world_plane.round_frames(rounds.agents, dimension_names(env_id))
            movie.save_gif(frames, folder / "rounds.gif", SECONDS_PER_ROUND)
    return f", and figures in {folder}"


def animate_task(path: Path, env_id: str, seed: int, out: Path) -> int:
    """Runs one episode and writes it beside what the agent believed and expected."""
    env = made(env_id, render_mode="rgb_array")
    check_figures(out, "--out")
    agent = loaded(path, env_id)
    if not isinstance(agent, WorldModelAgent):
        return _animate_record(agent, env, seed, out)
    from ..pictures import style, world_episode

    with style.applied():
        frames = world_episode.episode_frames(agent, env, seed, MAX_FRAMES, dimension_names(env_id))
    return _save_movie(frames, out, 0.06)


def _animate_record(agent, env: gym.Env, seed: int, out: Path) -> int:
    """The same for an agent with a generative model, and a figure of the whole episode."""
    from ..pictures import record_figures, record_movie, style

    found, pictures = record_movie.recorded(agent, env, seed)
    with style.applied():
        style.save(record_figures.record_figure(found), out, "record")
        frames = record_movie.record_frames(found, pictures, MAX_FRAMES)
    return _save_movie(frames, out, SECONDS_PER_STEP)


def _save_movie(frames: list, out: Path, seconds_per_frame: float) -> int:
    from ..pictures import movie

    movie.save_gif(frames, out / "episode.gif", seconds_per_frame)
    written = f"wrote {len(frames)} frames to {out}/episode.gif"
    if movie.find_ffmpeg() is None:
        print(f"note: {movie.NO_FFMPEG}")
    else:
        movie.save_mp4(frames, out / "episode.mp4", seconds_per_frame)
        written += " and .mp4"
    print(written)
    return 0


def dimension_names(env_id: str) -> tuple[str, ...] | None:
    """What the dimensions of an observation are, where that is known."""
    return next((names for start, names in NAMES.items() if env_id.startswith(start)), None)


def grid_shape(env: gym.Env) -> tuple[int, int] | None:
    """Rows and columns of an environment whose states are cells, None of others."""
    if not isinstance(env.observation_space, gym.spaces.Discrete):
        return None
    inner = env.unwrapped
    shape = getattr(inner, "shape", None) or np.shape(getattr(inner, "desc", ()))
    if len(shape) == 2 and np.prod(shape) == env.observation_space.n:
        return int(shape[0]), int(shape[1])
    return 1, int(env.observation_space.n)
