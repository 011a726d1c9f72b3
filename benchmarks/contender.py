"""`Contender`, under the name by which contenders of other packages import it."""

from .contenders.base import Contender, EnvFactory

__all__ = ["Contender", "EnvFactory"]
