"""`fit` where the whole model is given: what its continuous modalities look like is learned."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium as gym

from ..agents import ActiveInferenceEncoderAgent, GenerativeModel
from ..agents.models.factored import LISTS
from .config import TrainConfig, stored
from .data.collection import collect
from .data.trajectories import Trajectories, check_trajectories
from .descent.recipes import GIVEN_MODEL, overridden
from .learners.history import History
from .modality_training import Name, by_modality, trained_encoders
from .problem import Source


def fit_given_model(
    source: Source,
    model: GenerativeModel,
    modalities: Sequence[str] | None,
    config: TrainConfig,
    seed: int,
    progress: Callable[[int], object] | None,
) -> tuple[ActiveInferenceEncoderAgent, History]:
    """Trains the encoders of all modalities that are not discrete, together, from whole episodes.

    Args:
        source: an environment, or trajectories of whole episodes.
        model: all that is known.
        modalities: keys of `Dict` observations in A's order.
        config: how to train.
        seed: the same seed gives the same agent.
        progress: called with the number of gradient steps done since the last call.

    Raises:
        TypeError: the environment's spaces are of another kind.
        ValueError: observations, actions and model do not fit, or nothing is left to be learned.
    """
    if not isinstance(source, gym.Env | Trajectories):
        kind = type(source).__name__
        raise TypeError(f"fit with model= needs a gymnasium.Env or Trajectories, got {kind}")
    model = model if model.has_lists else with_lists(model)
    names = _names(source, modalities, len(model.factors.A))
    is_env = isinstance(source, gym.Env)
    data = collect(source, config.num_transitions, None, seed) if is_env else source
    check_trajectories(data)
    spaces = by_modality(source.observation_space, names)
    _check_fit(data, model, spaces)
    recipe = overridden(GIVEN_MODEL, num_restarts=config.num_restarts)
    if config.train_steps is not None:
        recipe = dataclasses.replace(
            recipe, main=recipe.main._replace(num_steps=config.train_steps)
        )
    parts, history = trained_encoders(data, model, spaces, config, recipe, seed, progress)
    encoders = {name: part and part[0] for name, part in parts.items()}
    usage = {name: part and part[1] for name, part in parts.items()}
    is_named = isinstance(source.observation_space, gym.spaces.Dict)
    given: list[Any] = [m if is_named else list(m.values()) for m in (encoders, usage)]
    settings = {"config": stored(config), "seed": seed, "model": "given"}
    space = source.observation_space if is_env else None
    agent = ActiveInferenceEncoderAgent(
        given[0], model, given[1], settings, seed, observation_space=space
    )
    return agent, history


def with_lists(model: GenerativeModel) -> GenerativeModel:
    """A model of single arrays as one of lists."""
    lists = {name: getattr(model, name) for name in LISTS}
    return dataclasses.replace(model, **{n: v if v is None else [v] for n, v in lists.items()})


def _names(source, modalities: Sequence[str] | None, count: int) -> list[Name]:
    """Of each modality in A's order the key of its observations."""
    space = source.observation_space
    if isinstance(space, gym.spaces.Dict):
        known = source.unwrapped if isinstance(source, gym.Env) else None
        names: list[Name] = list(modalities or getattr(known, "modalities", space.spaces))
        if sorted(map(str, names)) != sorted(space.spaces) or len(names) != count:
            raise ValueError(
                f"modalities must be the keys {sorted(space.spaces)} in A's order, {count} of "
                f"them, got {names}"
            )
        return names
    if modalities is not None:
        raise ValueError(f"modalities is for Dict observations, got {space}")
    return list(range(count)) if isinstance(space, gym.spaces.Tuple) else [None]


def _check_fit(data: Trajectories, model: GenerativeModel, spaces: dict[Name, gym.Space]) -> None:
    num_actions = model.joint.num_actions
    if data.num_actions != num_actions:
        raise ValueError(f"model has {num_actions} actions, the data {data.num_actions}")
    outcomes = model.factors.num_outcomes
    if len(spaces) != len(outcomes):
        raise ValueError(f"model has {len(outcomes)} modalities, observations {len(spaces)}")
    for (name, space), count in zip(spaces.items(), outcomes):
        if isinstance(space, gym.spaces.Discrete) and space.n > count:
            raise ValueError(
                f"modality {name!r} has {space.n} outcomes, the model has {count} outcomes"
            )
    if all(isinstance(space, gym.spaces.Discrete) for space in spaces.values()):
        raise ValueError("all modalities are discrete: there is no encoder to be trained")
