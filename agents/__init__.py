"""Agents: encoder, generative model, planning, and the shell that speaks SB3's protocol."""

from .active_inference import ActiveInferenceEncoderAgent
from .encoder import ObservationEncoder
from .generative_model import GenerativeModel

__all__ = ["ActiveInferenceEncoderAgent", "GenerativeModel", "ObservationEncoder"]
