"""What the page shows of a session, as plain JSON values: pure functions."""

from typing import Any

import numpy as np

from . import words
from .pole import PoleMind
from .session import Session
from .thought import Thought
from .worlds import WORLDS, World

# Of CartPole's observation: what the states of the learned model are drawn by.
ANGLE, ANGULAR_VELOCITY = 2, 3
DIGITS = 5


def catalogue() -> dict[str, Any]:
    """The worlds that can be chosen, with their agents and the range of their noise."""
    return {name: _offered(world) for name, world in WORLDS.items()}


def scene(session: Session) -> dict[str, Any]:
    """What stays the same while a session runs: where things are drawn, and their names."""
    world, mind = session.world, session.mind
    found: dict[str, Any] = {
        "title": world.title,
        "actions": list(world.actions),
        "places": [],
        "ways": [list(way) for way in world.ways],
        "noise": session.noise,
        "learns": mind.learns,
    }
    if world.points is not None:
        points = zip(world.places, world.points.tolist())
        found["places"] = [{"name": name, "x": x, "y": y} for name, (x, y) in points]
    if isinstance(mind, PoleMind):
        found["states"] = {
            "points": _rounded(mind.looks[:, [ANGLE, ANGULAR_VELOCITY]]),
            "values": _rounded(mind.values),
        }
    return found


def frame(session: Session) -> dict[str, Any]:
    """The present moment."""
    thought, env = session.thought, session.env
    return {
        "step": session.steps,
        "episode": session.episode,
        "over": session.over,
        "score": words.score(session),
        "truth": _truth(session),
        "seen": {"words": words.seen(session), "point": _point(session)},
        "belief": belief(session),
        "actions": choices(thought, env.broken),
        "why": words.why(session),
        "surprise": surprise(session),
        "effect": effect(session),
        "goal": session.goal,
        "usual_goal": session.world.goal,
        "goal_words": words.goal(session),
        "broken": env.broken,
    }


def belief(session: Session) -> dict[str, Any]:
    """Where the agent thinks it is, and where it expected to be."""
    thought = session.thought
    found: dict[str, Any] = {"words": words.belief(session), "context": None}
    if session.world.places:
        found["places"] = _rounded(thought.beliefs[0])
        found["predicted"] = None if thought.predicted is None else _rounded(thought.predicted)
        if len(thought.beliefs) > 1:
            found["context"] = _rounded(thought.beliefs[1])
    else:
        weights = thought.beliefs[0]
        index = np.flatnonzero(weights > 1e-3)
        found["states"] = index.tolist()
        found["weights"] = _rounded(weights[index])
    return found


def choices(thought: Thought, broken: int | None) -> list[dict[str, Any]]:
    """What spoke for each thing that can be done; EFE is lowest for what is done."""
    parts = zip(thought.names, thought.actions, thought.neg_efe, thought.utility,
                thought.info_gain, thought.probs)  # fmt: skip
    return [
        {
            "name": name,
            "efe": _number(-neg_efe),
            "utility": _number(utility),
            "information": _number(information),
            "probability": _number(probability),
            "chosen": place == thought.chosen,
            "broken": broken is not None and int(action) == broken,
        }
        for place, (name, action, neg_efe, utility, information, probability) in enumerate(parts)
    ]


def surprise(session: Session) -> dict[str, Any]:
    """Variational free energy now and over time, with the moments in which something broke."""
    thought = session.thought
    return {
        "vfe": _number(thought.vfe),
        "accuracy": _number(thought.accuracy),
        "complexity": _number(thought.complexity),
        "curve": [[step, _number(value)] for step, value in session.curve],
        "breaks": session.breaks,
        "words": words.surprise(session),
    }


def effect(session: Session) -> dict[str, Any] | None:
    """What the agent believes that an action does, beside what it believed at first.

    Shown is the broken action, else the one that is about to be taken; from where its beliefs about
    the broken one have moved most, else from where it thinks it is.
    """
    now, first = session.thought.effects, session.mind.at_first
    if now is None or first is None:
        return None
    moved = 0.5 * np.abs(now - first).sum(axis=0)
    broken = session.env.broken
    action = session.thought.action if broken is None else broken
    here = int(np.argmax(session.thought.beliefs[0]))
    place = here if broken is None else int(np.argmax(moved[:, action]))
    return {
        "action": action,
        "from": place,
        "now": _rounded(now[:, place, action]),
        "first": _rounded(first[:, place, action]),
        "moved": _rounded(moved.max(axis=0)),
        "words": words.effect(session, action, place),
    }


def _offered(world: World) -> dict[str, Any]:
    noise = world.noise
    return {
        "title": world.title,
        "words": world.words,
        "agents": [*world.agents, "file"],
        "noise": {
            "words": noise.words,
            "low": noise.low,
            "high": noise.high,
            "usual": noise.usual,
            "step": noise.step,
        },
    }


def _truth(session: Session) -> dict[str, Any]:
    """What the agent does not know, for the picture."""
    if session.world.places:
        return {"place": session.env.place}
    position, _, angle, _ = session.env.get_wrapper_attr("state")
    return {"position": _number(position), "angle": _number(angle)}


def _point(session: Session) -> list[float] | None:
    """Where a continuous observation lies in the picture."""
    seen = session.observation
    if not isinstance(seen, np.ndarray) or seen.ndim == 0:
        return None
    return _rounded(seen if session.world.places else seen[[ANGLE, ANGULAR_VELOCITY]])


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), DIGITS)


def _rounded(values: Any) -> list:
    return np.round(np.asarray(values, np.float64), DIGITS).tolist()
