"""What to say where an agent meets a world that it was not made for."""

import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...envs import LineWorld


def note_differences(agent: ActiveInferenceEncoderAgent, world: LineWorld) -> None:
    """Says where the agent was made for another world; a learned B has its own numbering."""
    if agent.settings.get("dynamics") == "learned":
        return
    if not np.allclose(agent.model.B, world.transition_matrix, atol=1e-3):
        print("note: the agent's B is not this world's")
    if agent.model.C.any() and agent.model.C.argmax() != world.rewarded_state:
        print(
            f"note: the agent seeks state {agent.model.C.argmax()}, "
            f"this world rewards state {world.rewarded_state} (--target-state)"
        )
