"""One round of learning: from all experience so far to what decides next. Pure."""

import dataclasses
from typing import NamedTuple

import numpy as np

from .....agents.world_model.ensemble import joined as joined_ensemble
from .....agents.world_model.model import WorldModel
from .....agents.world_model.policy import Policy, joined_policy, novelty, reward_plan
from ..config import LearnConfig
from ..experience import Experience
from .choices import choose_duration, choose_features, feature_scores
from .discretisation import Discretisation, discretise
from .features import FeatureKind, Features


class Standing(NamedTuple):
    """What a round hands to the next one.

    Attributes:
        kind: of the features.
        scores: log prediction error of each kind, the lower the better.
        duration: steps for which actions are held.
        history: observations in a window.
        promises: discounted return that planning expects, by duration.
    """

    kind: FeatureKind
    scores: dict[FeatureKind, float]
    duration: int
    history: int
    promises: dict[int, float]


@dataclasses.dataclass(frozen=True)
class Round:
    """What a round of learning made.

    Attributes:
        features: of observations.
        standing: for the next round.
        members: discretisations.
        exploit: `(K, E)` for each member, what controls are worth.
        explore: with novelty.
        novelty: mean of what is still to be learned about a control, nats.
        promise: discounted return that planning expects from where episodes began.
    """

    features: Features
    standing: Standing
    members: tuple[Discretisation, ...]
    exploit: tuple[np.ndarray, ...]
    explore: tuple[np.ndarray, ...]
    novelty: float
    promise: float


def refit(
    experience: Experience,
    num_observed: int,
    history: int,
    config: LearnConfig,
    rng: np.random.Generator,
    before: Standing | None,
) -> Round:
    """A round.

    Args:
        experience: all steps so far, with their history.
        num_observed: dimensions of the newest observation.
        history: observations in a window.
        config: settings.
        rng: of this round.
        before: the last round's, None in the first.
    """
    scores = {}
    if len(config.features) > 1:
        scores = feature_scores(experience, num_observed, config, rng, before)
    features = choose_features(experience, num_observed, config.features, scores, before)
    material, duration, promised = choose_duration(experience, features, config, rng, before)
    exploit, explore, left, promises, members = [], [], [], [], []
    scale = experience.reward_scale
    for _ in range(config.num_members):
        made = discretise(material, config.num_states, config.encoder, rng, config.keep_noise)
        member, lengths = made.member, material.lengths
        arguments = member, lengths, config.discount
        plain = reward_plan(*arguments, -config.caution * scale)
        exploring = reward_plan(*arguments, config.novelty * scale, plain.policy)
        members.append(made)
        exploit.append(plain.neg_efe)
        explore.append(exploring.neg_efe)
        left.append((novelty(member, lengths) / lengths).mean())
        promises.append(member.starts @ plain.value)
    return Round(
        features,
        Standing(features.kind, scores, duration, history, promised),
        tuple(members),
        tuple(exploit),
        tuple(explore),
        float(np.mean(left)),
        float(np.mean(promises)),
    )


def world_of(
    rounds: list[Round], config: LearnConfig, history: int, num_actions: int, reward_scale: float
) -> WorldModel:
    """The members of some rounds as one world model."""
    members = [(r, made) for r in rounds for made in r.members]
    return WorldModel(
        joined_ensemble(
            [(r.features.shift, r.features.matrix) for r, _ in members],
            [made.prototypes for _, made in members],
            [made.spacing for _, made in members],
            config.encoder,
        ),
        tuple(made.member for _, made in members),
        np.arange(num_actions),
        np.array([[r.standing.duration] * num_actions for r, _ in members]),
        config.discount,
        history,
        num_actions,
        reward_scale,
        config.caution,
    )


def policy_of(rounds: list[Round], world: WorldModel, explore: bool = False) -> Policy:
    """The policy that the rounds' plans make together."""
    values = [v for r in rounds for v in (r.explore if explore else r.exploit)]
    return joined_policy(world, values)
