"""What one setting for all tasks finds from the data: features, and how long an action is held."""

import numpy as np

from .....agents.planning.policy_iteration import plan
from .....agents.world_model.policy import discounted
from ..config import LearnConfig
from ..experience import Experience
from .discretisation import Material, discretise, gather
from .duration import CANDIDATES, base_duration
from .features import FeatureKind, Features, fit_features
from .prediction import rollout_error

# Squared errors, in variances, below which features count as equally good; and by how much the log
# of the error must be less for others to take over.
LEAST_ERROR, SWITCH = 1e-4, 0.1
# Durations that are compared, how predictable a longer one must be (in spacings), and what share of
# the promised return it must add.
TRIES, LARGEST_NOISE, LEAST_ADVANTAGE = 3, 0.6, 0.03
# Share of the first round that probes are made from; the rest is foretold.
FIRST_SHARE = 0.7


def feature_scores(
    experience: Experience, num_observed: int, config: LearnConfig, rng, before
) -> dict[FeatureKind, float]:
    """Log prediction error of each kind of features on what came since the last round.

    Each kind makes a discretisation from what came before; all foretell the same stretches. The
    newest error and the errors so far count half each.
    """
    newest = experience.rounds == experience.rounds.max()
    if before is None:
        newest = np.arange(len(experience)) >= int(FIRST_SHARE * len(experience))
    old = experience.take(np.flatnonzero(~newest))
    if not len(old):
        return {}
    scores = dict(before.scores) if before else {}
    usual = fit_features(before.kind if before else config.features[0], old, num_observed)
    duration = base_duration(old, usual, config.num_states, rng)
    for kind in config.features:
        features = fit_features(kind, old, num_observed)
        material = gather(old, features, duration, config.discount)
        model = discretise(material, config.num_states, "soft", rng, keep_noise=False)
        error = rollout_error(model, features, "soft", duration, experience, newest, num_observed)
        if error is not None:
            score = float(np.log(error + LEAST_ERROR).mean())
            scores[kind] = (score + scores[kind]) / 2 if kind in scores else score
    return scores


def choose_features(
    experience: Experience,
    num_observed: int,
    kinds: tuple[FeatureKind, ...],
    scores: dict[FeatureKind, float],
    before,
) -> Features:
    """Features of the kind that foretells best; others only where they are clearly better."""
    kind: FeatureKind = before.kind if before else kinds[0]
    if scores:
        best = min(scores, key=lambda kind: scores[kind])
        kind = best if scores[best] < scores.get(kind, np.inf) - SWITCH else kind
    return fit_features(kind, experience, num_observed)


def choose_duration(
    experience: Experience, features: Features, config: LearnConfig, rng, before
) -> tuple[Material, int, dict[int, float]]:
    """How long actions are held: what promises the highest return where episodes begin.

    The shortest candidate leads out of a state (see `base_duration`). A longer one has less
    diffusion of value but controls more coarsely; planning itself weighs that. It must be
    foreseeable, or the maximum over controls would prefer what is not known.

    Returns:
        The material of the chosen duration, the duration, and the promises by duration; the newest
        and those so far count half each.
    """
    base = base_duration(experience, features, config.num_states, rng)
    place = CANDIDATES.index(base)
    promises = dict(before.promises) if before else {}
    best: tuple[float, Material, int] | None = None
    for length in CANDIDATES[place : place + TRIES]:
        material = gather(experience, features, length, config.discount)
        made = discretise(material, config.num_states, "soft", rng, config.keep_noise)
        too_long = made.noise > LARGEST_NOISE or None in material.controls
        if best is not None and too_long:
            break
        ahead = discounted(made.member, material.lengths, config.discount)
        promise = float(made.member.starts @ plan(ahead, made.member.rewards).value)
        promise = (promise + promises.get(length, promise)) / 2
        promises[length] = promise
        if before is not None and before.duration == length:
            promise += LEAST_ADVANTAGE * abs(promise)
        if best is None or promise > best[0]:
            best = promise, material, length
    assert best is not None  # the first candidate is always one
    return best[1], best[2], promises
