"""Does training succeed on every seed? Accuracy and control against exact Bayes, seed by seed."""

import dataclasses
import time
from collections.abc import Callable

import jax
import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...envs import LineWorld
from ...training import TrainConfig, Trajectories, fit, simulate
from ..analysis import metrics
from ..analysis.statistics import normalised_score
from ..contenders.references import ExactBayes, Random, exact_posterior, exact_prediction
from ..running.evaluation import episode_returns
from ..scenarios.scenario import Scenario

# As many sequences as the tutorial has; beyond 20 states it takes more to see each transition.
NUM_SEQUENCES = {20: 640, 50: 2560, 100: 10240}
SEQUENCE_LENGTH, NUM_TEST_SEQUENCES = 6, 3200
MARGIN = 0.01
GOAL_OBSERVATIONS = 20
CONTROL_STATES = 5
"""Control is judged where the default policy_len reaches the target from everywhere."""


@dataclasses.dataclass(frozen=True)
class SeedResult:
    """One seed.

    Attributes:
        seed: of data and training.
        recipe: "evidence" or "tutorial".
        raw_accuracy: held-out inferred-state accuracy, labels as they come.
        aligned_accuracy: after the best relabelling.
        bayes_accuracy: of the exact Bayes filter on the same data.
        success: whether `raw_accuracy` is at least `bayes_accuracy - 0.01`.
        control_score: normalised return in the centre scenario, random 0, exact Bayes with QMDP 1;
            None where it is not judged.
        seconds: of training, compilation included.
        warnings: what the training itself says against its result.
    """

    seed: int
    recipe: str
    raw_accuracy: float
    aligned_accuracy: float
    bayes_accuracy: float
    success: bool
    control_score: float | None
    seconds: float
    warnings: str


@dataclasses.dataclass(frozen=True)
class SeedStudy:
    """What is varied.

    Attributes:
        world: the world.
        dynamics: "known", or "learned": B is learned, then matched to the true one for accuracy;
            control has no B and its goal from observations.
        latent_states: latent indices of learned dynamics for control; None: as many as states.
        num_restarts: None: the recipe's.
        num_sequences: of training, a third more is held out; None: by the number of states.
        episodes: of control, 0 leaves control out.
    """

    world: LineWorld
    dynamics: str = "known"
    latent_states: int | None = None
    num_restarts: int | None = None
    num_sequences: int | None = None
    episodes: int = 200


def run_seed(study: SeedStudy, seed: int, references: dict[str, float] | None) -> SeedResult:
    """Trains by the evidence objective and judges."""
    dynamics = "aligned" if study.dynamics == "learned" else "known"
    config = _config(study, dynamics=dynamics)
    agent, seconds, warnings = _trained(study, config, seed)
    if study.dynamics == "learned" and references is not None:
        latent = study.latent_states or study.world.num_states
        learned = _config(study, dynamics="learned", num_states=latent)
        controller, *_ = _trained(study, learned, seed)
        controller = controller.with_goal(observation=_goal_observations(study.world, seed))
    else:
        controller = agent
    control = None if references is None else _control(controller, study, references)
    return _judged(study, seed, "evidence", agent, control, seconds, warnings)


def run_tutorial_seed(
    study: SeedStudy, seed: int, references: dict[str, float] | None
) -> SeedResult:
    """Trains by the tutorial's recipe as published, one run, and judges."""
    config = _config(
        study, objective="tutorial", num_restarts=1, evidence="categorical", ambiguity="epsilon"
    )
    agent, seconds, warnings = _trained(study, config, seed)
    control = None if references is None else _control(agent, study, references)
    return _judged(study, seed, "tutorial", agent, control, seconds, warnings)


def control_references(study: SeedStudy) -> dict[str, float] | None:
    """Mean returns of random actions and exact Bayes; None where control is not judged."""
    if study.world.num_states != CONTROL_STATES or study.episodes == 0:
        return None
    scenario = _control_scenario(study.world)
    returns = {}
    for policy in (Random(), ExactBayes()):
        policy.train(scenario.make_env)
        returns[policy.name] = episode_returns(policy, scenario.make_env, study.episodes).mean()
    return returns


def _config(study: SeedStudy, **changes) -> TrainConfig:
    defaults = {"num_restarts": study.num_restarts, "held_out_fraction": 1 / 3}
    return TrainConfig(**(defaults | changes))


def _trained(study: SeedStudy, config: TrainConfig, seed: int):
    data, _ = simulate(study.world, *_sizes(study), jax.random.fold_in(jax.random.key(seed), 0))
    known = {} if config.dynamics == "learned" else _known(study.world)
    before = time.perf_counter()
    agent, history = fit(data, config, seed, **known)
    return agent, time.perf_counter() - before, "; ".join(history.warnings)


def _known(world: LineWorld) -> dict:
    return {"transition_matrix": world.transition_matrix, "target_state": world.num_states // 2}


def _sizes(study: SeedStudy) -> tuple[int, int]:
    num_states = study.world.num_states
    most = max(NUM_SEQUENCES)
    by_size = next((n for size, n in NUM_SEQUENCES.items() if num_states <= size), None)
    train = study.num_sequences or by_size or NUM_SEQUENCES[most]
    return round(train * 1.5), SEQUENCE_LENGTH


def _judged(study, seed, recipe, agent, control, seconds, warnings) -> SeedResult:
    key = jax.random.fold_in(jax.random.key(seed), 1)
    test, states = simulate(study.world, NUM_TEST_SEQUENCES, SEQUENCE_LENGTH, key)
    states, inferred = np.asarray(states), metrics.inferred_states(agent, test)
    bayes = metrics.accuracy(states, exact_states(study.world, test))
    raw = metrics.accuracy(states, inferred)
    aligned, _ = metrics.best_alignment(states, inferred, study.world.num_states)
    success = raw >= bayes - MARGIN
    return SeedResult(
        seed, recipe, raw, aligned, bayes, success, control, round(seconds, 3), warnings
    )


def exact_states(world: LineWorld, data: Trajectories) -> np.ndarray:
    """`(N, T)`, most probable states of the exact filter with the true densities."""
    log_likelihood = world.log_likelihood(np.asarray(data.observations, np.float64))
    actions, B = np.asarray(data.actions), world.transition_matrix
    prior, states = np.full(log_likelihood[:, 0].shape, 1 / world.num_states), []
    for t in range(actions.shape[1]):
        belief = exact_posterior(log_likelihood[:, t], prior)
        prior = exact_prediction(B, actions[:, t], belief)
        states.append(belief.argmax(axis=1))
    return np.stack(states, axis=1)


def _goal_observations(world: LineWorld, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal((GOAL_OBSERVATIONS, 2))
    return world.means[world.num_states // 2] + world.emission_scale * noise


def _control_scenario(world: LineWorld) -> Scenario:
    changes = {"start_state": None, "target_state": world.num_states // 2}
    arguments = dataclasses.replace(world, **changes).to_dict()
    return Scenario("centre", "", 20, tuple(arguments.items()))


def _control(
    agent: ActiveInferenceEncoderAgent, study: SeedStudy, references: dict
) -> float | None:
    make_env: Callable = _control_scenario(study.world).make_env
    mean = episode_returns(agent, make_env, study.episodes).mean()
    return normalised_score(mean, references["random"], references["exact Bayes"])
