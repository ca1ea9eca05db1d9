"""Mean curves around events, and where they peak."""

import numpy as np
import pytest

from benchmarks.landmarks import around, bursts

RATE_HZ = 200.0


def test_a_burst_is_found_where_it_is() -> None:
    t_s = np.arange(0, 10, 1 / RATE_HZ)
    events_s = [2.0, 4.0, 6.0, 8.0, float("nan")]
    curve = sum(np.exp(-0.5 * ((t_s - at - 0.04) / 0.01) ** 2) for at in events_s[:4])
    ((at_ms, height),) = bursts(around(np.asarray(curve), events_s, RATE_HZ), RATE_HZ)
    assert at_ms == pytest.approx(40.0)
    assert height == pytest.approx(1.0)


def test_events_too_near_the_ends_are_left_out() -> None:
    curve = np.arange(200, dtype=np.float64)
    assert around(curve, [0.05, 0.5, 0.95], RATE_HZ)[24] == 100.0
