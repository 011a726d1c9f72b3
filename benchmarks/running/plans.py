"""Which trials a group runs, as data: scenarios, contenders, seeds and budgets."""

import dataclasses

from ..contenders.registry import load_contender
from ..scenarios.registry import load_scenario
from ..scenarios.scenario import EVALUATION_EPISODES

AIFGYM = ("aifgym", "aifgym learned")
PUBLISHED_RECIPE = "tutorial's recipe"
"""Ours to run, not ours to judge by."""
OURS = (*AIFGYM, PUBLISHED_RECIPE)
DEFAULT, TUNED, RESTARTED = ("PPO",), ("PPO tuned",), ("PPO restarted",)
STACKED, RECURRENT = ("PPO stacked",), ("RecurrentPPO",)
LOW_REFERENCE, HIGH_REFERENCE, CEILING = "random", "exact Bayes", "full information"
"""Normalised scores of 0 and 1, and what nobody can exceed."""
REFERENCES = (LOW_REFERENCE, "best constant", HIGH_REFERENCE, CEILING)
BOUNDS = (LOW_REFERENCE, "best constant", HIGH_REFERENCE)
GIVEN, TO_THE_END = ("aifgym given model",), ("aifgym given model to the end",)
MAIN = (*OURS, *DEFAULT, *TUNED)

FIRST_TRAINING_SEED = 10_000
"""Settings were chosen on other seeds, ours below 100, PPO's (`tuning.ROUNDS`) from 1,000 up."""
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
        num_seeds: training seeds, from `FIRST_TRAINING_SEED` up.
        budgets: environment steps after which learners are judged; where the world changes after
            training, steps after the change, and 0 comes first.
        num_episodes: evaluation episodes.
    """

    scenario: str
    contenders: tuple[str, ...]
    num_seeds: int
    budgets: tuple[int, ...]
    num_episodes: int = EVALUATION_EPISODES


EVERYBODY = (*MAIN, *STACKED, *RECURRENT, *REFERENCES)
WITHOUT_B = ("aifgym learned", *DEFAULT, *TUNED, *STACKED, *RECURRENT, *REFERENCES)
CHANGING = ("goal_switch", "broken_actuator")
UNCHANGING = ("tutorial", "centre", "noisy", "very_noisy", "slippery", "long", "very_long")


WORLD_MODEL = ("aifgym world model",)
OWN = (*WORLD_MODEL, *DEFAULT, "DQN", LOW_REFERENCE, "best constant")
"""In somebody's own environment, for `OWN_SEEDS` seeds up to `OWN_BUDGETS` steps."""
OWN_SEEDS, OWN_BUDGETS = 5, (10_000,)
QUICK = ("aifgym", "aifgym learned", "PPO", *REFERENCES)
# Where information has to be sought; nothing is learned of a model that is given.
SEEKERS = (*GIVEN, *TO_THE_END, *DEFAULT, *RECURRENT)
SOUGHT = (
    Plan("tmaze", (*SEEKERS, *BOUNDS), 3, UP_TO_16K),
    Plan("tmaze_noisy", (*SEEKERS, *BOUNDS), 3, (1_000, *UP_TO_16K[1:])),
    # Too many joint states for planning to the end.
    Plan("cue_chaining", (*GIVEN, *DEFAULT, *RECURRENT, *BOUNDS), 3, UP_TO_16K),
    Plan("grid", ("aifgym", *SEEKERS, *REFERENCES), 3, UP_TO_16K),
)
GROUPS: dict[str, tuple[Plan, ...]] = {
    "quick": tuple(Plan(name, QUICK, 3, UP_TO_16K[1:]) for name in ("centre", "noisy")),
    # For 90 minutes on two cores: PPO tuned everywhere, its other forms where they matter most, and
    # the tutorial's recipe where the noise grows; RecurrentPPO, which costs ten times PPO's time,
    # where memory matters and with half the seeds.
    "standard": (
        Plan("centre", (*MAIN, *REFERENCES), 10, UP_TO_64K),
        Plan("noisy", (*MAIN, *STACKED, *REFERENCES), 10, UP_TO_64K),
        Plan("noisy", RECURRENT, 5, UP_TO_64K),
        Plan("very_noisy", (*MAIN, *STACKED, *REFERENCES), 10, UP_TO_64K),
        Plan("very_noisy", RECURRENT, 5, UP_TO_64K),
        Plan("goal_switch", (*AIFGYM, *TUNED, *RESTARTED, *REFERENCES), 10, (0, *UP_TO_64K)),
        Plan("broken_actuator", (*AIFGYM, *TUNED, *RESTARTED, *REFERENCES), 10, (0, *UP_TO_64K)),
        Plan("long", (*AIFGYM, *TUNED, *REFERENCES), 10, UP_TO_64K),
        Plan("unknown_dynamics", ("aifgym learned", *TUNED, *REFERENCES), 10, UP_TO_64K),
        *SOUGHT,
    ),
    "epistemic": SOUGHT,
    "full": (
        *(Plan(name, EVERYBODY, 10, UP_TO_256K) for name in UNCHANGING),
        *(Plan(name, (*EVERYBODY, *RESTARTED), 10, (0, *UP_TO_256K)) for name in CHANGING),
        Plan("unknown_dynamics", WITHOUT_B, 10, UP_TO_256K),
    ),
}
"""What `aifgym benchmark --group` knows."""


def own_plan(scenario: str) -> Plan:
    """Who runs in somebody's own scenario: those who learn, and who is given what it tells."""
    env = load_scenario(scenario).make_env()
    told = [
        name
        for name in (*GIVEN, *TO_THE_END, HIGH_REFERENCE, CEILING)
        if load_contender(name).fits(env)
    ]
    return Plan(scenario, (*OWN, *told), OWN_SEEDS, OWN_BUDGETS)


def may_run(contender: str, scenario: str) -> bool:
    """Whether a contender is given no more than a scenario allows."""
    return not (load_contender(contender).uses_dynamics and load_scenario(scenario).hides_dynamics)


def overridden(
    plans: tuple[Plan, ...],
    scenarios: tuple[str, ...] = (),
    more_contenders: tuple[str, ...] = (),
    only_more: bool = False,
    num_seeds: int | None = None,
    budgets: tuple[int, ...] = (),
    num_episodes: int | None = None,
) -> tuple[Plan, ...]:
    """Plans with some things changed.

    Args:
        plans: a group's.
        scenarios: only these; empty: all.
        more_contenders: who runs in each scenario besides, with the seeds and budgets of its
            first plan, but for those that it may not have.
        only_more: nobody else but the references that scores need.
        num_seeds: None leaves it.
        budgets: empty leaves them; where the world changes, 0 comes before them.
        num_episodes: None leaves it.
    """
    changed, seen = [], set()
    for plan in plans:
        if scenarios and plan.scenario not in scenarios:
            continue
        more = () if plan.scenario in seen else more_contenders
        added = [name for name in more if may_run(name, plan.scenario)]
        kept = [
            name
            for name in plan.contenders
            if not only_more or name in (LOW_REFERENCE, HIGH_REFERENCE)
        ]
        seen.add(plan.scenario)
        zero = (0,) if load_scenario(plan.scenario).steps_before else ()
        changed.append(
            dataclasses.replace(
                plan,
                contenders=tuple(dict.fromkeys((*kept, *added))),
                num_seeds=num_seeds or plan.num_seeds,
                budgets=(*zero, *budgets) if budgets else plan.budgets,
                num_episodes=num_episodes or plan.num_episodes,
            )
        )
    return tuple(changed)
