"""Which trials a group runs, as data: scenarios, contenders, seeds and budgets. No logic."""

import dataclasses

OURS = ("aifgym", "aifgym learned", "tutorial's recipe")
PPO = ("PPO", "PPO tuned")
STACKED, RECURRENT = ("PPO stacked",), ("RecurrentPPO",)
REFERENCES = ("random", "best constant", "exact Bayes", "full information")
MEMORYLESS = (*OURS, *PPO)

UP_TO_16K = (1_024, 4_096, 16_384)
UP_TO_64K = (*UP_TO_16K, 65_536)
UP_TO_256K = (*UP_TO_64K, 262_144)
"""Environment steps; multiples of 1,024, so that most of them end with an update of PPO's."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """Trials of one scenario: each learner once per seed, everybody else once.

    Attributes:
        scenario: its name.
        contenders: their names.
        num_seeds: training seeds, from 0.
        budgets: environment steps after which learners are judged; where the world changes after
            training, steps after the change, and 0 comes first.
    """

    scenario: str
    contenders: tuple[str, ...]
    num_seeds: int
    budgets: tuple[int, ...]


def _standard(num_seeds: int, budgets: tuple[int, ...], recurrent_seeds: int) -> tuple[Plan, ...]:
    after_change = (0, *budgets)
    unknown = tuple(name for name in MEMORYLESS if name not in ("aifgym", "tutorial's recipe"))
    return (
        Plan("centre", (*MEMORYLESS, *REFERENCES), num_seeds, budgets),
        Plan("noisy", (*MEMORYLESS, *STACKED, *REFERENCES), num_seeds, budgets),
        Plan("noisy", RECURRENT, recurrent_seeds, budgets),
        Plan("very_noisy", (*MEMORYLESS, *STACKED, *REFERENCES), num_seeds, budgets),
        Plan("very_noisy", RECURRENT, recurrent_seeds, budgets),
        Plan("slippery", (*MEMORYLESS, *REFERENCES), num_seeds, budgets),
        Plan("long", (*MEMORYLESS, *REFERENCES), num_seeds, budgets),
        Plan("goal_switch", (*MEMORYLESS, *REFERENCES), num_seeds, after_change),
        Plan("broken_actuator", (*MEMORYLESS, *REFERENCES), num_seeds, after_change),
        Plan("unknown_dynamics", (*unknown, *REFERENCES), num_seeds, budgets),
    )


EVERYBODY = (*MEMORYLESS, *STACKED, *RECURRENT, *REFERENCES)
QUICK = ("aifgym", "aifgym learned", "PPO", *REFERENCES)
GROUPS: dict[str, tuple[Plan, ...]] = {
    "quick": tuple(Plan(name, QUICK, 3, UP_TO_16K[1:]) for name in ("tutorial", "centre", "noisy")),
    "standard": _standard(10, UP_TO_64K, recurrent_seeds=5),
    "full": (
        Plan("tutorial", EVERYBODY, 10, UP_TO_256K),
        *(
            dataclasses.replace(plan, contenders=(*plan.contenders, *STACKED, *RECURRENT))
            if plan.scenario not in ("noisy", "very_noisy")
            else plan
            for plan in _standard(10, UP_TO_256K, recurrent_seeds=10)
        ),
        Plan("very_long", EVERYBODY, 10, UP_TO_256K),
    ),
}
"""What `aifgym benchmark --group` knows."""
