"""Scenarios where information has to be sought: pymdp's worlds, as data."""

from .scenario import Scenario

# As registered: asking once takes five steps, so there is time to ask again.
MAZE_STEPS = 10

EPISTEMIC = (
    Scenario(
        "tmaze",
        "a cue, right in 95 % of cases, tells which arm pays and which one costs",
        MAZE_STEPS,
        env_id="aifgym.envs:TMaze-v0",
    ),
    Scenario(
        "tmaze_noisy",
        "T-maze whose cue is right in 80 % of cases and whose arms pay in 90 %",
        MAZE_STEPS,
        (("cue_validity", 0.8), ("reward_probability", 0.9), ("punishment_probability", 0.9)),
        env_id="aifgym.envs:TMaze-v0",
    ),
    Scenario(
        "cue_chaining",
        "a first cue tells where the second one is, which tells where the reward is",
        20,
        env_id="aifgym.envs:CueChaining-v0",
    ),
    Scenario(
        "grid",
        "3 x 3 cells seen as noisy points, five actions, moves fail in 10 %",
        20,
        env_id="aifgym.envs:ContinuousGridWorld-v0",
    ),
)
