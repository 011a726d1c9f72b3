"""pymdp's own worlds as Gymnasium environments; JAX is imported when one is made."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .gym_env import PymdpEnv

# Where the locations of pymdp's T-maze lie: centre, left arm, right arm, cue, middle of the arms.
MAZE_POINTS = np.array([[0.0, 0.0], [-3.0, 3.0], [3.0, 3.0], [0.0, -3.0], [0.0, 3.0]])
# What reward and punishment bring; no outcome brings nothing.
OUTCOME_REWARDS = np.array([0.0, 1.0, -1.0])
SPACING = 3.2


def make_t_maze(
    cue_validity: float = 0.95,
    reward_probability: float = 1.0,
    punishment_probability: float = 1.0,
    emission_scale: float | None = None,
    render_mode: str | None = None,
    **settings: Any,
) -> PymdpEnv:
    """The T-maze of pymdp, `TMaze`: a cue tells which arm has the reward, which the punishment.

    Factors: location (centre, left arm, right arm, cue, middle of the arms), context (reward left,
    reward right). Modalities: `location`, `outcome` (none, reward, punishment), `cue` (none, left,
    right). Actions: the location to go to, where it is next to the present one. Reward 1 for the
    reward, -1 for the punishment, after which the episode ends.

    Args:
        cue_validity: probability that the cue is right.
        reward_probability: that the right arm rewards.
        punishment_probability: that the wrong arm punishes.
        emission_scale: makes the location a noisy 2-D point with this standard deviation.
        render_mode: of `PymdpEnv`.
        settings: others of `pymdp.envs.tmaze.TMaze`, such as `reward_condition`.
    """
    from pymdp.envs.tmaze import TMaze

    maze = _built(
        TMaze,
        cue_validity=cue_validity,
        reward_probability=reward_probability,
        punishment_probability=punishment_probability,
        **settings,
    )
    return PymdpEnv(
        maze,
        {"outcome": OUTCOME_REWARDS},
        modalities=("location", "outcome", "cue"),
        terminal_outcomes={"outcome": (1, 2)},
        emission_scale=emission_scale,
        emission_means=None if emission_scale is None else {"location": MAZE_POINTS},
        render_mode=render_mode,
    )


def make_cue_chaining(
    emission_scale: float | None = None, render_mode: str | None = None, **settings: Any
) -> PymdpEnv:
    """The chained cues of pymdp, `CueChainingEnv`: the first tells where the second one is.

    Factors: location on a grid, place of the second cue, place of the reward. Modalities:
    `location`, `cue_1`, `cue_2`, `outcome` (none, reward, punishment). Actions: up, down, left,
    right, stay. Reward 1 for the reward, -1 for the punishment, after which the episode ends.

    Args:
        emission_scale: makes the location a noisy 2-D point with this standard deviation.
        render_mode: of `PymdpEnv`.
        settings: of `pymdp.envs.cue_chaining.CueChainingEnv`, such as `grid_shape`.
    """
    from pymdp.envs.cue_chaining import CueChainingEnv

    world = _built(CueChainingEnv, **settings)
    points = grid_points(world.grid_shape)
    return PymdpEnv(
        world,
        {"outcome": OUTCOME_REWARDS},
        modalities=("location", "cue_1", "cue_2", "outcome"),
        terminal_outcomes={"outcome": (1, 2)},
        emission_scale=emission_scale,
        emission_means=None if emission_scale is None else {"location": points},
        render_mode=render_mode,
    )


def make_grid_world(
    shape: Sequence[int] = (3, 3),
    goal: int | None = None,
    success_prob: float = 0.9,
    emission_scale: float | None = None,
    render_mode: str | None = None,
    **settings: Any,
) -> PymdpEnv:
    """The grid of pymdp, `GridWorld`: walk to a cell of a grid and stay there.

    One factor and one modality, the cell, row by row. Actions: up, right, down, left, stay.
    Reward 1 in each step that ends in the goal; the episode goes on.

    Args:
        shape: rows and columns.
        goal: the rewarded cell; default the last one.
        success_prob: probability that a move happens; the cell stays the same otherwise.
        emission_scale: makes the cell a noisy 2-D point with this standard deviation.
        render_mode: of `PymdpEnv`.
        settings: others of `pymdp.envs.grid_world.GridWorld`, such as `walls`.

    Raises:
        ValueError: the goal is no cell.
    """
    from pymdp.envs.grid_world import GridWorld

    rows, columns = shape
    num_cells = rows * columns
    goal = num_cells - 1 if goal is None else goal
    if not 0 <= goal < num_cells:
        raise ValueError(f"goal must be in 0..{num_cells - 1}, got {goal}")
    return PymdpEnv(
        _built(GridWorld, shape=(rows, columns), success_prob=success_prob, **settings),
        [np.eye(num_cells)[goal]],
        modalities=("location",),
        emission_scale=emission_scale,
        emission_means=None if emission_scale is None else {"location": grid_points(shape)},
        render_mode=render_mode,
    )


def _built(world: Callable, **settings: Any) -> Any:
    """A world of pymdp; the last ones are kept, for making one takes a tenth of a second."""
    try:
        return _kept(world, tuple(sorted(settings.items())))
    except TypeError:  # lists, for example, are not hashable
        return world(**settings)


@functools.lru_cache(maxsize=16)
def _kept(world: Callable, settings: tuple) -> Any:
    return world(**dict(settings))


def grid_points(shape: Sequence[int]) -> np.ndarray:
    """`(cells, 2)` float64, the cells of a grid row by row, the first row at the top."""
    rows, columns = shape
    row, column = np.divmod(np.arange(rows * columns), columns)
    centred = [column - (columns - 1) / 2, (rows - 1) / 2 - row]
    return SPACING * np.stack(centred, axis=1)
