"""The Gymnasium shell around N line worlds at once; NumPy on whole batches."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from .. import checks
from ..vector_info import final_info, vector_info
from .actions import NUM_ACTIONS, checked_actions
from .renderer import Renderer
from .vector_rendering import VectorRendering
from .world import OBSERVATION_DIM, LineWorld


class ContinuousLineWorldVectorEnv(
    VectorRendering, gym.vector.VectorEnv[np.ndarray, np.ndarray, np.ndarray]
):
    """N copies of `ContinuousLineWorldEnv`, without a Python loop over them.

    Make it with `gym.make_vec("aifgym.envs:ContinuousLineWorld-v0", num_envs=N)`. Spaces, rewards
    and the world's arguments are those of `ContinuousLineWorldEnv`, batched.

    All copies draw from one generator, `self.np_random`. So `reset(seed=s)` repeats the whole
    batch, but copy i does not repeat a single environment with some seed of its own.

    ## End of an episode

    Truncated after `max_episode_steps` steps, then restarted as `autoreset_mode` says:

    | autoreset_mode | the observation of the step that ends an episode |
    | --- | --- |
    | `NEXT_STEP` | is the last one; the next step ignores its action and resets, reward 0 |
    | `SAME_STEP` | is the next episode's first; the last one is in `info["final_obs"]` |
    | `DISABLED` | is the last one; `reset(options={"reset_mask": ...})` must come next |

    ## Info

    `state` and `target_state`, `(N,)` int64, with the masks `_state` and `_target_state`. In
    `SAME_STEP` also `final_obs` (`(N,)` objects: an observation or None) and `final_info`.

    Args:
        num_envs: N, at least 1.
        max_episode_steps: length of an episode, None for no end; `gym.make_vec` passes 8.
        autoreset_mode: an `AutoresetMode` or its value.
        render_mode: None, `"ansi"` or `"rgb_array"`, as of `ContinuousLineWorldEnv`.
        **world: `num_states`, `emission_means`, `emission_scale`, `transition_noise`,
            `start_state`, `target_state`, as of `ContinuousLineWorldEnv`.

    Raises:
        ValueError: an argument is unknown or not allowed; the message names it.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi", "rgb_array"], "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        num_envs: int = 1,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        **world: Any,
    ) -> None:
        checks.check_render_mode(render_mode, self.metadata["render_modes"])
        self.render_mode = render_mode
        self.num_envs = checks.as_integer("num_envs", num_envs, low=1)
        if max_episode_steps is not None:
            max_episode_steps = checks.as_integer("max_episode_steps", max_episode_steps, low=1)
        self.max_episode_steps = max_episode_steps
        self.autoreset_mode = checks.checked_mode(autoreset_mode)
        self.metadata = type(self).metadata | {"autoreset_mode": self.autoreset_mode}
        checks.check_keys("arguments", world, list(LineWorld.__dataclass_fields__))
        self.world = LineWorld(**world)
        box = gym.spaces.Box(-np.inf, np.inf, (OBSERVATION_DIM,), np.float32)
        self.single_observation_space = box
        self.single_action_space = gym.spaces.Discrete(NUM_ACTIONS)
        self.observation_space = batch_space(box, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._means = self.world.means.astype(np.float32)
        self._scale = np.float32(self.world.emission_scale)
        self._next_states = self.world.next_states.ravel()
        # Draws the background once, at the first frame.
        self._renderer = Renderer(self.world, render_mode, self.metadata["render_fps"])
        self._everywhere = np.ones(self.num_envs, bool)
        self._started, self._done = False, np.zeros(self.num_envs, bool)
        self._state, self._target_state, self._steps = np.zeros((3, self.num_envs), np.int64)
        self._observations = np.zeros((self.num_envs, OBSERVATION_DIM), np.float32)
        self._actions: np.ndarray | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Starts episodes, in all environments or where `reset_mask` is true.

        Args:
            seed: seeds the one generator; `None` goes on with its stream.
            options: `start_state` and `target_state` of these episodes, a state or None each, and
                `reset_mask`, `(N,)` bool.

        Returns:
            Observations `(N, 2)` float32, those not reset as they were, and `info`.

        Raises:
            ValueError: an option is unknown, not a state of the line, or a mask of another shape.
        """
        super().reset(seed=seed)
        options = options or {}
        checks.check_keys("options", options, ["start_state", "target_state", "reset_mask"])
        for name in ("start_state", "target_state"):
            checks.as_state(name, options.get(name), self.world.num_states)
        mask = checks.checked_flags(
            "reset_mask", options.get("reset_mask", self._everywhere), self.num_envs
        )
        if not (self._started or mask.all()):
            raise ValueError("reset_mask must be all true at the first reset")
        self._started = True
        self._start(np.flatnonzero(mask), options)
        self._done = self._done & ~mask
        return self._observations.copy(), self._info(mask)

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Moves all states and observes them.

        Args:
            actions: `(N,)` integers: 0 back, 1 stay, 2 forward.

        Returns:
            Observations `(N, 2)` float32, rewards `(N,)` float64, `terminated` (always False) and
            `truncated`, `(N,)` bool, and `info`.

        Raises:
            ValueError: `actions` are of another shape or kind, or one is none of the three.
            gymnasium.error.ResetNeeded: no episode was started, or in mode `DISABLED` one has
                ended and was not reset.
        """
        if not self._started:
            raise gym.error.ResetNeeded("call reset() before step()")
        ended = self._done
        if self.autoreset_mode is AutoresetMode.DISABLED and ended.any():
            raise gym.error.ResetNeeded(
                f"environments {np.flatnonzero(ended).tolist()} have ended: reset them with "
                'reset(options={"reset_mask": terminated | truncated})'
            )
        actions = checked_actions(actions, self.num_envs)
        self._move(actions)
        self._observations = self._observed(self._state)
        rewards = (self._state == self._target_state).astype(np.float64)
        truncated = self._steps == self.max_episode_steps
        if ended.any():  # only in mode NEXT_STEP: what was moved above is overwritten
            self._start(np.flatnonzero(ended), {})
            rewards[ended], truncated[ended] = 0.0, False
        self._actions, self._done, final = actions, truncated, {}
        if self.autoreset_mode is AutoresetMode.SAME_STEP and truncated.any():
            final = final_info(self._info(truncated), self._observations, truncated)
            self._start(np.flatnonzero(truncated), {})
            self._done = np.zeros(self.num_envs, bool)
        info = self._info(self._everywhere) | final
        terminated = np.zeros(self.num_envs, bool)
        return self._observations.copy(), rewards, terminated, truncated.copy(), info

    def _move(self, actions: np.ndarray) -> None:
        """The next states; one draw per environment says whether and where it jumps."""
        noise, draw = self.world.transition_noise, self.np_random.random(self.num_envs)
        self._state = self._next_states.take(self._state * NUM_ACTIONS + actions)
        jumps = np.flatnonzero(draw < noise)
        # Given that it is below `noise`, a uniform draw divided by `noise` is uniform again.
        places = (draw[jumps] * (self.world.num_states / noise if noise else 0.0)).astype(np.int64)
        self._state[jumps] = np.minimum(places, self.world.num_states - 1)
        self._steps = self._steps + 1

    def _observed(self, states: np.ndarray) -> np.ndarray:
        noise = self.np_random.standard_normal((len(states), OBSERVATION_DIM), dtype=np.float32)
        return self._means.take(states, axis=0) + self._scale * noise

    def _start(self, where: np.ndarray, options: dict[str, Any]) -> None:
        """Begins episodes in the environments with these indices."""
        world = self.world
        self._state[where] = self._drawn("start_state", world.start_state, len(where), options)
        target_state = self._drawn("target_state", world.rewarded_state, len(where), options)
        self._target_state[where] = target_state
        self._steps[where] = 0
        self._observations[where] = self._observed(self._state[where])

    def _drawn(self, name: str, default: int | None, count: int, options: dict) -> np.ndarray:
        state = options.get(name, default)
        if state is None:
            return self.np_random.integers(self.world.num_states, size=count)
        return np.full(count, state)

    def _info(self, mask: np.ndarray) -> dict[str, Any]:
        return vector_info({"state": self._state, "target_state": self._target_state}, mask)
