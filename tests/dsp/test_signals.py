"""The curves beside the rows: what they are, and that they do not depend on when they are filled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from tests.dsp.rows import signals_of

RATE_HZ, N = 200.0, 60


@pytest.mark.parametrize("channels", [3, 6])
def test_curves_are_the_sizes_of_jerk_and_acceleration(channels: int) -> None:
    x = np.random.default_rng(channels).normal(size=(channels, N))
    jerk, resultant = signals_of(x, RATE_HZ).curves(0, N)
    assert jerk[0] == 0.0
    np.testing.assert_allclose(jerk[1:], RATE_HZ * np.linalg.norm(np.diff(x[:3], axis=1), axis=0))
    np.testing.assert_allclose(resultant, np.linalg.norm(x[:3], axis=0))


def test_low_passed_curves_start_at_rest_and_keep_their_units() -> None:
    x = np.tile(np.arange(1.0, 7.0)[:, None], N)
    signals = signals_of(x, RATE_HZ)
    np.testing.assert_allclose(signals.acc(0, N), x[:3])
    np.testing.assert_allclose(signals.gyro(0, N), x[3:])
    np.testing.assert_allclose(signals.jerk(0, N), 0.0, atol=1e-12)


@given(st.sets(st.integers(1, N - 1), max_size=8), st.sampled_from([3, 6]))
def test_they_are_the_same_however_the_rows_came(cuts: set[int], channels: int) -> None:
    x = np.random.default_rng(7).normal(size=(channels, N))
    whole, pieces = signals_of(x, RATE_HZ), signals_of(x, RATE_HZ, sorted(cuts))
    assert_array_equal(pieces.grid.window(0, N), whole.grid.window(0, N))
