"""Chunking, time shift and a snapshot in the middle change nothing, bit for bit."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from tests.dsp.recordings import pieces, recording, strides_of

CASES = (
    ("treadmill_shank/run-01", Mount.LEFT_SHIN, 142.857),
    ("walk_feet/walk-1-1-lf", Mount.LEFT_SHOE, 100.0),
    ("ble_foot/run", Mount.LEFT_SHOE, 100.0),
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
