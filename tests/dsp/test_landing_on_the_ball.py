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


def down_stairs(
    stride_s: float = 0.87,
    rate_hz: float = 200.0,
    *,
    points: tuple[float, float, float] = (150.0, 0.96, 0.015),
) -> ImuBlock:
    """26 strides of a foot by its bare bones, contacts at whole ones: it lands on its ball, the heel drops as
    fast as the leg swings, and stands; pitch rate, deg/s, and where in the stride, as recorded down stairs.
    points: how fast, where in the stride, for how much of it the toe is pointed at the step below.
    """
    t_s = np.arange(0.0, 26.4 * stride_s, 1.0 / rate_hz)
    phase = (t_s / stride_s) % 1.0

    def bell(centre: float, width: float) -> NDArray[np.float64]:
        return np.asarray(np.exp(-0.5 * (((phase - centre + 0.5) % 1.0 - 0.5) / width) ** 2))

    heel_drops = 500.0 * bell(0.02, 0.015) + 150.0 * bell(0.08, 0.04)
    pushes_off = -520.0 * bell(0.56, 0.055)
    swings = 280.0 * bell(0.74, 0.055) + 100.0 * bell(0.87, 0.04) - points[0] * bell(*points[1:])
    air = np.where((phase > 0.6) & (phase < 0.97), (phase - 0.6) / 0.37, 0.0)
    up = 1.0 + 5.0 * bell(0.0, 0.012) + 1.5 * bell(0.6, 0.02) + 1.2 * np.sin(2.0 * np.pi * air)
    forward = np.where(air > 0.0, 1.5 * np.cos(np.pi * air), 0.0)
    none = np.zeros_like(t_s)
    return ImuBlock(
        Mount.LEFT_SHOE,
        np.rint(t_s * 1e6).astype(np.int64),
        np.ascontiguousarray(np.column_stack((forward, up, none))),
        np.ascontiguousarray(np.column_stack((none, none, heel_drops + pushes_off + swings))),
        rate_hz,
        restart=True,
    )


def test_a_heel_that_drops_as_fast_as_the_leg_swings_makes_no_second_swing() -> None:
    strides = strides_of([down_stairs()])[4:]
    assert len(strides) >= 20
    assert {stride.activity for stride in strides} == {"walk"}
    assert [stride.stride_time_s for stride in strides] == pytest.approx([0.87] * len(strides), abs=0.02)


def test_a_toe_that_is_pointed_before_it_lands_is_no_forefoot_that_drops() -> None:
    """A heel's landing is looked for about the forefoot's fastest drop: here the toe goes down before it."""
    strides = strides_of([down_stairs(points=(300.0, 0.9, 0.02))])[4:]
    assert len(strides) >= 20
    contact_s = np.array([stride.initial_contact_us / 1e6 for stride in strides])
    assert np.abs(contact_s - 0.87 * np.rint(contact_s / 0.87)).max() < 0.03
