import jax
import numpy as np
import pytest
from aifgym.agents.encoders.mixture import SHARPNESS, encode, spacing_of
from aifgym.agents.world_model.ensemble import joined, padded_values
from aifgym.agents.world_model.mixture_values import powers_of_two


@pytest.mark.parametrize("count", [1, 30])
def test_an_ensemble_averages_its_members_of_different_sizes(count):
    rng = np.random.default_rng(1)
    points = rng.normal(size=(count, 3))
    features = [(rng.normal(size=3), rng.normal(size=(3, width))) for width in (2, 3)]
    prototypes = [rng.normal(size=(size, width)) for size, width in ((20, 2), (30, 3))]
    spacing = [spacing_of(own) for own in prototypes]
    ensemble = joined(features, prototypes, spacing, "soft")
    index, weight = ensemble.encode(points)
    assert index.shape == weight.shape == (count, 2, 12)
    for member in range(2):
        shift, matrix = features[member]
        own = encode((points - shift) @ matrix, prototypes[member], spacing[member], "soft")
        np.testing.assert_array_equal(index[:, member], own.states)
        np.testing.assert_allclose(weight[:, member], own.weight, atol=1e-9)


@pytest.mark.parametrize("far", [0.0, 60.0])
def test_what_many_points_expect_is_the_mean_over_all_prototypes(far):
    """Also of a point so far away that float32 knows no prototype there."""
    rng = np.random.default_rng(2)
    points = rng.normal(size=(100, 2)) + 50
    points[7] += far
    features = [(np.array([50.0, 49.5]), np.diag([0.8, 1.2])), (points.mean(axis=0), np.eye(2))]
    prototypes = [rng.normal(size=(size, 2)) for size in (20, 30)]
    spacing = [spacing_of(own) for own in prototypes]
    ensemble = joined(features, prototypes, spacing, "soft")
    values = [rng.normal(size=(len(own), 3)) * 100 for own in prototypes]
    means = []
    for (shift, matrix), own, width, value in zip(features, prototypes, spacing, values):
        places = (points - shift) @ matrix
        squared = ((places[:, None] - own) ** 2).sum(axis=2)
        logits = -SHARPNESS * squared / width.mean() ** 2
        weight = np.exp(logits - logits.max(axis=1, keepdims=True))
        means.append(weight @ value / weight.sum(axis=1, keepdims=True))
    found = ensemble.expected(points, padded_values(values, 30))
    np.testing.assert_allclose(found, np.mean(means, axis=0), atol=0.05)
    few = ensemble.expected(points[:50], padded_values(values, 30))
    np.testing.assert_allclose(few, np.mean(means, axis=0)[:50], atol=1.0)  # of the 12 nearest


def test_powers_of_two_are_those_of_numpy_and_small_ones_stay_above_0():
    exponents = np.concatenate([np.linspace(-126, 100, 20_001), np.arange(-126, 101)])
    found = np.asarray(jax.jit(powers_of_two)(exponents.astype(np.float32)), float)
    np.testing.assert_allclose(found, 2.0 ** exponents.astype(np.float32).astype(float), rtol=5e-6)
    assert float(powers_of_two(np.float32(-1e30))) == pytest.approx(2.0**-126)
