"""A foot that lands on its ball drops its heel: that turns it forward again, and is no swing."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.motion import Truth
from firmware_sim.plan import Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

STAND = Phase(activity="stand", duration_s=4.0)
DROP_S, RISE_S = 0.08, 0.12


def swing_axis(gyro_dps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector about which swings are positive: they last shorter than stance and so turn faster."""
    axis = np.linalg.eigh(gyro_dps.T @ gyro_dps)[1][:, 2]
    rate_dps = gyro_dps @ axis
    return np.asarray(axis if np.median(rate_dps[np.abs(rate_dps) > 150.0]) > 0.0 else -axis)


def with_dropped_heels(block: ImuBlock, truth: Truth, drop_deg: float) -> ImuBlock:
    """The heel comes down after each contact, and rises by as much more before the toe leaves."""
    assert block.gyro_dps is not None
    t_s = block.t_us / 1e6
    turned = np.zeros_like(t_s)

    def add(begin_s: float, lasts_s: float, angle_deg: float) -> None:
        phase = (t_s - begin_s) / lasts_s
        bell = np.where((phase > 0.0) & (phase < 1.0), 1.0 - np.cos(2.0 * np.pi * phase), 0.0)
        turned[:] += angle_deg / lasts_s * bell

    for contact_s, toe_off_s in zip(truth.initial_contact_s, truth.toe_off_s, strict=True):
        add(contact_s, DROP_S, drop_deg)
        add(toe_off_s - RISE_S, RISE_S, -drop_deg)
    gyro = block.gyro_dps + turned[:, None] * swing_axis(block.gyro_dps)
    return replace(block, gyro_dps=np.ascontiguousarray(gyro))


@pytest.mark.parametrize("drop_deg", [12.0, 20.0])
@pytest.mark.parametrize(
    "phase",
    [
        Phase(activity="stairs", duration_s=30.0),
        Phase(activity="walk", duration_s=30.0, speed_kmh=4.0, foot_strike="fore"),
    ],
)
def test_a_dropped_heel_is_no_swing(phase: Phase, drop_deg: float) -> None:
    block, truth = simulated(Mount.LEFT_SHOE, STAND, phase, STAND)
    dropped = with_dropped_heels(block, truth, drop_deg)
    strides = strides_of([dropped])
    verdict = judge(strides, truth.initial_contact_s, truth.toe_off_s)
    assert verdict.missed + verdict.extra == 0
    assert {stride.activity for stride in strides} == {"walk"}
    times_s = [stride.stride_time_s for stride in strides if stride.stride_time_s is not None]
    assert min(times_s) > 0.8 * float(np.median(times_s))
