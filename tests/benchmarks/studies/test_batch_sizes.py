import numpy as np
from aifgym.agents.world_model.mixture_values import _compiled
from aifgym.benchmarks.studies.batch_sizes import growth
from helpers import walking_agent


def test_batch_sizes_share_code_that_is_compiled_for_powers_of_two():
    agent = walking_agent()
    before = _compiled.cache_info().currsize
    sizes = np.array([1, 63, 64, 65, 100, 128, 90, 127])
    found = growth(agent, sizes, 2)
    assert _compiled.cache_info().currsize - before <= 2  # 64 and 128
    assert found.slow <= 3
    assert abs(found.again) < 20
