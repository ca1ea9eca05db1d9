"""A gyroscope at the end of its range cuts angles and ways short: they are left out, not told."""

from dataclasses import replace

import numpy as np
import pytest

from dsp.block import ImuBlock
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


def test_a_range_that_is_not_told_is_not_guessed() -> None:
    mount, phase, range_dps = CASES[0]
    block, _ = simulated(mount, Phase(activity="stand", duration_s=4.0), phase, seed=2)
    strides = strides_of([cut_off(block, range_dps, told=False)])
    assert sum(stride.speed_m_per_s is not None for stride in strides) > 10
