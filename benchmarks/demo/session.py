"""One run of the demonstration: a world, an agent in it, and what happened so far."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...agents import ActiveInferenceEncoderAgent
from ...agents.acting.modalities import as_taken
from .agents import from_file, told, trained
from .breakable import Breakable
from .places import PlaceMind
from .pole import PoleMind
from .thought import Thought
from .worlds import WORLDS, World

CURVE = 120
"""Steps of surprise that are kept."""


class Session:
    """A world, an agent in it, and the present moment; `step` takes the action that is shown.

    Args:
        world: of `WORLDS`.
        mind: of the agent.
        env: the environment.
        noise: that was chosen.
        seed: of the episodes.
    """

    def __init__(
        self, world: World, mind: PlaceMind | PoleMind, env: Breakable, noise: float, seed: int
    ) -> None:
        self.world, self.mind, self.env, self.noise = world, mind, env, noise
        self.goal: Any = world.goal
        self.steps = self.episode = 0
        # Surprise by the number of the step, and when an action was broken.
        self.curve: list[tuple[int, float]] = []
        self.breaks: list[int] = []
        self._begin(seed)

    def step(self) -> None:
        """Takes the action that is shown; after the end of an episode the next one begins."""
        self.steps += 1
        if self.over:
            self._begin(None)
            return
        self.mind.commit(self.thought, self._memory)
        self.observation, reward, ended, cut, _ = self.env.step(as_taken(self.thought.action))
        self.total += float(reward)
        self.at_goal += self._is_at_goal()
        self.length += 1
        self.over = bool(ended or cut)
        self._think(starts=False)

    def aim(self, goal: float | None) -> None:
        """Sets the goal: a place, a position of the cart, or None for what the world rewards.

        Raises:
            ValueError: there is no such place.
        """
        if goal is not None and self.world.places:
            if int(goal) != goal or not 0 <= goal < len(self.world.places):
                raise ValueError(f"goal must be in 0..{len(self.world.places) - 1}, got {goal}")
            goal = int(goal)
        elif goal is not None and not -2 <= goal <= 2:
            raise ValueError(f"goal must be in -2..2, got {goal}")
        self.goal = self.world.goal if goal is None else goal
        self.mind.aim(self.goal)
        self.at_goal, self.length = 0, 0
        self._consider(starts=self._starts)

    def break_action(self, action: int | None) -> None:
        """From now on an action does nothing; None mends it.

        Raises:
            ValueError: there is no such action.
        """
        if action is not None and not 0 <= action < len(self.world.actions):
            raise ValueError(f"action must be in 0..{len(self.world.actions) - 1}, got {action}")
        if action is not None and action != self.env.broken:
            self.breaks.append(self.steps)
        self.env.broken = action

    def _begin(self, seed: int | None) -> None:
        self.observation, _ = self.env.reset(seed=seed)
        self.episode += 1
        self.total, self.at_goal, self.length, self.over = 0.0, 0, 0, False
        self._think(starts=True)

    def _think(self, starts: bool) -> None:
        self._consider(starts)
        if self.thought.vfe is not None:
            self.curve = [*self.curve, (self.steps, self.thought.vfe)][-CURVE:]

    def _consider(self, starts: bool) -> None:
        self._starts = starts
        self.thought: Thought
        self.thought, self._memory = self.mind.think(self.observation, starts)

    def _is_at_goal(self) -> bool:
        if self.goal is None:
            return False
        if self.world.places:
            return self.env.place == self.goal
        return bool(abs(self.env.get_wrapper_attr("state")[0] - self.goal) < 0.3)


def begin(
    name: str,
    kind: str,
    noise: float | None = None,
    seed: int = 0,
    path: Path | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Session:
    """Makes world and agent.

    Args:
        name: of a world.
        kind: told, trained or file.
        noise: None takes the usual one.
        seed: of training and of the episodes.
        path: of the agent file.
        progress: is told the share of training that is done.

    Raises:
        ValueError: there is no such world, it has no such agent, or the file does not fit.
    """
    if name not in WORLDS:
        raise ValueError(f"world must be one of {', '.join(WORLDS)}, got {name!r}")
    world = WORLDS[name]
    allowed = (*world.agents, "file")
    if kind not in allowed:
        raise ValueError(
            f"agent must be one of {', '.join(allowed)} in {world.title}, got {kind!r}"
        )
    noise = world.noise.checked(noise)
    env = world.make(noise)
    if kind == "file":
        if path is None:
            raise ValueError("choose an agent file first")
        agent: Any = from_file(path, world, env)
    else:
        agent = told(world, env) if kind == "told" else trained(world, env, seed, progress)
    if isinstance(agent, ActiveInferenceEncoderAgent):
        rewards = getattr(env.unwrapped, "rewards", None)
        return Session(
            world, PlaceMind(agent, world, rewards), Breakable(env, world.idle), noise, seed
        )
    mind = PoleMind(agent, world)
    return Session(world, mind, Breakable(env, None, noise * mind.spread), noise, seed)
