"""Several environments of one world in one picture."""

import math
from collections.abc import Sequence

import numpy as np

from ..colours import GREY
from .drawing import WIDTH, Moment, Scene
from .world import LineWorld

GRID_WIDTH, MAX_TILES = 1280, 16


class Grid:
    """Tiles of several environments of one world, side by side, each drawn at its final size.

    Args:
        world: the world of all of them.
        num_tiles: N, at most 16.

    Raises:
        ValueError: `num_tiles` is not in 1..16.
    """

    def __init__(self, world: LineWorld, num_tiles: int) -> None:
        if not 1 <= num_tiles <= MAX_TILES:
            raise ValueError(f"num_tiles must be in 1..{MAX_TILES}, got {num_tiles}")
        self.num_tiles = num_tiles
        self._columns = math.ceil(math.sqrt(num_tiles))
        self._rows = math.ceil(num_tiles / self._columns)
        self._scene = Scene(world, min(WIDTH, GRID_WIDTH // self._columns))

    def frame(self, moments: Sequence[Moment]) -> np.ndarray:
        """One picture of N moments, row by row.

        Args:
            moments: what each of the N environments shows.

        Returns:
            `(H, W, 3)` uint8, RGB; places without an environment are white.

        Raises:
            ValueError: there are not N moments.
        """
        if len(moments) != self.num_tiles:
            raise ValueError(f"moments must be {self.num_tiles}, got {len(moments)}")
        width, height = self._scene.size
        picture = np.full((self._rows * height, self._columns * width, 3), 255, np.uint8)
        for index, moment in enumerate(moments):
            row, column = divmod(index, self._columns)
            top, left = row * height, column * width
            picture[top : top + height, left : left + width] = self._scene.frame(moment)
            picture[top, left : left + width] = GREY
            picture[top : top + height, left] = GREY
        return picture
