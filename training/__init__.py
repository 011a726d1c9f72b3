"""Training: trajectories in, agent out, without labels."""

from .config import TrainConfig
from .data_sources import collect, simulate
from .fit import fit
from .history import History
from .trajectories import Trajectories

__all__ = ["History", "TrainConfig", "Trajectories", "collect", "fit", "simulate"]
