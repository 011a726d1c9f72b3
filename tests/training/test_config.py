import pytest
from aifgym.training import TrainConfig
from aifgym.training.descent.recipes import TutorialRecipe


@pytest.mark.parametrize(
    "changes",
    [
        {"num_restarts": 0},
        {"train_steps": 0},
        {"sequence_length": 1},
        {"held_out_fraction": 1.0},
        {"epsilon": 1.0},
        {"num_states": 1},
        {"dynamics": "learned", "objective": "tutorial"},
        {"objective": "nonsense"},
        {"num_restarts": True},
        {"train_steps": 2.5},
        {"preference": float("nan")},
    ],
)
def test_settings_out_of_range_are_named(changes):
    with pytest.raises(ValueError, match=f"{next(iter(changes))} must be"):
        TrainConfig(**changes)


@pytest.mark.parametrize("name", ["temperature", "learning_rate", "num_restarts"])
def test_tutorial_settings_out_of_range_are_named(name):
    with pytest.raises(ValueError, match=f"{name} must be"):
        TutorialRecipe(**{name: 0})
