"""Recordings of others as what `learn` learns from."""

from .learners.world_model.recordings import (
    from_minari,
    from_replay_buffer,
    from_trajectories,
    recorded,
)

__all__ = ["from_minari", "from_replay_buffer", "from_trajectories", "recorded"]
