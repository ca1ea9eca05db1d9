"""Stride length and speed at the shin: the inverted pendulum against the simulator's truth."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.grid import Piece, SampleGrid
from dsp.mount import Mount
from dsp.params import Params
from dsp.pendulum import shank_way_m
from dsp.pipeline import StridePipeline
from dsp.posture import Posture
from dsp.runner import Runner
from dsp.stride import Activity, Stride
from firmware_sim.impact import Fastening
from firmware_sim.motion import Truth
from firmware_sim.plan import Phase
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

STAND = Phase(activity="stand", duration_s=5)
RUN = Phase(activity="run", duration_s=30, speed_kmh=11)
TRUE_HEIGHT_M = Fastening().above_ankle_m


def speeds_of(strides: list[Stride]) -> NDArray[np.float64]:
    return np.array([s.speed_m_per_s for s in strides if s.speed_m_per_s is not None], dtype=np.float64)


def median_speed(block: ImuBlock, above_ankle_m: float) -> float:
    pipeline = StridePipeline(block.mount, Params(above_ankle_m=above_ankle_m))
    return float(np.median(speeds_of(pipeline.push(block) + pipeline.flush())))


def error_percent(strides: list[Stride], true: Truth) -> NDArray[np.float64]:
    at = np.array([s.initial_contact_us / 1e6 for s in strides])
    found = [
        (strides[k].speed_m_per_s, want)
        for c, want in zip(true.initial_contact_s, true.speed_m_per_s, strict=True)
        if abs(at[k := int(np.argmin(np.abs(at - c)))] - c) < 0.05
    ]
    return np.array([100 * (got / want - 1) for got, want in found if got is not None and want == want])


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHIN])
@pytest.mark.parametrize("phase", [RUN, replace(RUN, speed_kmh=14.0, foot_strike="fore")])
def test_running_speed_is_within_the_published_error(mount: Mount, phase: Phase) -> None:
    block, true = simulated(mount, STAND, phase, STAND, seed=4)
    error = error_percent(strides_of([block]), true)
    assert len(error) >= len(true.speed_m_per_s) - 3
    assert np.sqrt(np.mean(error**2)) < 4.1


def test_walking_speed_is_within_the_published_error() -> None:
    block, true = simulated(Mount.LEFT_SHIN, STAND, Phase(activity="walk", duration_s=30), STAND, seed=4)
    error = error_percent(strides_of([block]), true)
    assert len(error) > 15
    assert np.sqrt(np.mean(error**2)) < 7.0


def test_without_standing_before() -> None:
    block, true = simulated(Mount.LEFT_SHIN, RUN, seed=6)
    error = error_percent(strides_of([block]), true)
    assert len(error) > 30
    assert np.sqrt(np.mean(error**2)) < 4.1


def test_length_and_speed_belong_to_one_stride() -> None:
    block, _ = simulated(Mount.LEFT_SHIN, STAND, RUN, seed=4)
    known = [s for s in strides_of([block]) if s.speed_m_per_s is not None]
    assert known
    for s in known:
        assert s.stride_length_m is not None
        assert s.speed_m_per_s is not None
        assert s.stride_time_s is not None
        assert s.stride_length_m / s.speed_m_per_s == pytest.approx(s.stride_time_s, abs=0.05)


def test_a_centimetre_of_height_is_about_a_percent_of_speed() -> None:
    block, _ = simulated(Mount.LEFT_SHIN, STAND, RUN, seed=4)
    right, higher = (median_speed(block, TRUE_HEIGHT_M + more) for more in (0.0, 0.01))
    assert 0.5 < 100 * (higher / right - 1) < 1.5


@pytest.mark.parametrize("phase", [RUN, Phase(activity="walk", duration_s=30)])
def test_without_the_pendulum_the_way_is_too_short(phase: Phase) -> None:
    block, true = simulated(Mount.LEFT_SHIN, STAND, phase, seed=4)
    wanted = float(np.nanmedian(true.speed_m_per_s))
    assert -12.0 < 100 * (median_speed(block, 0.0) / wanted - 1) < -4.0


def test_nothing_is_made_up() -> None:
    clipped, _ = simulated(Mount.LEFT_SHIN, STAND, RUN, acc_range_g=4.0, seed=4)
    blind, _ = simulated(Mount.LEFT_SHIN, STAND, RUN, gyro=False, seed=4)
    whole, _ = simulated(Mount.LEFT_SHIN, STAND, RUN, seed=4)
    for block in (clipped, blind):
        strides = strides_of([block])
        assert len(strides) > 30
        assert all(s.speed_m_per_s is None for s in strides)
    first = strides_of([whole])[0]
    assert first.speed_m_per_s is None  # nobody knows how it began


def test_a_stride_with_a_hole_has_no_speed() -> None:
    block, _ = simulated(Mount.LEFT_SHIN, STAND, RUN, seed=4)
    usual = strides_of([block])
    hole = usual[15].initial_contact_us + 300_000
    keep = (block.t_us < hole) | (block.t_us > hole + 40_000)
    assert block.gyro_dps is not None
    torn = replace(
        block,
        t_us=block.t_us[keep],
        acc_g=np.ascontiguousarray(block.acc_g[keep]),
        gyro_dps=np.ascontiguousarray(block.gyro_dps[keep]),
    )
    speeds = {s.initial_contact_us: s.speed_m_per_s for s in strides_of([torn])}
    near = [value for at, value in speeds.items() if hole - 400_000 < at < hole + 800_000]
    assert None in near
    assert sum(value is None for value in speeds.values()) <= 3


def way_m(
    before_dps: float | None, after_dps: float, *, level_m: float = 1.5, activity: Activity = "run"
) -> float | None:
    """Of a stride of 0.7 s whose shank leans about its third axis, upright when it was cut."""
    grid = SampleGrid(200.0, 6, 0, keep=200, max_filled=2, max_void=200)
    rows = np.zeros((6, 100))
    rows[5] = -after_dps
    t_us = np.arange(100, dtype=np.int64) * 5000
    grid.append(Piece(t_us, rows, np.zeros(100, dtype=np.uint8), breaks=True))
    runner = Runner(axis=(0.0, 0.0, 1.0), lean_dps=before_dps, flat_row=50, activity=activity)
    posture = Posture(flat=50, whole=True, length_m=level_m, duration_s=0.7)
    return shank_way_m(grid, posture, runner, 100, above_ankle_m=0.1)


def test_the_lean_adds_its_arc_to_the_level_way() -> None:
    assert way_m(150.0, 100.0) == pytest.approx(1.5 + np.radians(125.0) * 0.1 * 0.7)


@pytest.mark.parametrize(
    ("before_dps", "after_dps"), [(None, 100.0), (210.0, 100.0), (100.0, 210.0), (-50.0, -60.0), (0.0, 0.0)]
)
def test_strides_that_lean_unlike_have_no_way(before_dps: float | None, after_dps: float) -> None:
    assert way_m(before_dps, after_dps) is None


@pytest.mark.parametrize(
    ("level_m", "activities"), [(0.2, ""), (0.8, "walk"), (1.5, "walk run"), (2.5, "run"), (4.0, "")]
)
def test_a_speed_that_the_gait_does_not_have_is_not_told(level_m: float, activities: str) -> None:
    for activity in get_args(Activity):
        told = way_m(10.0, 10.0, level_m=level_m, activity=activity)
        assert (told is not None) == (activity in activities)
