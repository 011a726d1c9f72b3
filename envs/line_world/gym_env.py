"""The Gymnasium shell around `LineWorld`."""

from collections.abc import Sequence
from typing import Any, Literal

import gymnasium as gym
import numpy as np

from ..checks import as_state, check_keys, check_render_mode
from .actions import ACTION_NAMES, NUM_ACTIONS, checked_action
from .drawing import Moment
from .renderer import RENDER_MODES, Renderer
from .world import OBSERVATION_DIM, LineWorld


class ContinuousLineWorldEnv(gym.Env[np.ndarray, np.int64]):
    """A hidden state walks on a line; only a noisy 2-D point is seen.

    Make it with `gym.make("aifgym.envs:ContinuousLineWorld-v0")`; many at once with
    `gym.make_vec`, see `ContinuousLineWorldVectorEnv`.

    ## Action space

    `Discrete(3)`. Anything else raises `ValueError`.

    | action | name | effect |
    | --- | --- | --- |
    | 0 | back | one state back; the first state stays |
    | 1 | stay | same state |
    | 2 | forward | one state forward; the last state stays |

    With probability `transition_noise` the next state is uniform over the line instead.

    ## Observation space

    `Box(-inf, inf, (2,), float32)`: `x ~ Normal(emission_means[state], emission_scale^2 I)`,
    drawn anew at each step. Neither the state nor the target is part of it.

    ## Reward

    1.0 when the state that the step reaches is the target, else 0.0.

    ## Start and end of an episode

    Starts in `start_state`. Never terminates. `gym.make` truncates after 8 steps; another
    length is `gym.make(..., max_episode_steps=20)`. `reset(options={"start_state": 3,
    "target_state": 1})` sets either for one episode; `None` draws it uniformly.

    ## Info

    `{"state": int, "target_state": int}`, at `reset` and at each `step`: for evaluation and
    pictures, never for the agent.

    ## Arguments

    | argument | default | meaning |
    | --- | --- | --- |
    | `num_states` | 5 | K, length of the line |
    | `emission_means` | tutorial's, or a circle | `(K, 2)` mean observation of each state |
    | `emission_scale` | 1.0 | standard deviation of an observation coordinate |
    | `transition_noise` | 0.1 | probability of a uniform jump |
    | `start_state` | 0 | `None`: uniform in each episode |
    | `target_state` | `"last"` | rewarded state; `None`: uniform in each episode |
    | `render_mode` | `None` | `"ansi"` (a line of text), or with pygame-ce `"rgb_array"` or
      `"human"`: a window that shows each step by itself, at `render_fps` |

    ## Version history

    * v0: first release. World of pymdp's tutorial "Training a neural network to transform
      continuous into discrete observations for a pymdp Agent".

    Attributes:
        world: the `LineWorld` that the arguments describe.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 4}  # noqa: RUF012

    def __init__(
        self,
        num_states: int = LineWorld.num_states,
        emission_means: Sequence[Sequence[float]] | np.ndarray | None = LineWorld.emission_means,
        emission_scale: float = LineWorld.emission_scale,
        transition_noise: float = LineWorld.transition_noise,
        start_state: int | None = LineWorld.start_state,
        target_state: int | Literal["last"] | None = LineWorld.target_state,
        render_mode: str | None = None,
    ) -> None:
        check_render_mode(render_mode, self.metadata["render_modes"])
        self.render_mode = render_mode
        self.world = LineWorld(
            num_states=num_states,
            emission_means=emission_means,  # pyright: ignore[reportArgumentType] it is converted
            emission_scale=emission_scale,
            transition_noise=transition_noise,
            start_state=start_state,
            target_state=target_state,
        )
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (OBSERVATION_DIM,), np.float32)
        self.action_space = gym.spaces.Discrete(NUM_ACTIONS)
        # Plain Python numbers: one environment alone is faster without NumPy's overhead.
        self._means = self.world.means.tolist()
        self._next_states = self.world.next_states.tolist()
        self._renderer = Renderer(self.world, render_mode, self.metadata["render_fps"])
        self._state: int | None = None
        self._target_state = 0
        self._observation = np.zeros(OBSERVATION_DIM, np.float32)
        self._action: int | None = None
        self._steps = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Starts an episode.

        Args:
            seed: seeds `self.np_random`; `None` goes on with its stream.
            options: `start_state` and `target_state` of this episode.

        Returns:
            The first observation, `(2,)` float32, and `info`.

        Raises:
            ValueError: an option is unknown or not a state of the line.
        """
        super().reset(seed=seed)
        options = options or {}
        check_keys("options", options, ["start_state", "target_state"])
        self._state = self._drawn_state("start_state", self.world.start_state, options)
        self._target_state = self._drawn_state("target_state", self.world.rewarded_state, options)
        self._steps, self._action = 0, None
        return self._observed()

    def step(
        self, action: int | np.integer
    ) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Moves the state and observes it.

        Args:
            action: 0 back, 1 stay, 2 forward.

        Returns:
            Observation `(2,)` float32, reward, `terminated` (always False), `truncated`
            (False: `gym.make`'s time limit sets it), `info`.

        Raises:
            ValueError: `action` is none of the three.
            gymnasium.error.ResetNeeded: no episode was started.
        """
        if self._state is None:
            raise gym.error.ResetNeeded("call reset() before step()")
        self._action = checked_action(action)
        if self.np_random.random() < self.world.transition_noise:
            self._state = int(self.np_random.integers(self.world.num_states))
        else:
            self._state = self._next_states[self._state][self._action]
        self._steps += 1
        reward = float(self._state == self._target_state)
        observation, info = self._observed()
        return observation, reward, False, False, info

    def render(self) -> str | np.ndarray | None:
        """The present moment in `render_mode`: text, a `(520, 640, 3)` uint8 frame, or None."""
        if self.render_mode is None:
            gym.logger.warn("render() without a render_mode; gym.make(..., render_mode='ansi')")
            return None
        if self._state is None:
            raise gym.error.ResetNeeded("call reset() before render()")
        moment = Moment(
            state=self._state,
            target_state=self._target_state,
            observation=self._observation,
            step=self._steps,
            action_name=None if self._action is None else ACTION_NAMES[self._action],
        )
        return self._renderer.render(moment)

    def close(self) -> None:
        """Closes the window of render mode "human"."""
        self._renderer.close()

    def _drawn_state(self, name: str, default: int | None, options: dict[str, Any]) -> int:
        num_states = self.world.num_states
        state = as_state(name, options[name], num_states) if name in options else default
        return int(self.np_random.integers(num_states)) if state is None else state

    def _observed(self) -> tuple[np.ndarray, dict[str, Any]]:
        draw, scale = self.np_random.standard_normal, self.world.emission_scale
        observation = [mean + scale * draw() for mean in self._means[self._state]]
        self._observation = np.array(observation, np.float32)
        if self.render_mode == "human":
            self.render()
        return self._observation.copy(), {"state": self._state, "target_state": self._target_state}
