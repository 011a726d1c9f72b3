"""The learners that `TrainConfig(objective=...)` may name."""

import importlib

# By address, so that a training loads only its own learner.
_HERE = __package__
LEARNERS = {
    "evidence": f"{_HERE}.evidence:EvidenceLearner",
    "tutorial": f"{_HERE}.tutorial:TutorialLearner",
}
_REGISTERED: dict[str, type] = {}


def register_learner(name: str, learner: type) -> type:
    """Makes a class with the methods of `Learner` known under a name.

    Raises:
        ValueError: another learner goes by that name.
    """
    address = f"{learner.__module__}:{learner.__qualname__}"
    if LEARNERS.setdefault(name, address) != address:
        raise ValueError(f"a learner named {name!r} is registered already")
    _REGISTERED[name] = learner
    return learner


def learner_type(name: str) -> type:
    """The class of learners of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in LEARNERS:
        raise ValueError(f"objective must be one of {tuple(LEARNERS)}, got {name!r}")
    if name not in _REGISTERED:
        module, _, attribute = LEARNERS[name].partition(":")
        _REGISTERED[name] = getattr(importlib.import_module(module), attribute)
    return _REGISTERED[name]
