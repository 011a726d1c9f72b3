"""Active inference as an algorithm of Stable-Baselines3; importing this loads torch."""

from .algorithm import ActiveInference
from .policy import ActiveInferencePolicy

__all__ = ["ActiveInference", "ActiveInferencePolicy"]
