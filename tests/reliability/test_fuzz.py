import formats
import fuzz
import numpy as np
import pytest


@pytest.mark.parametrize("name", formats.FORMATS)
def test_damaged_files_are_refused_or_read_as_they_were(name):
    tally = fuzz.fuzz(name, 60, seed=1)
    assert set(tally) <= {"refused", "as it was", "as forged", "slowest, ms"}
    assert tally["refused"] + tally["as it was"] > 40


def test_a_careless_reader_is_noticed(tmp_path, monkeypatch):
    def write(folder):
        np.save(folder / "array.npy", np.zeros(100))
        return folder / "array.npy"

    careless = formats.Format(write, lambda path: np.load(path).tobytes(), False)
    monkeypatch.setitem(formats.FORMATS, "careless", careless)
    tally = fuzz.fuzz("careless", 60, seed=0)
    assert tally["READ AS SOMETHING ELSE"] > 5
    assert any("Error" in outcome for outcome in tally)
