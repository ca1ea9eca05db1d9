"""Chunking, time shift and a snapshot in the middle change nothing, bit for bit."""

import pickle
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from firmware_sim.plan import Activity, Phase
from tests.dsp.recordings import pieces, recording, strides_of
from tests.dsp.simulated import simulated

CASES = (
    ("treadmill_shank/run-01", Mount.LEFT_SHIN, 142.857),
    ("walk_feet/walk-1-1-lf", Mount.LEFT_SHOE, 100.0),
    ("ble_foot/run", Mount.LEFT_SHOE, 100.0),
    ("outdoor_shoe/run-left-shoe", Mount.LEFT_SHOE, 100.0),
)


def cut(block: ImuBlock, samples: int) -> ImuBlock:
    return pieces(block, [samples])[0]


@pytest.fixture(scope="module", params=CASES, ids=lambda c: c[0])
def block(request: pytest.FixtureRequest) -> ImuBlock:
    name, mount, rate_hz = request.param
    return cut(recording(name, mount, rate_hz), 2200)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 2200), max_size=40))
def test_any_split_gives_the_same_strides(block: ImuBlock, cuts: list[int]) -> None:
    whole = strides_of([block])
    assert len(whole) >= 8
    assert strides_of(pieces(block, cuts)) == whole


def test_sample_by_sample_gives_the_same_strides(block: ImuBlock) -> None:
    short = cut(block, 1500)
    assert strides_of(pieces(short, list(range(1, 1500)))) == strides_of([short])


@pytest.mark.parametrize("mount", [Mount.LEFT_SHOE, Mount.LEFT_SHIN])
@pytest.mark.parametrize("seed", range(3))
def test_any_split_of_a_walk_without_a_gyroscope_gives_the_same_strides(mount: Mount, seed: int) -> None:
    """Which jolt is the contact is weighed by what came before it, not by how much has come since."""
    speeds: tuple[tuple[Activity, float], ...] = (("walk", 2.5), ("run", 9.0), ("walk", 4.0))
    phases = [Phase(activity=activity, duration_s=8.0, speed_kmh=kmh) for activity, kmh in speeds]
    whole, _ = simulated(mount, *phases, rate_hz=104.0, gyro=False, seed=seed, acc_range_g=16.0)
    strides = strides_of([whole])
    for samples in (3, 17, 61):
        assert strides_of(pieces(whole, list(range(samples, len(whole), samples)))) == strides


def test_a_later_start_of_the_clock_only_moves_the_times(block: ImuBlock) -> None:
    shift_us = 123_456_789_000
    later = strides_of([replace(block, t_us=block.t_us + shift_us)])
    back = [
        replace(
            s,
            initial_contact_us=s.initial_contact_us - shift_us,
            toe_off_us=None if s.toe_off_us is None else s.toe_off_us - shift_us,
        )
        for s in later
    ]
    assert back == strides_of([block])


def test_a_snapshot_goes_on_where_it_was_taken(block: ImuBlock) -> None:
    first, second = pieces(block, [1111])
    pipeline = StridePipeline(block.mount)
    strides = pipeline.push(first)
    kept = pickle.loads(pickle.dumps(pipeline.snapshot()))
    pipeline.push(second)  # what the first pipeline does afterwards must not reach the snapshot
    again = StridePipeline.restore(kept)
    strides += again.push(second) + again.flush()
    assert strides == strides_of([block])


def lossy(mount: Mount, *, gyro: bool) -> list[ImuBlock]:
    """A walk, a stop and a run with holes of all lengths: blocks that begin where samples are missing."""
    whole, _ = simulated(
        mount,
        Phase(activity="stand", duration_s=3.0),
        Phase(activity="walk", duration_s=12.0),
        Phase(activity="stand", duration_s=3.0),
        Phase(activity="run", duration_s=20.0, speed_kmh=11.0),
        rate_hz=104.0,
        gyro=gyro,
        acc_range_g=16.0,
    )
    rng = np.random.default_rng(5)
    begins = np.sort(rng.choice(np.arange(400, len(whole) - 400, 150), size=10, replace=False))
    holes = rng.permutation([1, 1, 2, 3, 8, 17, 34, 60, 150, 300])
    blocks, at, lost = [], 0, 0
    for begin, hole in [*zip(begins.tolist(), holes.tolist(), strict=True), (len(whole), 0)]:
        if begin > at:
            blocks.append(
                replace(
                    whole,
                    t_us=whole.t_us[at:begin],
                    acc_g=whole.acc_g[at:begin],
                    gyro_dps=None if whole.gyro_dps is None else whole.gyro_dps[at:begin],
                    lost_before=lost,
                    restart=at == 0,
                )
            )
            lost = 0
        lost += hole if begin >= at else 0
        at = max(at, begin + hole)
    return blocks


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("size", [5, 230])
def test_pieces_of_a_stream_with_holes_give_the_same_strides(mount: Mount, gyro: bool, size: int) -> None:
    whole = lossy(mount, gyro=gyro)
    cut_up = [
        replace(piece, lost_before=block.lost_before if k == 0 else 0)
        for block in whole
        for k, piece in enumerate(pieces(block, list(range(size, len(block), size))))
    ]
    strides = strides_of(whole)
    assert len(strides) >= 15
    assert strides_of(cut_up) == strides


def waits_s(block: ImuBlock, size: int) -> list[float]:
    """From each toe-off to when it is told, in pieces of so many samples."""
    pipeline = StridePipeline(block.mount)
    return [
        (int(piece.t_us[-1]) - stride.toe_off_us) / 1e6
        for piece in pieces(block, list(range(size, len(block), size)))
        for stride in pipeline.push(piece)
        if stride.toe_off_us is not None
    ]


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("activity", ["run", "walk"])
@pytest.mark.parametrize(("gyro", "within_s"), [(True, 0.35), (False, 0.45)])
def test_a_stride_of_steady_gait_is_told_at_once(
    mount: Mount, activity: Literal["run", "walk"], gyro: bool, within_s: float
) -> None:
    steady, _ = simulated(mount, Phase(activity=activity, duration_s=25.0), gyro=gyro)
    waits = waits_s(steady, 17)[8:]  # those before were told in arrears
    assert len(waits) >= 8
    assert np.quantile(waits, 0.95) < within_s


def test_a_stride_is_told_soon_after_its_toe_off(block: ImuBlock) -> None:
    waits = waits_s(block, 9)
    assert len(waits) >= 8
    # When the next swing has begun; without a gyroscope 0.75 of a stride after contact.
    assert np.median(waits) < 0.5
