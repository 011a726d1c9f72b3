import gymnasium as gym
import numpy as np
import pytest
from aifgym.agents.archive import DamagedArchiveError
from aifgym.training import LearnConfig, learn


def test_damaged_rounds_are_refused_in_one_short_line_or_read_as_they_were(tmp_path):
    def again():
        return learn(gym.make("CliffWalking-v1"), 60, LearnConfig(), 0, run_folder=tmp_path)[1]

    whole, stored = again(), sorted(tmp_path.glob("round_*.npz"))[0]
    content, rng, refused = stored.read_bytes(), np.random.default_rng(0), 0
    for _ in range(40):
        damaged = bytearray(content)
        damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
        stored.write_bytes(damaged[: rng.integers(len(damaged))] if rng.random() < 0.3 else damaged)
        try:
            assert again().rows == whole.rows
        except DamagedArchiveError as error:
            assert "is not a readable stored round (remove it" in str(error)  # noqa: PT017
            assert len(str(error)) < 400  # noqa: PT017
            refused += 1
    assert refused > 20
    stored.write_bytes(content)
    (tmp_path / "settings.json").write_bytes(b"\xff{")
    with pytest.raises(DamagedArchiveError, match=r"settings\.json is not a readable"):
        again()
