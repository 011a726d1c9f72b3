"""Commands of the `aifgym` program that study and time."""

from pathlib import Path
from typing import Literal

from ...envs import LineWorld
from ..commands import reproduce as reproduce_command
from ..commands import studies
from ..commands.support import chosen_out, require_bench
from ..studies.lives.table import PEERS
from ..studies.seeds import SeedStudy


def reproduce(figures: Path | None = None) -> int:
    """Run pymdp's tutorial and compare every figure with the page; exit code 1 if any is off.

    MP4 files need the extra `bench`.

    Args:
        figures: Folder for the tutorial's figures and animations: PNG, SVG, GIF, and MP4.
    """
    return reproduce_command.reproduce(figures)


def seeds(
    num_seeds: int = 100,
    first_seed: int = 0,
    states: int = 5,
    dynamics: Literal["known", "learned"] = "known",
    scale: float = 1.0,
    restarts: int | None = None,
    latent_states: int | None = None,
    sequences: int | None = None,
    episodes: int = 200,
    tutorial: bool = True,
    out: Path | None = None,
) -> int:
    """Train on many seeds and count how often the states are found as well as by exact Bayes.

    Args:
        num_seeds: Number of consecutive seeds.
        first_seed: The first of them.
        states: K of the world.
        dynamics: B is known, or learned and then matched to the true one.
        scale: Standard deviation of an observation coordinate.
        restarts: Trainings side by side. None is the recipe's.
        latent_states: Latent indices of learned dynamics in control. None is K.
        sequences: Training sequences of 6 steps; half as many are held out. None is by K.
        episodes: Control episodes in the centre scenario (5 states only); 0 leaves control out.
        tutorial: Also run the tutorial's recipe as published.
        out: CSV file with one line per seed. None: seeds.csv, if there is no such file yet.
    """
    out = chosen_out(out, "seeds.csv")
    study = SeedStudy(
        LineWorld(num_states=states, emission_scale=scale),
        dynamics, latent_states, restarts, sequences, episodes,
    )  # fmt: skip
    return studies.seeds(study, num_seeds, first_seed, tutorial, out)


def speed(out: Path = Path("runs/speed"), turns: int = 7, only: str = "") -> int:
    """Time environment, agent and training beside their peers; about 10 minutes on 2 cores.

    Needs the extra `bench`.

    Args:
        out: Folder for speed.csv and speed.png.
        turns: How often ours and the peer are timed, in turn.
        only: Only pairs whose name contains this.
    """
    require_bench("speed")
    from ..commands.speed import speed

    return speed(out, turns, only)


def costs(out: Path | None = None) -> int:
    """Measure what learning any task costs, by steps, states and dimensions; about a minute.

    Args:
        out: CSV file with one line per size. None: costs.csv, if there is no such file yet.
    """
    return studies.costs(chosen_out(out, "costs.csv"))


def goals(
    steps: int = 5_000,
    num_seeds: int = 3,
    first_seed: int = 20_000,
    episodes: int = 20,
    out: Path | None = None,
) -> int:
    """Tell agents another goal after learning, beside PPO that was trained for the old reward.

    Needs the extra `bench`.

    Args:
        steps: Environment steps of each learning.
        num_seeds: Number of consecutive seeds.
        first_seed: The first of them.
        episodes: Evaluation episodes for each seed.
        out: CSV file with one line per task, seed and learner. None: goals.csv, if there is no such
            file yet.
    """
    return studies.goals(steps, num_seeds, first_seed, episodes, chosen_out(out, "goals.csv"))


def changes(
    only: str = "",
    num_lives: int = 40,
    pymdp_lives: int = 0,
    ppo_lives: int = 0,
    recurrent_lives: int = 0,
    forgetting: bool = False,
    first_seed: int = 20_000,
    out: Path = Path("runs/changes"),
) -> int:
    """Live in worlds that change without telling: who learns, who does not, and who is told.

    What is finished is kept in --out and not lived again, so that a run that was stopped goes on.

    Args:
        only: Only worlds whose name contains this.
        num_lives: Lives of each of our agents.
        pymdp_lives: Lives of pymdp's Agent, with its own inference, planning and learning.
        ppo_lives: Lives of Stable-Baselines3's PPO, tuned; needs the extra `bench`.
        recurrent_lives: Lives of sb3-contrib's RecurrentPPO, each of several minutes.
        forgetting: Live also with other caps and decays of what is learned.
        first_seed: Of the first life.
        out: Folder for changes.csv, a line for each life, and the pictures; of the broken actuator
            also what the agent believes of it, as an animation.
    """
    peers: dict[str, int] = dict(zip(PEERS, (pymdp_lives, ppo_lives, recurrent_lives)))
    return studies.changes(only, num_lives, peers, first_seed, out, forgetting)
