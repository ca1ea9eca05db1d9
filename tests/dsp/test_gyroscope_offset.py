"""A cheap gyroscope that shows a leg at rest as turning: what is told does not depend on it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.offset import Offset
from dsp.stride import Stride
from firmware_sim.plan import Activity, Phase
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

MOUNTS = [Mount.LEFT_SHIN, Mount.RIGHT_SHOE]
STAND = Phase(activity="stand", duration_s=4.0)
AXES = [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (-0.6, 0.6, -0.5)]


def off(block: ImuBlock, offset_dps: NDArray[np.float64]) -> ImuBlock:
    """offset_dps: (3,) or (n, 3)."""
    assert block.gyro_dps is not None
    return replace(block, gyro_dps=np.ascontiguousarray(block.gyro_dps + offset_dps))


def lengths_m(strides: list[Stride]) -> NDArray[np.float64]:
    return np.array([np.nan if s.stride_length_m is None else s.stride_length_m for s in strides])


def angles_deg(strides: list[Stride]) -> NDArray[np.float64]:
    told = [s.shank_angle_deg if s.mount.segment == "shin" else s.foot_strike_deg for s in strides]
    return np.array([np.nan if angle is None else angle for angle in told])


def same(block: ImuBlock, shifted: ImuBlock, *, percent: float, degrees: float) -> None:
    usual, other = strides_of([block]), strides_of([shifted])
    assert len(usual) == len(other) > 10
    known = np.isfinite(lengths_m(usual))
    assert known.sum() > 8
    assert lengths_m(other)[known] == pytest.approx(lengths_m(usual)[known], rel=percent / 100)
    assert angles_deg(other) == pytest.approx(angles_deg(usual), abs=degrees, nan_ok=True)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("activity", ["walk", "run"])
@pytest.mark.parametrize("mount", MOUNTS)
def test_who_has_stood_has_the_same_strides_from_the_first_on(
    mount: Mount, activity: Activity, axis: tuple[float, float, float]
) -> None:
    block, _ = simulated(mount, STAND, Phase(activity=activity, duration_s=20.0))
    same(block, off(block, 10.0 * np.array(axis)), percent=0.5, degrees=0.3)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("mount", MOUNTS)
def test_who_has_never_stood_has_nearly_the_same(mount: Mount, axis: tuple[float, float, float]) -> None:
    block, _ = simulated(mount, Phase(activity="walk", duration_s=25.0))
    same(block, off(block, 5.0 * np.array(axis)), percent=3.0, degrees=1.5)


@pytest.mark.parametrize("mount", MOUNTS)
def test_an_offset_that_changes_as_the_sensor_warms_is_followed(mount: Mount) -> None:
    """By 3 deg/s in a minute, without a stop: without following it, lengths would be 8 % off at the end."""
    block, _ = simulated(mount, STAND, Phase(activity="walk", duration_s=60.0))
    warming = np.linspace(0.0, 3.0, len(block))[:, None] * np.array([0.5, -0.5, 0.7])
    same(block, off(block, warming), percent=2.0, degrees=1.0)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("activity", ["march-in-place", "jog-in-place"])
@pytest.mark.parametrize(("mount", "most_dps"), [(Mount.LEFT_SHIN, 5.0), (Mount.RIGHT_SHOE, 10.0)])
def test_steps_on_the_spot_lead_nowhere_all_the_same(
    mount: Mount, most_dps: float, activity: Activity, axis: tuple[float, float, float]
) -> None:
    block, _ = simulated(mount, STAND, Phase(activity=activity, duration_s=20.0))
    assert strides_of([off(block, most_dps * np.array(axis))]) == []


def test_a_stop_without_a_seen_toe_off_costs_no_way() -> None:
    """Strides whose toe-off is hidden in a hole or a stop: the way of the next one is known."""
    walk = Phase(activity="walk", duration_s=8.0)
    told = 0
    for seed in range(4):
        block, _ = simulated(Mount.RIGHT_SHOE, STAND, walk, STAND, walk, STAND, seed=seed)
        strides = strides_of([block])
        without = [k for k, s in enumerate(strides) if s.toe_off_us is None and s.stride_time_s is not None]
        told += sum(strides[k].stride_length_m is not None for k in without)
    assert told >= 4


def test_a_turn_on_the_spot_is_no_standing_and_moves_the_offset_by_little() -> None:
    offset = Offset()
    rng = np.random.default_rng(0)
    noise = rng.normal(0.0, 0.3, (3, 100))
    offset.stand(noise + np.array([[1.0], [-2.0], [0.5]]))
    assert offset.known_dps == pytest.approx((1.0, -2.0, 0.5), abs=0.1)
    before = offset.known_dps
    offset.stand(noise + np.linspace(0.0, 20.0, 100))
    offset.stand(noise + 40.0)
    assert offset.known_dps == before
    offset.stride((60.0, 0.0, 0.0))
    assert np.linalg.norm(np.subtract(offset.known_dps, before)) == pytest.approx(0.6, abs=0.01)
