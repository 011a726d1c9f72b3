import dataclasses
import zipfile

import gymnasium as gym
import jax
import numpy as np
import pytest
from aifgym.agents.archive import DamagedArchiveError
from aifgym.training import Trajectories, collect
from helpers import ENV_ID


def test_trajectories_come_back_from_their_file(tmp_path):
    data = collect(gym.make(ENV_ID), 60, 6, seed=0, record_rewards=True)
    for saved in (data, dataclasses.replace(data, rewards=None)):
        saved.save(tmp_path / "data.npz")
        loaded = Trajectories.load(tmp_path / "data.npz")
        for ours, theirs in zip(jax.tree.leaves(loaded), jax.tree.leaves(saved), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert loaded.num_actions == 3


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    for name in ("text.npz", "other.npz"):
        with pytest.raises(ValueError, match=f"{name} is not a readable file of trajectories"):
            Trajectories.load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        Trajectories.load(tmp_path / "missing.npz")


def test_a_file_is_unpacked_where_there_is_room_for_it_alone(tmp_path):
    data = collect(gym.make(ENV_ID), 60, 6, seed=0)
    data.save(tmp_path / "data.npz")
    with pytest.raises(DamagedArchiveError, match="unpacks to more than 1,000 bytes"):
        Trajectories.load(tmp_path / "data.npz", max_bytes=1000)
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("observations.npy", bytes(2**27 + 1))
    with pytest.raises(DamagedArchiveError, match=r"bomb\.npz .* unpacks to more than 134,217,728"):
        Trajectories.load(tmp_path / "bomb.npz")


def test_a_damaged_file_is_refused_in_one_short_line_or_as_it_was(tmp_path):
    data = collect(gym.make(ENV_ID), 60, 6, seed=0, record_rewards=True)
    path, rng = tmp_path / "data.npz", np.random.default_rng(0)
    data.save(path)
    whole, refused = path.read_bytes(), 0
    for _ in range(60):
        content = bytearray(whole)
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)
        path.write_bytes(content[: rng.integers(len(content))] if rng.random() < 0.3 else content)
        try:
            loaded = Trajectories.load(path)
        except DamagedArchiveError as error:
            assert len(str(error)) < 400  # noqa: PT017
            refused += 1
        else:
            for ours, theirs in zip(jax.tree.leaves(loaded), jax.tree.leaves(data), strict=True):
                np.testing.assert_array_equal(ours, theirs)
    assert refused > 30
