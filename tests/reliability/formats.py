"""The formats of files that the product reads: how one is written, read, and told from another."""

import dataclasses
import pickle
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
import jax
import numpy as np
from aifgym.agents import ActiveInferenceEncoderAgent, GenerativeModel, WorldModelAgent
from aifgym.agents.agent_file import read_agent_file
from aifgym.agents.archive import DamagedArchiveError
from aifgym.benchmarks.running.result_lines import DamagedResultsError
from aifgym.benchmarks.running.results import TrialResult, append_results, read_results
from aifgym.training import LearnConfig, Trajectories, collect, learn
from aifgym.training.descent.checkpoints import RunFolder
from aifgym.training.learners.world_model.rounds_folder import RoundsFolder

FORMAT_1 = Path(__file__).parents[1] / "agents" / "format1"


@dataclasses.dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        write: makes a whole file in an empty folder and gives its path.
        read: what a path holds, as something that can be compared.
        is_archive: arrays and settings inside can be forged.
        accepts: whether what was read of a damaged file is right, given what the whole one held;
            nothing but the same where it is None.
    """

    write: Callable[[Path], Path]
    read: Callable[[Path], object]
    is_archive: bool = True
    accepts: Callable[[object, object], bool] | None = None

    errors = (DamagedArchiveError, DamagedResultsError)


def _plain(tree) -> bytes:
    leaves, structure = jax.tree.flatten(tree)
    return pickle.dumps([np.asarray(leaf).tolist() for leaf in leaves]) + str(structure).encode()


def _agent(folder: Path) -> Path:
    model = GenerativeModel(
        A=np.full((3, 3), 0.1) + 0.7 * np.eye(3),
        B=np.stack([np.eye(3), np.roll(np.eye(3), 1, axis=0)], axis=2),
        C=np.array([0.0, 0.0, 1.0]),
        D=np.full(3, 1 / 3),
    )
    ActiveInferenceEncoderAgent(None, model).save(folder / "agent.aif")
    return folder / "agent.aif"


def _agent_of_format_1(folder: Path) -> Path:
    path = folder / "agent.aif"
    path.write_bytes((FORMAT_1 / "likelihood.aif").read_bytes())
    return path


def _read_agent(path: Path) -> bytes:
    stored = read_agent_file(path)
    model = dataclasses.asdict(stored.model)
    arrays = stored.encoder.arrays()
    return _plain((arrays, stored.usage)) + repr((model, stored[3:])).encode()


def _world(folder: Path) -> Path:
    config = LearnConfig(num_states=8, first_steps=60, least_round=40)
    learn(gym.make("CartPole-v1"), 100, config)[0].save(folder / "world.aif")
    return folder / "world.aif"


def _read_world(path: Path) -> bytes:
    config, arrays = WorldModelAgent.load(path).parts()
    return pickle.dumps((config, {name: array.tolist() for name, array in sorted(arrays.items())}))


def _trajectories(folder: Path) -> Path:
    env = gym.make("aifgym.envs:ContinuousLineWorld-v0")
    collect(env, 60, 6, seed=0, record_rewards=True).save(folder / "data.npz")
    return folder / "data.npz"


def _checkpoint(folder: Path) -> Path:
    RunFolder(folder, {"seed": 0}).save("main", _STATE, [{"step": 1, "loss": 0.5}])
    return folder / "main.npz"


_STATE = {"weights": jax.numpy.arange(40.0), "step": jax.numpy.int32(3)}


def _read_checkpoint(path: Path) -> bytes:
    state, rows = RunFolder(path.parent, {"seed": 0}).load("main", _STATE)
    return _plain((state, rows))


def _rounds(folder: Path) -> Path:
    learn(gym.make("CliffWalking-v1"), 100, run_folder=folder)
    return folder / "round_00000.npz"


def _read_round(path: Path) -> bytes:
    env = gym.make("CliffWalking-v1")
    env.num_envs = 1
    first = RoundsFolder(path.parent, LearnConfig(), 0, env).read()[0]
    return _plain((dataclasses.asdict(first.part), first.standing, first.row))


def _results(folder: Path) -> Path:
    makes = {"str": "x", "int": 3, "float": 0.5, "float | None": 0.5}
    kinds = {field.name: str(getattr(field.type, "__name__", field.type)) for field in FIELDS}
    for seed in range(5):
        values = {name: makes.get(kind, {}) for name, kind in kinds.items()}
        values |= {"seed": seed, "episode_returns": [0.25, seed], "error": ""}
        append_results(folder, [TrialResult(**values)])
    return folder / "results.csv"


FIELDS = dataclasses.fields(TrialResult)


def _read_results(path: Path) -> set[str]:
    for aside in path.parent.glob("results.csv.*"):
        aside.unlink()
    return set(map(repr, read_results(path.parent)))


FORMATS = {
    "agent": Format(_agent, _read_agent),
    "agent of format 1": Format(_agent_of_format_1, _read_agent),
    "agent of a world model": Format(_world, _read_world),
    "trajectories": Format(_trajectories, lambda path: _plain(Trajectories.load(path))),
    "checkpoint": Format(_checkpoint, _read_checkpoint),
    "stored round": Format(_rounds, _read_round),
    # What is damaged is set aside: some of the lines, each as it was written.
    "results": Format(_results, _read_results, False, lambda found, whole: found <= whole),
}
