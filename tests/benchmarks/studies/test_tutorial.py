import numpy as np
import pytest
from aifgym.benchmarks.studies import tutorial, tutorial_page


@pytest.fixture(scope="module")
def reproduction():
    return tutorial.reproduce()


@pytest.mark.parametrize("name", tutorial_page.PAGE)
def test_each_figure_of_the_page_comes_out(reproduction, name):
    page, ours = tutorial_page.PAGE[name], reproduction.numbers[name]
    if isinstance(page, float):
        # The accuracies are counts of labels: they agree exactly or not at all.
        assert ours == pytest.approx(page, abs=1e-6 if "accuracy" in name else 1e-3)
    else:
        assert ours == page


def test_confusions_are_aligned(reproduction):
    after = np.diag(reproduction.confusion_after)
    assert after.min() > 0.9
    assert np.diag(reproduction.confusion_before).mean() < 0.6


def test_curves_have_the_pages_steps(reproduction):
    expected = [*range(0, 200, 20), 199]
    np.testing.assert_array_equal(reproduction.curves.steps, expected)


def test_a_figure_that_is_off_shows(reproduction):
    numbers = reproduction.numbers | {"initial objective": 15.5, "rollout states": [0]}
    rows = {name: difference for name, _, _, difference in tutorial_page.differences(numbers)}
    assert rows["initial objective"] == pytest.approx(0.454624, abs=1e-5)
    assert rows["rollout states"] == np.inf
    assert rows["reached target"] == 0
