"""Numbers made from times: losses are counted, a rate that is a little off is not one."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sensors.time_counter import LONGEST_GAP_NS, Place, TimeCounter

NOMINAL_HZ = 208.0
BEGIN_NS = 599_616_000_000_000_000


def packets(
    lengths: Sequence[int], *, rate_hz: float = NOMINAL_HZ, jitter_ns: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """(time of the last sample, samples) of packets without a loss."""
    ends = np.cumsum(lengths)
    late = [*jitter_ns, *([0] * len(lengths))]
    return [
        (BEGIN_NS + round(end * 1e9 / rate_hz) + late[k], n)
        for k, (end, n) in enumerate(zip(ends, lengths, strict=True))
    ]


def placed(given_packets: Iterable[tuple[int, int]], rate_hz: float = NOMINAL_HZ) -> list[Place]:
    counter = TimeCounter(rate_hz)
    return [counter.push(last_ns, n) for last_ns, n in given_packets]


def lost(places: Sequence[Place], lengths: Sequence[int]) -> int:
    return (places[-1].counter + lengths[-1] - places[0].counter) - sum(lengths)


@given(
    lengths=st.lists(st.integers(20, 110), min_size=3, max_size=60),
    off=st.floats(-0.02, 0.02),
    data=st.data(),
)
def test_without_a_loss_no_sample_is_missing_however_the_rate_is_off(
    lengths: list[int], off: float, data: st.DataObject
) -> None:
    """2 % off, and stamps that jitter by 2 ms."""
    jitter = data.draw(
        st.lists(st.integers(-2_000_000, 2_000_000), min_size=len(lengths), max_size=len(lengths))
    )
    places = placed(packets(lengths, rate_hz=NOMINAL_HZ * (1 + off), jitter_ns=jitter))
    assert lost(places, lengths) == 0
    assert {place.boot for place in places} == {0}


@given(
    lengths=st.lists(st.integers(30, 60), min_size=30, max_size=60),
    off=st.floats(-0.01, 0.01),
    gone=st.sets(st.integers(20, 28), min_size=1),
)
def test_lost_packets_are_counted_to_the_sample(lengths: list[int], off: float, gone: set[int]) -> None:
    """The rate has been learned by then: runs of up to nine lost packets."""
    sent = packets(lengths, rate_hz=NOMINAL_HZ * (1 + off))
    kept = [packet for k, packet in enumerate(sent) if k not in gone]
    truly = sum(lengths[k] for k in gone)
    assert lost(placed(kept), [n for _, n in kept]) == pytest.approx(truly, abs=1)


def test_the_interval_is_what_lies_between_two_packets() -> None:
    """So the last sample of one and the first of the next are as far apart as their neighbours."""
    places = placed(packets([50] * 20, rate_hz=206.0))
    assert places[0].interval_us == round(1e6 / NOMINAL_HZ)  # nothing else is known yet
    for before, after in pairwise(places[1:]):
        assert after.interval_us == round(1e6 / 206.0)
        assert after.tick_us - (before.tick_us + 49 * before.interval_us) == pytest.approx(
            1e6 / 206.0, abs=50
        )


def test_a_packet_that_comes_twice_has_the_same_number() -> None:
    sent = packets([40] * 5)
    first = placed(sent)
    twice = placed([*sent[:3], sent[2], *sent[3:]])
    assert twice[3].counter == twice[2].counter
    assert [twice[k] for k in (0, 1, 2, 4, 5)] == first


def test_a_late_packet_has_the_number_of_its_gap() -> None:
    sent = packets([40] * 6)
    late = placed([*sent[:3], sent[4], sent[3], sent[5]])
    assert [place.counter for place in late] == [0, 40, 80, 160, 120, 200]


def test_time_goes_on_over_a_break_and_not_over_a_leap() -> None:
    after_s, n = 60, 40
    going_on = placed([(BEGIN_NS, n), (BEGIN_NS + after_s * 10**9, n)])
    assert going_on[1].boot == going_on[0].boot
    assert going_on[1].counter == round(after_s * NOMINAL_HZ)
    for leap_ns in (LONGEST_GAP_NS + 10**9, -5 * 10**9, -(10**11)):
        leapt = placed(
            [(BEGIN_NS, n), (BEGIN_NS + leap_ns, n), (BEGIN_NS + leap_ns + round(n * 1e9 / NOMINAL_HZ), n)]
        )
        assert [place.boot for place in leapt] == [0, 1, 1]
        assert [place.counter for place in leapt] == [0, 0, n]


@given(
    st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(1, 1400)), max_size=20), st.integers(20, 2000)
)
def test_any_times_are_given_some_place(hostile: list[tuple[int, int]], rate_hz: int) -> None:
    for place in placed(hostile, rate_hz):
        assert 0 <= place.counter < 2**32
        assert 0 <= place.tick_us < 2**32
        assert place.interval_us > 0
