"""Hip cadence on a trunk that is known to shake so often."""

import numpy as np
import pytest

from benchmarks.hip_cadence import hip_cadence

RATE_HZ = 100.0


@pytest.mark.parametrize("cadence_spm", [150.0, 165.0, 180.0, 201.0])
@pytest.mark.parametrize("limp", [0.0, 0.35])
def test_cadence_is_that_of_steps_even_with_uneven_legs(cadence_spm: float, limp: float) -> None:
    t_s = np.arange(0, 60, 1 / RATE_HZ)
    phase = 2 * np.pi * cadence_spm / 60 * t_s
    up = 1 + 0.8 * np.sin(phase) + 0.3 * np.sin(2 * phase + 1) + limp * np.sin(phase / 2)
    hip = hip_cadence(t_s, np.column_stack([0 * up, up, 0.1 * up]), RATE_HZ)
    assert np.isfinite(hip.cadence_spm).sum() >= 10
    assert np.nanmax(np.abs(hip.cadence_spm - cadence_spm)) < 0.5
    assert len(hip.stops_s) == 0


def test_a_stop_is_found_and_has_no_cadence() -> None:
    t_s = np.arange(0, 60, 1 / RATE_HZ)
    moving = (t_s < 20) | (t_s > 35)
    up = 1 + moving * 0.9 * np.sin(2 * np.pi * 2.7 * t_s)
    hip = hip_cadence(t_s, np.column_stack([0 * up, up, 0 * up]), RATE_HZ)
    assert hip.stops_s.shape == (1, 2)
    assert hip.stops_s[0] == pytest.approx([20, 35], abs=1.0)
    assert np.isnan(hip.cadence_spm[(hip.start_s >= 20) & (hip.start_s < 30)]).all()


def test_a_window_in_which_the_step_rate_changes_is_left_out() -> None:
    t_s = np.arange(0, 63, 1 / RATE_HZ)
    rate_hz = np.interp(t_s, [0, 31, 34, 63], [2.7, 2.7, 2.425, 2.425])
    up = 1 + 0.9 * np.sin(2 * np.pi * np.cumsum(rate_hz) / RATE_HZ)
    hip = hip_cadence(t_s, np.column_stack([0 * up, up, 0 * up]), RATE_HZ)
    assert hip.drifting_s.tolist() == [30.0]
    assert np.isnan(hip.cadence_spm[6])
    assert np.isfinite(hip.cadence_spm).sum() >= 10
