"""Training: trajectories in, agent out, without labels."""

from .config import TrainConfig
from .data.collection import collect
from .data.simulation import simulate
from .data.trajectories import Trajectories
from .fit import fit
from .learners.history import History

__all__ = ["History", "TrainConfig", "Trajectories", "collect", "fit", "simulate"]
