"""A gyroscope at the end of its range cuts angles and ways short: they are left out, not told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.trial import load_trials
from dsp.block import ImuBlock, Rows
from dsp.clipping import Rails
from dsp.grid import RAILED
from dsp.mount import Mount
from firmware_sim.plan import Phase
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

POSTURE = ("shank_angle_deg", "foot_strike_deg", "pronation_deg", "stride_length_m", "speed_m_per_s")
CASES = [
    (Mount.LEFT_SHIN, Phase(activity="walk", duration_s=20.0, speed_kmh=5.0), 250.0),
    (Mount.LEFT_SHIN, Phase(activity="run", duration_s=20.0, speed_kmh=20.0), 500.0),
    (Mount.RIGHT_SHOE, Phase(activity="walk", duration_s=20.0, speed_kmh=7.0), 250.0),
    (Mount.RIGHT_SHOE, Phase(activity="run", duration_s=20.0, speed_kmh=8.0), 250.0),
]


def cut_off(block: ImuBlock, range_dps: float, *, told: bool) -> ImuBlock:
    assert block.gyro_dps is not None
    step = range_dps / 32768
    gyro = np.rint(block.gyro_dps.clip(-range_dps, range_dps - step) / step) * step
    return replace(block, gyro_dps=gyro, gyro_range_dps=range_dps if told else None)


@pytest.mark.parametrize(("mount", "phase", "range_dps"), CASES)
def test_nothing_is_read_off_rates_that_were_cut_off(mount: Mount, phase: Phase, range_dps: float) -> None:
    block, _ = simulated(mount, Phase(activity="stand", duration_s=4.0), phase, seed=2)
    whole = strides_of([block])
    wide = strides_of([cut_off(block, 2000.0, told=True)])
    narrow = strides_of([cut_off(block, range_dps, told=True)])
    assert len(narrow) == len(whole)
    for name in (*POSTURE, "peak_swing_dps"):
        told = [getattr(stride, name) is not None for stride in whole]
        assert [getattr(stride, name) is not None for stride in wide] == told
        # A bout's first swing may be slower than the range.
        assert sum(getattr(stride, name) is not None for stride in narrow) <= 2
    assert not any(stride.clipped for stride in narrow)  # that is the accelerometer's


@pytest.mark.parametrize(("mount", "phase", "range_dps"), CASES)
def test_an_end_that_is_not_told_shows_itself(mount: Mount, phase: Phase, range_dps: float) -> None:
    """A file does not say its sensor's range: a rate that comes again and again, and none above it, does."""
    block, _ = simulated(mount, Phase(activity="stand", duration_s=4.0), phase, seed=2)
    strides = strides_of([cut_off(block, range_dps, told=False)])
    assert len(strides) > 10
    for name in (*POSTURE, "peak_swing_dps"):
        assert sum(getattr(stride, name) is not None for stride in strides) <= 3, name
    whole, wide = strides_of([block]), strides_of([cut_off(block, 2000.0, told=False)])
    assert [stride.peak_swing_dps is not None for stride in wide] == [True] * len(whole)


@pytest.mark.parametrize("step_dps", [0.0, 2000 / 32768])
def test_the_highest_rates_of_people_are_no_ends(recordings: Path, step_dps: float) -> None:
    """step_dps: of the sensor's numbers, 0 as recorded."""
    seen = 0
    for data_set in ("walk_feet", "vicon_shoe", "ble_foot"):
        for trial in load_trials(recordings, data_set):
            assert trial.gyro_dps is not None
            assert trial.mount is not None
            gyro = np.rint(trial.gyro_dps / step_dps) * step_dps if step_dps else trial.gyro_dps
            t_us = np.rint(trial.t_s * 1e6).astype(np.int64)
            rows = Rows.of([ImuBlock(trial.mount, t_us, trial.acc_g, gyro, trial.rate_hz)])
            assert not (Rails().flags(rows) & RAILED).any(), trial.name
            seen += 1
    assert seen == 28


@pytest.mark.parametrize("told", [True, False])
def test_a_toe_leaves_when_it_does_though_its_rate_was_cut_off(recordings: Path, told: bool) -> None:
    """The push-off's rate stands at its end for 0.1 s: an extreme of it lies anywhere in that time."""
    (trial,) = load_trials(recordings, "ble_foot")
    assert trial.mount is not None
    t_us = np.rint(trial.t_s * 1e6).astype(np.int64)
    block = ImuBlock(trial.mount, t_us, trial.acc_g, trial.gyro_dps, trial.rate_hz)
    whole, narrow = strides_of([block]), strides_of([cut_off(block, 250.0, told=told)])
    assert len(narrow) == len(whole)
    off_s = [
        abs(one.contact_time_s - other.contact_time_s)
        for one, other in zip(whole, narrow, strict=True)
        if one.contact_time_s is not None and other.contact_time_s is not None
    ]
    assert len(off_s) > 130
    assert np.percentile(off_s, 95) < 0.02
