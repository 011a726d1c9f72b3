"""The present moment of a process as a picture: a row of cells for each factor and modality."""

from collections.abc import Sequence

import numpy as np

from ..colours import BLUE, GREY, VERMILION, WHITE, lighter

WIDTH, ROW, GAP = 640, 40, 4
PAPER, CELL = WHITE, lighter(GREY, 0.7)
# Where the state is, and what is seen.
STATE, OUTCOME = BLUE, VERMILION


def frame(
    state: Sequence[int],
    num_states: Sequence[int],
    outcomes: Sequence[int],
    num_outcomes: Sequence[int],
) -> np.ndarray:
    """`(rows, 640, 3)` uint8: factors above, modalities below, the present value of each filled.

    Args:
        state: of each factor.
        num_states: K of each factor.
        outcomes: of each modality.
        num_outcomes: O of each modality.
    """
    rows = [(place, count, STATE) for place, count in zip(state, num_states)]
    rows += [(place, count, OUTCOME) for place, count in zip(outcomes, num_outcomes)]
    picture = np.empty((ROW * len(rows), WIDTH, 3), np.uint8)
    picture[:] = PAPER
    for row, (present, count, colour) in enumerate(rows):
        edges = np.linspace(GAP, WIDTH, count + 1).astype(int)
        top, bottom = row * ROW + GAP, (row + 1) * ROW
        for place in range(count):
            cell = picture[top:bottom, edges[place] : max(edges[place + 1] - GAP, edges[place] + 1)]
            cell[:] = colour if place == present else CELL
    return picture
