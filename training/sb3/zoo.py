"""Active inference in RL-Zoo: the algorithm, its hyperparameters by task, and what Optuna tries.

RL-Zoo imports a module `custom_envs` where it finds one. With these two lines in `custom_envs.py`
of the folder that one works in, its commands know the algorithm:

```python
from aifgym.training.sb3 import zoo
zoo.register()
```

`--conf-file aifgym.training.sb3.zoo` takes the hyperparameters from here.
"""

from pathlib import Path
from typing import Any

import yaml

from .algorithm import ActiveInference

NAME = "active_inference"
HYPERPARAMETERS = Path(__file__).with_name(f"{NAME}.yml")
# The name that RL-Zoo looks for in a module.
hyperparams: dict[str, dict[str, Any]] = yaml.safe_load(HYPERPARAMETERS.read_text())


def register() -> None:
    """Makes `--algo active_inference` known to RL-Zoo's `train` and `enjoy`, in this process.

    Raises:
        ImportError: there is no rl_zoo3.
    """
    import rl_zoo3  # pyright: ignore[reportMissingImports]
    from rl_zoo3 import hyperparams_opt  # pyright: ignore[reportMissingImports]

    # Each of these is one dict that all of RL-Zoo's modules share.
    rl_zoo3.ALGOS[NAME] = ActiveInference
    hyperparams_opt.HYPERPARAMS_SAMPLER[NAME] = sampled
    hyperparams_opt.HYPERPARAMS_CONVERTER[NAME] = converted


def sampled(trial: Any, n_actions: int, n_envs: int, additional_args: dict) -> dict[str, Any]:
    """Settings that a trial of Optuna chooses; the arguments are those of RL-Zoo's samplers."""
    params = {
        "num_states": trial.suggest_int("num_states", 50, 600, log=True),
        "num_members": trial.suggest_int("num_members", 1, 4),
        "rounds_kept": trial.suggest_int("rounds_kept", 1, 4),
        "encoder": trial.suggest_categorical("encoder", ["soft", "lme"]),
        "one_minus_discount": trial.suggest_float("one_minus_discount", 1e-3, 5e-2, log=True),
        "novelty": trial.suggest_float("novelty", 0.03, 3.0, log=True),
        "first_steps": trial.suggest_int("first_steps", 100, 1000, log=True),
        "growth": trial.suggest_float("growth", 0.05, 0.5, log=True),
    }
    return converted(params)


def converted(params: dict[str, Any]) -> dict[str, Any]:
    """Settings of `ActiveInference` from a trial's parameters."""
    others = {name: value for name, value in params.items() if name != "one_minus_discount"}
    return {**others, "discount": 1 - params["one_minus_discount"]}
