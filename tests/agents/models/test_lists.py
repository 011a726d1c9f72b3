"""Lists in, checked and kept; to pymdp and back."""

import dataclasses
import warnings

import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.models.factored import LISTS
from aifgym.agents.models.generative_model import GenerativeModel
from factored_models import factored_models, random_lists
from helpers import random_distribution
from hypothesis import Phase, given, settings
from pymdp.agent import Agent
from pymdp.envs.tmaze import TMaze

A_ROWS, B_ROWS = [[0], [1, 0], [0, 1]], [[0], [1]]


def some_model(**changes):
    lists = random_lists(np.random.default_rng(0), [3, 2], [3, 2, 4], [2, 1], A_ROWS, B_ROWS)
    return GenerativeModel(**(lists | {"policy_len": 2} | changes))


def notebook_agent(**changes):
    """As in pymdp's T-maze notebook."""
    env = TMaze(cue_validity=1.0)
    C = [jnp.zeros(len(a)) for a in env.A]
    C[1] = C[1].at[1].set(2.0).at[2].set(-3.0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="A JAX array is being set as static")
        return Agent(
            env.A,
            env.B,
            C,
            env.D,
            policy_len=2,
            A_dependencies=env.A_dependencies,
            B_dependencies=env.B_dependencies,
            **changes,
        )


def assert_same(model, other):
    for field in dataclasses.fields(model):
        one, two = getattr(model, field.name), getattr(other, field.name)
        if field.name in LISTS and one is not None:
            assert len(one) == len(two)
            for a, b in zip(one, two):
                np.testing.assert_array_equal(a, b)
        elif field.name == "E" and one is not None:
            np.testing.assert_array_equal(one, two)
        elif field.name != "factors":
            assert one == two, field.name


def test_the_notebooks_agent_is_kept_with_its_settings():
    model = GenerativeModel.from_pymdp(notebook_agent())
    assert (model.num_states, model.num_outcomes) == ((5, 2), (5, 3, 3))
    assert (model.num_controls, model.num_actions, model.policy_len) == ((5, 1), 5, 2)
    assert (model.planner, model.num_iter, model.inference_algo) == ("tree", 16, "fpi")
    assert not model.categorical_obs
    np.testing.assert_array_equal(model.C[1], [0, 2, -3])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"gamma": 4.0, "alpha": 2.0, "num_iter": 3, "sampling_mode": "marginal"},
        {"use_utility": False, "use_states_info_gain": False, "action_selection": "stochastic"},
        {"E": random_distribution(np.random.default_rng(1), 4)},
        {"planner": "inductive", "H": [np.eye(3)[1], np.ones(2)], "inductive_depth": 2},
        {"pB": [np.ones((3, 3, 2)), np.ones((2, 2, 1))], "use_param_info_gain": True},
    ],
    ids=lambda settings: "-".join(settings) or "defaults",
)
def test_a_round_trip_through_pymdp_is_the_identity(settings):
    model = some_model(**({"planner": "tree", "inductive_depth": 1} | settings))
    assert_same(model, GenerativeModel.from_pymdp(model.to_pymdp(batch_size=3)))


@given(model=factored_models(interacting=True))
@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
def test_round_trips_of_models_with_all_kinds_of_dependencies(model):
    model = dataclasses.replace(model, planner="tree", inductive_depth=1)
    assert_same(model, GenerativeModel.from_pymdp(model.to_pymdp()))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {"learn_A": True, "pA": [jnp.ones(a.shape) for a in TMaze().A]},
            r"learn_A=True.*say learn=\('A',\)",
        ),
        ({"preprocess_fn": lambda o: o, "categorical_obs": True}, "preprocess_fn.*encoders"),
        ({"inference_algo": "mmp"}, "inference_algo='mmp'"),
        ({"inference_horizon": 3}, "inference_horizon=3"),
        ({"policies": jnp.zeros((1, 2, 2), int)}, "policies"),
        ({"batch_size": 2, "gamma": jnp.array([1.0, 2.0])}, "gamma must be the same for all 2"),
    ],
)
def test_what_a_model_cannot_keep_is_refused_by_name(changes, named):
    with pytest.raises(ValueError, match=named):
        GenerativeModel.from_pymdp(notebook_agent(**changes))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"A": [np.eye(3)]}, "A_dependencies must have 1 entries"),
        ({"A": some_model().A[::-1]}, r"A\[0\] must have 2 dimensions \(outcomes of modality 0"),
        ({"A_dependencies": [[0], [0, 1], [0, 1]]}, r"axis 1 of A\[1\] must have 3 states of fac"),
        ({"A_dependencies": [[0], [1, 2], [0, 1]]}, r"A_dependencies\[1\] must name factors in 0"),
        ({"B_dependencies": [[1], [1]]}, r"B_dependencies\[0\] must contain 0"),
        ({"num_controls": [3, 1]}, r"axis 2 of B\[0\] must have 3 actions of factor 0, got 2"),
        ({"C": [np.zeros(3), np.zeros(2)]}, "C must be a list of 3 arrays, one per modality"),
        ({"C": [np.zeros(3), np.zeros(3), np.zeros(4)]}, r"axis 0 of C\[1\] must have 2 outcomes"),
        ({"D": [np.ones(3) / 3, np.ones(2)]}, r"D\[1\] must sum to 1 over its first axis"),
        ({"E": np.ones(3) / 3}, "axis 0 of E must have 4 policies, got 3"),
        ({"pA": [np.ones((3, 3)), None, np.ones((4, 2, 2))]}, r"axis 1 of pA\[2\] must have 3"),
        ({"use_param_info_gain": True}, "use_param_info_gain needs pA or pB"),
        ({"planner": 3}, "planner must be the name of a planner"),
        ({"num_iter": 0}, "num_iter must be an integer, at least 1"),
    ],
)
def test_inconsistent_lists_are_refused_by_modality_factor_and_axis(changes, named):
    with pytest.raises(ValueError, match=named):
        some_model(**changes)


def test_an_array_that_does_not_sum_to_one_is_refused_with_the_place():
    B = [np.array(b) for b in some_model().B]
    B[0][0, 2, 1] += 0.5
    with pytest.raises(ValueError, match=r"B\[0\] must sum to 1 .* off by 0.5, at \[:, 2, 1\]"):
        some_model(B=B)


def test_single_arrays_stay_single_arrays():
    model = GenerativeModel(A=np.eye(2), B=np.eye(2)[..., None].tolist(), C=[0, 1], D=[1, 0])
    assert (model.num_states, model.num_outcomes, model.num_actions) == (2, 2, 1)
    assert model.B.shape == (2, 2, 1)
    assert model.factors.A_dependencies == ((0,),)
