"""The environment that an agent is used in, as SB3's algorithms keep theirs."""

from typing import Any

import gymnasium as gym
from gymnasium import spaces


class WithEnv:
    """`get_env` and `set_env`. The environment is no part of copies and files."""

    _env: Any = None

    def get_env(self) -> Any:
        """The environment that `set_env` was given; None before."""
        return self._env

    def set_env(self, env: Any) -> None:
        """Keeps an environment; it is not reset.

        Args:
            env: an environment or vector environment of Gymnasium, or a `VecEnv`; None for none.

        Raises:
            ValueError: its spaces are of another kind or shape than the agent's. Bounds may differ.
        """
        if env is not None:
            check_spaces(self, env)
        self._env = env

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_env"}


def check_spaces(agent: Any, env: Any, named: str = "the agent") -> None:
    """Checks that an agent was made for such observations and actions.

    Args:
        agent: with `observation_space` and `action_space`.
        env: an environment, or a vector environment of Gymnasium, or a `VecEnv`.
        named: the agent, in messages.

    Raises:
        ValueError: the spaces differ in more than their bounds and types of numbers.
    """
    for name in ("observation_space", "action_space"):
        # Of a vector environment of Gymnasium these are the spaces of one.
        theirs, ours = getattr(env, f"single_{name}", getattr(env, name)), getattr(agent, name)
        if not _alike(ours, theirs):
            raise ValueError(f"{named} is for {name} {ours}, the environment has {theirs}")


def _alike(ours: gym.Space, theirs: gym.Space) -> bool:
    """Whether two spaces differ in bounds and types of numbers at most."""
    if isinstance(ours, spaces.Box) and isinstance(theirs, spaces.Box):
        return ours.shape == theirs.shape
    if isinstance(ours, spaces.Dict) and isinstance(theirs, spaces.Dict):
        both = ours.spaces, theirs.spaces
        same = both[0].keys() == both[1].keys()
        return same and all(_alike(both[0][key], both[1][key]) for key in both[0])
    if isinstance(ours, spaces.Tuple) and isinstance(theirs, spaces.Tuple):
        same = len(ours.spaces) == len(theirs.spaces)
        return same and all(map(_alike, ours.spaces, theirs.spaces))
    if isinstance(ours, spaces.Discrete) and isinstance(theirs, spaces.Discrete):
        return (ours.n, ours.start) == (theirs.n, theirs.start)
    return ours == theirs
