"""Why an agent acts as it does: expected free energy taken apart, by next action."""

import numpy as np

from ..models.generative_model import GenerativeModel
from ..planning.choose import build_planner
from ..planning.protocol import Explanation


def explain(model: GenerativeModel, beliefs: np.ndarray) -> Explanation:
    """What spoke for each next action at some beliefs `(N, K)`, said by the model's planner.

    Of the searches (sophisticated inference, MCTS) `action_probs` is the search's own; the rest is
    what policies of `policy_len` steps look like without it.
    """
    return build_planner(model).explain(model, beliefs)
