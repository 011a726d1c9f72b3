import jax.numpy as jnp
import numpy as np
import pytest
from aifgym.agents.archive import DamagedArchiveError
from aifgym.training.descent.checkpoints import RunFolder


def test_a_damaged_checkpoint_is_refused_in_one_short_line(tmp_path):
    folder, state = RunFolder(tmp_path, {"seed": 0}), {"a": jnp.arange(40.0), "b": jnp.ones(3)}
    folder.save("main", state, [{"step": 1, "loss": 0.5}])
    path, rng = tmp_path / "main.npz", np.random.default_rng(0)
    whole = path.read_bytes()
    for _ in range(60):
        content = bytearray(whole)
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)
        path.write_bytes(content[: rng.integers(len(content))] if rng.random() < 0.3 else content)
        try:
            loaded, rows = folder.load("main", state)
        except DamagedArchiveError as error:
            assert "main.npz is not a readable checkpoint" in str(error)  # noqa: PT017
            assert len(str(error)) < 400  # noqa: PT017
        else:
            np.testing.assert_array_equal(loaded["a"], state["a"])
            assert rows == [{"step": 1, "loss": 0.5}]
    path.write_bytes(whole)
    with pytest.raises(DamagedArchiveError, match="leaf_0"):
        folder.load("main", {"a": jnp.arange(41.0), "b": jnp.ones(3)})
    (tmp_path / "settings.json").write_bytes(b"\xff{")
    with pytest.raises(DamagedArchiveError, match=r"settings\.json is not a readable"):
        RunFolder(tmp_path, {"seed": 0})
