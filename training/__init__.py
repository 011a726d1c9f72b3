"""Training: trajectories in, agent out, without labels."""

from .config import TrainConfig
from .data.acting import act
from .data.collection import collect
from .data.episodes import Episodes, collect_episodes
from .data.simulation import simulate
from .data.trajectories import Trajectories
from .fit import fit
from .learn import learn
from .learners.history import History
from .learners.world_model.config import LearnConfig
from .learners.world_model.history import LearnHistory

__all__ = [
    "Episodes",
    "History",
    "LearnConfig",
    "LearnHistory",
    "TrainConfig",
    "Trajectories",
    "act",
    "collect",
    "collect_episodes",
    "fit",
    "learn",
    "simulate",
]
