"""What a moment means, in plain words beside each panel."""

import numpy as np

from .session import Session

# From here on an agent is called sure, or an observation a surprise.
SURE, SURPRISING = 0.9, 2.0
NOTICED = 0.4
CUES = ("no cue", "the cue says left", "the cue says right")
OUTCOMES = ("no outcome", "the reward", "the punishment")


def score(session: Session) -> str:
    """How the episode goes."""
    if session.world.places and session.goal is not None:
        return f"at the goal in {session.at_goal} of {session.length} steps"
    return f"return {session.total:g} after {session.length} steps"


def goal(session: Session) -> str:
    """What is sought."""
    if session.goal is None:
        return "the reward" if session.world.places else "keep the pole up, anywhere"
    if session.world.places:
        return session.world.places[session.goal]
    return f"keep the pole up, near {session.goal:+.1f}"


def seen(session: Session) -> str:
    """The observation."""
    found = session.observation
    if isinstance(found, dict):
        place = session.world.places[int(found["location"])]
        return f"It sees: {place}, {OUTCOMES[found['outcome']]}, {CUES[found['cue']]}."
    numbers = ", ".join(f"{value:.2f}" for value in np.ravel(found))
    if session.world.places:
        return f"It sees the point ({numbers}), and nothing else."
    return f"It sees position, velocity, angle and angular velocity: {numbers}."


def belief(session: Session) -> str:
    """Where it thinks it is, and how that compares with the truth."""
    if not session.world.places:
        count = int((session.thought.beliefs[0] > 0.01).sum())
        return (
            f"Of the {len(session.thought.beliefs[0])} states that it made itself, "
            f"{count} explain what it sees."
        )
    place, *others = session.thought.beliefs
    here, share = int(np.argmax(place)), float(place.max())
    sure = "It is sure to be in" if share >= SURE else "It thinks it may be in"
    found = f"{sure} {session.world.places[here]} ({share:.0%})"
    found += "." if here == session.env.place else f"; in truth it is elsewhere{_where(session)}."
    if others:
        left, right = others[0]
        found += f" It expects the reward left with {left:.0%}, right with {right:.0%}."
    return found


def why(session: Session) -> str:
    """What spoke for the action."""
    thought = session.thought
    name = thought.names[thought.chosen]
    if session.over:
        return "The episode is over. The next step begins another one."
    if not session.world.places:
        return f"Its next action is “{name}”: what it expects from there on is best."
    others = np.delete(np.arange(len(thought.names)), thought.chosen)
    second = others[np.argmax(thought.neg_efe[others])]
    more = thought.utility[thought.chosen] - thought.utility[second]
    news = thought.info_gain[thought.chosen] - thought.info_gain[second]
    if more + news < 0.005:
        return f"Its next action is “{name}”; others are as good."
    reason = "it expects to learn more" if news > more else "it brings more of what it prefers"
    return f"Its next action is “{name}”: compared with “{thought.names[second]}”, {reason}."


def surprise(session: Session) -> str:
    """How well it had foreseen what it sees."""
    thought = session.thought
    if thought.vfe is None:
        return "It keeps to what it began, and compares when that is done."
    if thought.predicted is None:
        return "An episode begins: it had nothing but its prior to expect from."
    if session.world.places:
        expected = int(np.argmax(thought.predicted))
        share = float(thought.predicted[expected])
        found = f"It had expected {session.world.places[expected]} with {share:.0%}"
        here = int(np.argmax(thought.beliefs[0]))
        if here != expected:
            return f"{found}, and now thinks it is in {session.world.places[here]}: a surprise."
        return f"{found}, and that is what it found."
    if thought.vfe > SURPRISING:
        return "What it sees is not what its model had foreseen: a surprise."
    return "What it sees is about what its model had foreseen."


def effect(session: Session, action: int, place: int) -> str:
    """What it believes that an action does."""
    world, now = session.world, session.thought.effects
    first = session.mind.at_first
    assert now is not None
    assert first is not None
    name, here = world.actions[action], world.places[place]
    moved = 0.5 * float(np.abs(now[:, place, action] - first[:, place, action]).sum())
    expected = int(np.argmax(now[:, place, action]))
    share = float(now[expected, place, action])
    found = (
        f"From {here}, it believes that “{name}” leads to {world.places[expected]} ({share:.0%})."
    )
    if not session.mind.learns:
        return found + " This agent does not learn while it acts."
    if session.env.broken is None:
        return found
    if moved >= NOTICED:
        return found + " It has noticed that the action no longer does what it did."
    return found + " It has not noticed yet: it learns from trying; another goal may make it."


def _where(session: Session) -> str:
    place = session.env.place
    return "" if place is None else f" ({session.world.places[place]})"
