"""pymdp's environments as Gymnasium environments, stepped in NumPy."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from ..checks import check_keys, check_render_mode
from .arguments import checked_ends, checked_means, checked_rewards, checked_state
from .drawing import frame
from .known import known_process
from .spaces import Actions, modality_names, observation_space
from .tables import ProcessTables, Sampler

TABLES = ("A", "B", "D", "A_dependencies", "B_dependencies")


class PymdpEnv(gym.Env):
    """A process given by pymdp's A, B and D; JAX is never called.

    ## Action space

    `Discrete(U)` where one factor is controlled, else `MultiDiscrete`, one dimension for each
    controlled factor, in pymdp's order.

    ## Observation space

    `Discrete(O)` for one modality, `Dict` by name for several. A modality with means is a
    `Box` instead: `x ~ Normal(means[outcome], emission_scale^2 I)`, float32.

    ## Reward

    The sum over modalities of `rewards[modality][outcome]` of what the step made seen.

    ## Start and end of an episode

    The first state is drawn from D; `reset(options={"state": [0, 1]})` sets it for one episode.
    After an outcome in `terminal_outcomes` the next step ends the episode: it changes nothing and
    brings nothing. So the outcome is seen by the agent, where a vector environment would hide it.

    ## Info

    `{"state": int64 (F,)}`, the state of each factor, for evaluation and pictures, never for the
    agent.

    Args:
        pymdp_env: any object with pymdp's `A`, `B`, `D`, `A_dependencies`, `B_dependencies`, such
            as `pymdp.envs.tmaze.TMaze()`.
        rewards: one array `(O_m,)` for each modality, in A's order, or by name; preferences C do.
        modalities: names of the modalities, in A's order; default `modality_0`, ...
        terminal_outcomes: by name, outcomes after which the episode ends.
        emission_scale: standard deviation of continuous observations; None: all are discrete.
        emission_means: by name `(O_m, D)`, the modalities that are continuous; default: all of
            them, on a circle.
        render_mode: None, `"ansi"` (a line of text) or `"rgb_array"` (a row of cells for each
            factor and modality).

    Raises:
        ValueError: an argument does not fit the process; the message names it.

    Attributes:
        tables: A, B and D.
        world: the known world that the process is, where it is as simple as that, else None.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        pymdp_env,
        rewards: Sequence[np.ndarray] | Mapping[str, np.ndarray],
        *,
        modalities: Sequence[str] | None = None,
        terminal_outcomes: Mapping[str, Sequence[int]] | None = None,
        emission_scale: float | None = None,
        emission_means: Mapping[str, np.ndarray] | None = None,
        render_mode: str | None = None,
    ) -> None:
        check_render_mode(render_mode, self.metadata["render_modes"])
        missing = [name for name in TABLES if getattr(pymdp_env, name, None) is None]
        if missing:
            raise ValueError(f"pymdp_env has no {' and no '.join(missing)}")
        self.render_mode = render_mode
        self.tables = ProcessTables(*(getattr(pymdp_env, name) for name in TABLES))
        self.modalities = modality_names(modalities, len(self.tables.A))
        outcomes = dict(zip(self.modalities, self.tables.num_outcomes))
        self.rewards = checked_rewards(rewards, outcomes)
        self.emission_scale = emission_scale
        self.emission_means = checked_means(emission_scale, emission_means, outcomes)
        self.terminal_outcomes = checked_ends(terminal_outcomes, outcomes)
        only = self.modalities[0]
        see = functools.partial(self.log_likelihood, only) if self.emission_means else None
        self.world = known_process(self.tables, self.rewards, see)
        self._actions = Actions(self.tables.num_controls)
        self.action_space = self._actions.space
        self.observation_space = observation_space(
            self.tables, self.modalities, self.emission_means
        )
        # A `Dict` space sorts its keys, and what is returned keeps to that.
        self._keys = sorted(outcomes) if len(outcomes) > 1 else []
        self._sampler = Sampler(self.tables)
        self._state: list[int] | None = None
        self._outcomes: list[int] = []
        self._emitted: dict[str, np.ndarray | np.int64] = {}

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Starts an episode.

        Args:
            seed: seeds `self.np_random`; `None` goes on with its stream.
            options: `state`, the first state of each factor.

        Returns:
            The first observation and `info`.

        Raises:
            ValueError: an option is unknown or not a state of the process.
        """
        super().reset(seed=seed)
        options = options or {}
        check_keys("options", options, ["state"])
        if "state" in options:
            self._state = checked_state(options["state"], self.tables.num_states)
        else:
            self._state = self._sampler.first_state(self.np_random)
        return self._observe(), self._info()

    def step(self, action) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Moves the state and observes it.

        Args:
            action: of the action space.

        Returns:
            Observation, reward, `terminated`, `truncated` (False: a time limit sets it), `info`.

        Raises:
            ValueError: the action is not in the action space.
            gymnasium.error.ResetNeeded: no episode was started.
        """
        if self._state is None:
            raise gym.error.ResetNeeded("call reset() before step()")
        by_factor = self._actions.by_factor(action)
        if any(outcome in ends for outcome, ends in zip(self._outcomes, self.terminal_outcomes)):
            return self._observation(), 0.0, True, False, self._info()
        self._state = self._sampler.next_state(self._state, by_factor, self.np_random)
        observation = self._observe()
        reward = sum(float(r[outcome]) for r, outcome in zip(self.rewards, self._outcomes))
        return observation, reward, False, False, self._info()

    def render(self) -> str | np.ndarray | None:
        """The present moment in `render_mode`: text, a `(rows, 640, 3)` uint8 frame, or None."""
        if self.render_mode is None:
            gym.logger.warn("render() without a render_mode; gym.make(..., render_mode='ansi')")
            return None
        if self._state is None:
            raise gym.error.ResetNeeded("call reset() before render()")
        if self.render_mode == "rgb_array":
            tables = self.tables
            return frame(self._state, tables.num_states, self._outcomes, tables.num_outcomes)
        seen = ", ".join(f"{name} {o}" for name, o in zip(self.modalities, self._outcomes))
        return f"state {' '.join(map(str, self._state))} | {seen}\n"

    def model(self) -> dict[str, Any]:
        """A, B, D and their dependencies, as a `GenerativeModel` takes them."""
        return {name: getattr(self.tables, name) for name in TABLES}

    def log_likelihood(self, modality: str, x: np.ndarray) -> np.ndarray:
        """`log p(x | outcome)` of a continuous modality up to a constant: `(N, D)` to `(N, O)`."""
        means = self.emission_means[modality]
        x = np.asarray(x, np.float64).reshape(-1, 1, means.shape[1])
        return -((x - means) ** 2).sum(axis=-1) / (2 * (self.emission_scale or 1.0) ** 2)

    def _observe(self):
        """Draws what is seen in the present state."""
        self._outcomes = self._sampler.outcomes(self._state or [], self.np_random)
        self._emitted = dict(map(self._emit, self.modalities, self._outcomes))
        return self._observation()

    def _emit(self, modality: str, outcome: int) -> tuple[str, np.ndarray | np.int64]:
        if modality not in self.emission_means:
            return modality, np.int64(outcome)
        mean = self.emission_means[modality][outcome]
        noise = self.np_random.standard_normal(len(mean))
        return modality, (mean + (self.emission_scale or 1.0) * noise).astype(np.float32)

    def _observation(self):
        if len(self._emitted) == 1:
            return self._emitted[self.modalities[0]].copy()
        return {name: self._emitted[name].copy() for name in self._keys}

    def _info(self) -> dict[str, Any]:
        return {"state": np.array(self._state)}
