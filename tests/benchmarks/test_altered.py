"""Recordings as others would have made them: what changes, and that nothing else does."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.trial import Trial
from benchmarks.validate.altered import ALTERATIONS, Alteration, altered_by
from dsp.mount import Mount
from tests.benchmarks.synthetic import running

BY_NAME = {alteration.name: alteration for alteration in ALTERATIONS}


@pytest.fixture(scope="module")
def trial() -> Trial:
    whole = running(Mount.LEFT_SHIN)
    assert whole.truth is not None
    return replace(whole, strides=len(whole.truth), truth=None)


@pytest.mark.parametrize("alteration", ALTERATIONS, ids=lambda alteration: alteration.name)
def test_the_sensor_and_its_length_of_time_stay(alteration: Alteration, trial: Trial) -> None:
    other = alteration.of(trial)
    assert other.t_s.size == other.acc_g.shape[0]
    assert other.gyro_dps is None or other.gyro_dps.shape == other.acc_g.shape
    assert np.abs(other.acc_g).max() <= 2 * np.abs(trial.acc_g).max()
    assert other.t_s.size / other.rate_hz == pytest.approx(other.duration_s, abs=2 / other.rate_hz)


def test_steps_twice_as_hard_have_twice_the_impacts_and_the_same_gravity(trial: Trial) -> None:
    hard = BY_NAME["steps twice as hard"].of(replace(trial, acc_range_g=200.0))
    assert np.abs(hard.acc_g).max() == pytest.approx(2 * np.abs(trial.acc_g).max(), rel=0.15)
    standing = trial.t_s < 1.5
    np.testing.assert_allclose(hard.acc_g[standing], trial.acc_g[standing], atol=0.02)
    assert np.abs(BY_NAME["steps twice as hard"].of(trial).acc_g).max() <= trial.acc_range_g


def test_softer_landings_leave_the_rest_of_the_stride(trial: Trial) -> None:
    whole = running(Mount.LEFT_SHIN)
    assert whole.truth is not None
    soft = BY_NAME["landings half as hard"].of(whole)
    contact_s = whole.truth.initial_contact_s[5]
    landing = (whole.t_s > contact_s) & (whole.t_s < contact_s + 0.06)
    swing = (whole.t_s > contact_s + 0.35) & (whole.t_s < contact_s + 0.45)
    assert 0.3 < np.ptp(soft.acc_g[landing], axis=0).max() / np.ptp(whole.acc_g[landing], axis=0).max() < 0.8
    np.testing.assert_allclose(soft.acc_g[swing], whole.acc_g[swing], atol=0.05)
    assert BY_NAME["landings half as hard"].of(trial) is trial  # nobody knows where it lands


def test_faster_steps_take_less_time_and_turn_faster() -> None:
    whole = running(Mount.LEFT_SHIN)
    fast = BY_NAME["20 % faster"].of(whole)
    assert whole.truth is not None
    assert fast.truth is not None
    assert fast.gyro_dps is not None
    assert whole.gyro_dps is not None
    np.testing.assert_allclose(1.2 * fast.truth.initial_contact_s, whole.truth.initial_contact_s)
    np.testing.assert_allclose(fast.gyro_dps, 1.2 * whole.gyro_dps)


def test_strides_are_counted_whoever_runs(trial: Trial) -> None:
    for name in ("as recorded", "steps half as hard", "20 % faster", "turned at random", "52 Hz"):
        row = altered_by(BY_NAME[name], [trial])
        assert abs(row.off[0]) <= 1, name
        assert row.wrong == 0


def test_lost_notifications_are_lost(trial: Trial) -> None:
    all_lost = Alteration("lost", lambda trial: trial, lost=1.0)
    assert altered_by(all_lost, [trial]).strides == 0
