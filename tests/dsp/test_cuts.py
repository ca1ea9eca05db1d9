"""Any piece of a recording, with gaps and without its gyroscope: strides in order, and nothing impossible."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.block import ImuBlock
from dsp.mount import Mount
from tests.dsp.recordings import pieces, recording, strides_of, truth, without
from tests.dsp.test_properties import CASES

SAME_US = 60_000


def piece(block: ImuBlock, begin: float, lasts_s: float, lost: float, seed: int, *, gyro: bool) -> ImuBlock:
    """From a share of the recording on; lost: share of the notifications of ten samples."""
    first = int(begin * (len(block) - 1))
    end = min(len(block), first + max(2, round(lasts_s * block.rate_hz)))
    cut = replace(pieces(block, [first, end])[1], restart=True)
    gone = np.random.default_rng(seed).random(-(-len(cut) // 10)) < lost
    cut = without(cut, np.repeat(gone, 10)[: len(cut)])
    return cut if gyro else replace(cut, gyro_dps=None)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_every_piece_of_a_recording_is_told_in_order(case: tuple[str, Mount, float]) -> None:
    block = recording(*case)

    @settings(max_examples=150, deadline=None)
    @given(
        begin=st.floats(0.0, 1.0),
        lasts_s=st.floats(0.1, 20.0),
        lost=st.sampled_from((0.0, 0.05, 0.3)),
        seed=st.integers(0, 999),
        gyro=st.booleans(),
    )
    def check(begin: float, lasts_s: float, lost: float, seed: int, *, gyro: bool) -> None:
        some = piece(block, begin, lasts_s, lost, seed, gyro=gyro)
        strides = strides_of([some]) if len(some) else []
        assert all(a.initial_contact_us < b.initial_contact_us for a, b in pairwise(strides))
        assert [stride.stride for stride in strides] == list(range(len(strides)))
        for stride in strides:
            # A sample stands for the time until the next one.
            assert some.t_us[0] <= stride.initial_contact_us < some.t_us[-1] + 1e6 / some.rate_hz
            if stride.toe_off_us is not None:
                assert stride.initial_contact_us < stride.toe_off_us <= some.t_us[-1]
            assert stride.stride_time_s is None or 0.3 < stride.stride_time_s < 3.0
            assert 0.0 <= stride.quality <= 1.0

    check()


@pytest.mark.parametrize(
    ("case", "gyro"),
    [*((case, False) for case in CASES), *((case, True) for case in CASES if case[1].segment == "shoe")],
    ids=lambda c: c[0] if isinstance(c, tuple) else "gyroscope" if c else "acceleration",
)
def test_what_a_recording_ends_before_is_not_made_up(case: tuple[str, Mount, float], *, gyro: bool) -> None:
    """Wherever it ends, what is told of the last strides is what the whole recording has of them."""
    block = recording(*case)
    if not gyro:
        block = replace(block, gyro_dps=None)
    whole = strides_of([block])
    contacts_us = np.array([stride.initial_contact_us for stride in whole])
    last = int(np.searchsorted(block.t_us, contacts_us[-4]))
    every = max(1, round(0.03 * block.rate_hz))
    told = made_up = 0
    for end in range(last, last + round(3.0 * block.rate_hz), every):
        cut = pieces(block, [end])[0]
        for stride in strides_of([cut]):
            if stride.initial_contact_us < cut.t_us[-1] - 2_000_000:
                continue
            told += 1
            same = whole[int(np.abs(contacts_us - stride.initial_contact_us).argmin())]
            if abs(same.initial_contact_us - stride.initial_contact_us) > SAME_US:
                made_up += 1
            elif stride.toe_off_us is not None:
                assert same.toe_off_us is not None
                assert abs(same.toe_off_us - stride.toe_off_us) <= SAME_US
    assert told >= 50
    assert made_up <= 0.01 * told


@pytest.mark.parametrize("case", CASES[:2], ids=lambda c: c[0])
def test_the_rest_of_a_landing_before_the_recording_is_no_contact(case: tuple[str, Mount, float]) -> None:
    block = recording(*case)
    contact_s, _ = truth(case[0])
    for after_s in (0.02, 0.04, 0.06):
        for landed_s in contact_s[:8]:
            begin = int(np.searchsorted(block.t_us, 1e6 * (landed_s + after_s)))
            first = strides_of([replace(pieces(block, [begin])[1], restart=True)])[0]
            assert np.abs(contact_s - first.initial_contact_us / 1e6).min() < 0.05
            assert first.initial_contact_us / 1e6 > landed_s + 0.5
