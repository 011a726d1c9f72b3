import numpy as np
import pytest
from aifgym.benchmarks.studies.endurance import FORGETTING, endurance


@pytest.mark.parametrize("forget", FORGETTING)
def test_counts_and_beliefs_stay_sound(forget):
    tally = endurance(forget, 4_000)
    assert tally["not finite"] == 0
    assert tally["beliefs off by"] < 1e-5
    assert tally["distributions off by"] < 1e-5
    assert tally["largest count"] > 5
    assert np.isfinite(tally["MiB grown in the second half"])
    if forget == "max_count=20":
        assert tally["largest count"] < 20.01
