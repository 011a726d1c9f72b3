"""Training: trajectories in, agent out, without labels."""

from .config import TrainConfig
from .data.collection import collect, simulate
from .data.trajectories import Trajectories
from .fit import fit
from .history import History

__all__ = ["History", "TrainConfig", "Trajectories", "collect", "fit", "simulate"]
