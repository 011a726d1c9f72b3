"""`JaxLineWorld`, under the name by which users import it; importing it loads JAX."""

from .line_world.jax_env import JaxLineWorld

__all__ = ["JaxLineWorld"]
