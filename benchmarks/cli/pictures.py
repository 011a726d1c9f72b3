"""Commands of the `aifgym` program that make pictures."""

from pathlib import Path

from ...envs import LineWorld
from ..commands import learned_pictures
from ..commands import pictures as picture_commands
from .types import AgentPath, World


def animate(
    agent: AgentPath,
    goal: tuple[float, ...] | None = None,
    episode_steps: int = 8,
    seed: int = 0,
    seconds_per_step: float = 0.9,
    out: Path = Path("animation"),
    env: str | None = None,
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Animate one episode of an agent file: its path, its beliefs, and why it acted.

    Writes the path over the observation density and over the encoder's decision regions, as GIF,
    MP4 (with ffmpeg, which the extra `bench` brings), and the last frame as PNG and SVG.

    Args:
        agent: Agent file.
        goal: A state (the agent's own number; where B was known the world rewards it, too, unless
            --target-state says otherwise), or two coordinates of an observation of the goal.
        episode_steps: Steps of the episode.
        seed: Of the episode.
        seconds_per_step: How long a step stands.
        out: Folder to write to.
        env: Id of a Gymnasium environment, for a file that `aifgym learn` wrote, or an agent with a
            model of its own: the environment's frames beside beliefs and what spoke for each
            action; then only --seed and --out count.
        world: The environment, without --env.
    """
    if env is not None:
        return learned_pictures.animate_task(agent, env, seed, out)
    return picture_commands.animate(agent, world, goal, episode_steps, seed, seconds_per_step, out)


def render_speed(
    num_frames: int = 500,
    world: World = LineWorld(),  # noqa: B008  frozen
) -> int:
    """Print how many frames per second the environment draws.

    Needs the extra `render`.

    Args:
        num_frames: Frames to time.
        world: The environment.
    """
    return picture_commands.render_speed(world, num_frames)
