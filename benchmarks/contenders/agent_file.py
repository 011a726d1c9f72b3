"""An agent that was trained before, from its file."""

import functools
import hashlib
from pathlib import Path
from typing import Any, ClassVar

from ...agents import ActiveInferenceEncoderAgent
from ...agents.with_env import check_spaces
from .base import Contender


class AgentFile(Contender):
    """What an agent file holds; nothing is learned here. A subclass says which file."""

    path: ClassVar[Path]

    def train(self, env_factory, budget, seed) -> None:
        """Loads the agent.

        Raises:
            ValueError: it was made for other observations or actions.
        """
        self._agent: Any = ActiveInferenceEncoderAgent.load(self.path, num_envs=None)
        check_spaces(self._agent, env_factory(), str(self.path))
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        self.hyperparameters = {"sha256": digest[:16]}

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """The agent's own."""
        return self._agent.predict(observation, state, episode_start, deterministic)


@functools.cache
def of_file(path: str) -> type[AgentFile]:
    """The contender of a file, which goes by the file's name.

    Raises:
        ValueError: there is no such file.
    """
    file = Path(path)
    if not file.is_file():
        raise ValueError(f"contender {path!r}: there is no such agent file")
    variables = {
        "name": file.name,
        "given": "a file of an agent that was made before",
        "path": file.resolve(),
    }
    return type("OneAgentFile", (AgentFile,), variables)
