"""`info` of a vector environment, as Gymnasium lays it out: arrays, and where they hold."""

from typing import Any

import numpy as np


def vector_info(values: dict[str, np.ndarray], mask: np.ndarray) -> dict[str, Any]:
    """Each `name` with its values where `mask` is true, else 0, and the mask as `_name`."""
    named = {name: np.where(mask, value, 0) for name, value in values.items()}
    return named | {f"_{name}": mask.copy() for name in values}


def final_info(info: dict[str, Any], observations: np.ndarray, ended: np.ndarray) -> dict[str, Any]:
    """The last `info` and observations of the episodes that ended, before their reset.

    Args:
        info: of the step that ended them.
        observations: `(N, D)`, of that step.
        ended: `(N,)` bool.
    """
    final_obs, places = np.full(len(ended), None, dtype=object), np.flatnonzero(ended)
    final_obs[places] = np.fromiter(observations[places], object, len(places))
    return {
        "final_obs": final_obs,
        "final_info": info,
        "_final_obs": ended.copy(),
        "_final_info": ended.copy(),
    }
