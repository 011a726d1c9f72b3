"""How arguments that several commands share appear on the command line."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from ...envs import LineWorld
from ...training import TrainConfig

AgentPath = Annotated[Path, tyro.conf.Positional]
# `--num-states`, not `--world.num-states`.
World = Annotated[LineWorld, tyro.conf.arg(name="")]
Training = Annotated[TrainConfig, tyro.conf.arg(name="")]
Group = Literal["quick", "standard", "epistemic", "full"]
# `--scenario centre --scenario noisy`
Repeated = Annotated[tuple[str, ...], tyro.conf.UseAppendAction]
