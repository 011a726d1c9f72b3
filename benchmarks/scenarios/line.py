"""The line world's scenarios, as data."""

from .scenario import Scenario, World

CENTRE: World = (("start_state", None), ("target_state", 2))
NOISY: World = (*CENTRE, ("emission_scale", 2.0))

LINE = (
    Scenario("tutorial", "the default world; always forward is optimal, so nobody stands out", 8),
    Scenario("centre", "target inside the line, random start: acting needs the state", 20, CENTRE),
    Scenario("noisy", "centre, scale 2: one observation is not enough, memory pays", 20, NOISY),
    Scenario(
        "very_noisy",
        "centre, scale 3: a quarter of the states is misread even with memory",
        20,
        (*CENTRE, ("emission_scale", 3.0)),
    ),
    Scenario(
        "slippery",
        "centre, transition noise 0.3: actions often fail, so one must look again",
        20,
        (*CENTRE, ("transition_noise", 0.3)),
    ),
    Scenario(
        "long",
        "20 states, up to 10 steps to the target: rewards are far away",
        60,
        (("num_states", 20), ("start_state", None), ("target_state", 10)),
    ),
    Scenario(
        "very_long",
        "50 states, up to 25 steps to the target: random actions hardly ever meet it",
        150,
        (("num_states", 50), ("start_state", None), ("target_state", 25)),
    ),
    Scenario(
        "goal_switch",
        "centre, then another target: what was learned about the world should carry over",
        20,
        CENTRE,
        steps_before=16_384,
        changed_world=(("target_state", 3),),
    ),
    Scenario(
        "broken_actuator",
        "noisy, then back does nothing: overshooting can no longer be undone",
        20,
        NOISY,
        steps_before=16_384,
        dead_action=0,
    ),
    Scenario(
        "unknown_dynamics",
        "centre, and no learner is given the transition matrix",
        20,
        CENTRE,
        hides_dynamics=True,
    ),
)
