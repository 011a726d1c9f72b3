"""The learners that `TrainConfig(objective=...)` may name."""

from ...agents.registry import Registry

_HERE = __package__
LEARNERS: Registry = Registry(
    "objective",
    {
        "evidence": f"{_HERE}.evidence:EvidenceLearner",
        "tutorial": f"{_HERE}.tutorial:TutorialLearner",
    },
)


def register_learner(name: str, learner: type) -> type:
    """Makes a class with the methods of `protocol.Learner` known under a name.

    Raises:
        ValueError: another learner goes by that name.
    """
    return LEARNERS.register(name, learner)
