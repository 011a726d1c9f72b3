"""Agents: encoder, generative model, planning, and the shell that speaks SB3's protocol."""

from .agent import ActiveInferenceEncoderAgent
from .encoders.mlp import ObservationEncoder
from .models.generative_model import GenerativeModel
from .online.settings import Learning
from .protocol import AnyAgent
from .record import Record, record
from .world_model_agent import WorldModelAgent

__all__ = [
    "ActiveInferenceEncoderAgent",
    "AnyAgent",
    "GenerativeModel",
    "Learning",
    "ObservationEncoder",
    "Record",
    "WorldModelAgent",
    "record",
]
