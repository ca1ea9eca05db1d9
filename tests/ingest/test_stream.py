"""Gap accounting, restarts and hostile bytes, one packet at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.block import ImuBlock
from dsp.mount import Mount
from ingest.packet import Kind
from ingest.sensors import FAMILIES
from ingest.stream import GAPS_REMEMBERED, Counters, SensorStream
from tests.ingest.wire import CONFIG_SIX, config_bytes, data_bytes, packet

N = 19
PERIOD_S = N * 4808e-6


def started() -> SensorStream:
    stream = SensorStream(Mount.LEFT_SHIN, FAMILIES["kneeload-v1"])
    stream.receive(packet(Kind.LINK, b"connected"))
    stream.receive(packet(Kind.CONFIG, CONFIG_SIX))
    return stream


def send(stream: SensorStream, number: int, *, boot: int = 1, at_s: float | None = None) -> ImuBlock | None:
    """Packet number k of a boot holds the samples from 19 k on."""
    arrival = 1.0 + number * PERIOD_S if at_s is None else at_s
    rows = [[k % 100, 0, 2048, 0, 0, 0] for k in range(number * N, number * N + N)]
    return stream.receive(packet(Kind.DATA, data_bytes(rows, counter=number * N, boot=boot), arrival))


def test_a_block_is_what_was_sent() -> None:
    stream = started()
    block = send(stream, 0)
    assert block is not None
    assert (block.mount, len(block), block.rate_hz) == (Mount.LEFT_SHIN, N, 208.0)
    assert (block.restart, block.lost_before) == (True, 0)
    assert (block.acc_range_g, block.gyro_range_dps) == (16.0, 2000.0)
    np.testing.assert_allclose(np.diff(block.t_us), 4808, atol=1)
    following = send(stream, 1)
    assert following is not None
    assert not following.restart
    assert following.t_us[0] - block.t_us[-1] == pytest.approx(4808, abs=5)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60))
def test_accounting_is_exact_for_any_order(order: list[tuple[int, bool]]) -> None:
    """Packets lost, doubled and out of order in any mix: what is newer than all before it is used."""
    stream = started()
    newest, seen, duplicate, last_us = -1, set[int](), 0, -(2**62)
    at_s = 0.0
    for number, twice in order:
        # Nothing arrives before it was measured: a clock that was told so would hold all before for late.
        at_s = max(at_s + 0.01, (number + 1) * PERIOD_S)
        for _ in range(1 + twice):
            block = send(stream, number, at_s=at_s)
            if number > newest:
                assert block is not None
                assert block.lost_before == ((number - newest - 1) * N if newest >= 0 else 0)
                assert block.t_us[0] > last_us
                assert (np.diff(block.t_us) > 0).all()
                newest, last_us = number, int(block.t_us[-1])
            else:
                assert block is None
                duplicate += 1
            seen.add(number)
    counters = stream.counters
    came = {number for number in seen if number >= order[0][0]}
    assert counters.samples_received == len(came) * N
    assert counters.samples_lost == (newest - order[0][0] + 1 - len(came)) * N
    assert counters.packets_duplicate == duplicate
    assert counters.packets_received == sum(1 + twice for _, twice in order)


def test_as_many_gaps_are_filled_as_are_remembered() -> None:
    """Every second packet comes late, after all the others."""
    stream = started()
    for number in range(0, 2 * GAPS_REMEMBERED + 1, 2):
        send(stream, number, at_s=1.0 + number * PERIOD_S)
    assert stream.counters.samples_lost == GAPS_REMEMBERED * N
    for number in range(1, 2 * GAPS_REMEMBERED, 2):
        assert send(stream, number, at_s=1.0 + 2 * GAPS_REMEMBERED * PERIOD_S) is None
    assert stream.counters.samples_lost == 0


def test_the_counter_wraps() -> None:
    stream = started()
    rows = [[0, 0, 2048, 0, 0, 0]] * N
    for k, (counter, lost) in enumerate(((2**32 - N, 0), (0, 0), (2 * N, N), (2**32 - N, None))):
        data = data_bytes(rows, counter=counter, tick_us=100_000 * k)
        block = stream.receive(packet(Kind.DATA, data, 1.0 + 0.1 * k))
        assert (None if block is None else block.lost_before) == lost


def test_a_reboot_starts_anew_and_late_packets_of_the_old_boot_do_not() -> None:
    stream = started()
    for number in range(5):
        send(stream, number)
    block = send(stream, 0, boot=2, at_s=3.0)
    assert block is not None
    assert block.restart
    assert block.lost_before == 0
    assert send(stream, 5, boot=1, at_s=3.1) is None
    following = send(stream, 2, boot=2, at_s=3.3)
    assert following is not None
    assert not following.restart
    assert following.lost_before == N
    assert stream.counters.restarts == 1
    assert stream.counters.packets_duplicate == 1


def test_a_repeated_packet_fills_no_gap_of_the_boot_before() -> None:
    """It has the number of the one that was lost there."""
    stream = started()
    for number in (0, 2):
        send(stream, number)
    for number in (0, 1, 2, 1):
        send(stream, number, boot=2, at_s=3.0 + 0.1 * number)
    assert stream.counters.samples_lost == N
    assert stream.counters.packets_duplicate == 1


def test_samples_lost_before_the_first_packet_of_a_boot_count() -> None:
    stream = started()
    send(stream, 0)
    block = send(stream, 3, boot=2, at_s=3.0)
    assert block is not None
    assert block.lost_before == 3 * N


def test_the_sensors_own_count_says_what_was_lost_before_the_first_packet() -> None:
    stream = started()
    taken = 2 * N
    stream.receive(packet(Kind.STATS, taken.to_bytes(4, "little") + bytes(16)))
    block = send(stream, 5)
    assert block is not None
    assert block.lost_before == 3 * N


def test_a_counter_that_went_back_for_good_is_followed() -> None:
    stream = started()
    send(stream, 100_000, at_s=1.0)
    for number in range(200):
        block = send(stream, number, at_s=1.1 + number * PERIOD_S)
        if block is not None:
            break
    else:
        pytest.fail("the stream never came back")
    assert block.restart
    assert 10.0 < number * PERIOD_S < 10.5
    following = send(stream, number + 1, at_s=1.1 + (number + 1) * PERIOD_S)
    assert following is not None
    assert not following.restart


def test_data_before_the_configuration_is_counted_as_bad() -> None:
    stream = SensorStream(Mount.LEFT_SHIN, FAMILIES["kneeload-v1"])
    assert send(stream, 0) is None
    assert stream.counters.packets_bad == 1
    assert stream.last_error is not None
    assert "before CONFIG" in stream.last_error
    stream.receive(packet(Kind.CONFIG, CONFIG_SIX))
    assert send(stream, 1) is not None


@pytest.mark.parametrize(
    ("other", "seen"),
    [
        (config_bytes(rate_hz=416.0), (416.0, 16.0, 2000.0)),
        (config_bytes(acc_range_g=8), (208.0, 8.0, 2000.0)),
        (config_bytes(gyro_range_dps=1000), (208.0, 16.0, 1000.0)),
    ],
    ids=["rate", "range", "rotation range"],
)
def test_another_shape_restarts_the_stream(other: bytes, seen: tuple[float, float, float]) -> None:
    """Filters run at one rate, and what is railed is told by one range for all rows of a piece."""
    stream = started()
    send(stream, 0)
    send(stream, 1)
    stream.receive(packet(Kind.CONFIG, other))
    block = send(stream, 2)
    assert block is not None
    assert block.restart
    assert (block.rate_hz, block.acc_range_g, block.gyro_range_dps) == seen
    stream.receive(packet(Kind.CONFIG, other))
    block = send(stream, 3)
    assert block is not None
    assert not block.restart, "the same configuration read again changes nothing"


def test_link_and_battery() -> None:
    stream = started()
    stream.receive(packet(Kind.BATTERY, b"\x57"))
    stream.receive(packet(Kind.BATTERY, b"\xff"))
    assert (stream.connected, stream.battery_percent, stream.counters.packets_bad) == (True, 87.0, 1)
    for link in (b"lost", b"lost", b"connected", b"connected", b"lost"):
        stream.receive(packet(Kind.LINK, link))
    assert (stream.connected, stream.counters.reconnects) == (False, 1)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(list(Kind)), st.binary(max_size=250)), max_size=30))
def test_random_bytes_never_raise_and_real_data_still_come_through(junk: list[tuple[Kind, bytes]]) -> None:
    stream = started()
    for kind, data in junk:
        stream.receive(packet(kind, data))
    stream.receive(packet(Kind.CONFIG, CONFIG_SIX))
    assert send(stream, 0) is not None


@given(st.data())
def test_hostile_headers_keep_time_increasing(data: st.DataObject) -> None:
    """Right checksums around absurd ticks, counters and boots: times stay strictly increasing."""
    stream = started()
    last = -(2**62)
    for place in range(20):
        body = data_bytes(
            [[0, 0, 2048, 0, 0, 0]] * data.draw(st.integers(1, 19)),
            counter=data.draw(st.integers(0, 2**32 - 1)),
            tick_us=data.draw(st.integers(0, 2**32 - 1)),
            boot=data.draw(st.integers(0, 3)),
            interval_us=data.draw(st.sampled_from([0, 1, 2, 4808, 65535])),
        )
        block = stream.receive(packet(Kind.DATA, body, place * 0.09))
        if block is not None:
            assert block.t_us[0] > last
            assert (np.diff(block.t_us) > 0).all()
            last = int(block.t_us[-1])


def test_replay_gives_the_same() -> None:
    def run() -> tuple[Counters, bytes]:
        stream = started()
        jitter = np.random.default_rng(3).exponential(0.01, 300)
        blocks = [send(stream, k, at_s=1 + k * PERIOD_S + jitter[k]) for k in range(300) if k % 7]
        return stream.counters, b"".join(b.t_us.tobytes() for b in blocks if b is not None)

    assert run() == run()


def test_what_waited_for_a_host_that_stood_still_at_the_start_has_no_place() -> None:
    """The first packet of all comes three seconds late, with those that were taken meanwhile behind it."""
    stream = started()
    held = round(3.0 / PERIOD_S)
    blocks = [send(stream, k, at_s=1.0 + max(k, held) * PERIOD_S) for k in range(held + 40)]
    assert blocks[0] is not None, "it was taken for on time"
    assert blocks[1:held] == [None] * (held - 1)
    given = [block for block in blocks[held + 1 :] if block is not None]
    assert len(given) == 39
    assert [block.restart for block in given] == [True] + [False] * (len(given) - 1)
    taken_us = 1e6 + (held + 39) * PERIOD_S * 1e6  # of the last packet's last sample
    assert abs(given[-1].t_us[-1] - taken_us) < 5_000
    assert stream.counters == Counters(packets_received=len(blocks), samples_received=len(blocks) * N)


def test_what_is_lost_among_packets_without_a_place_is_told_by_the_next_block() -> None:
    stream = started()
    held = round(3.0 / PERIOD_S)
    numbers = [k for k in range(held + 20) if k not in (5, 6, 20)]
    blocks = [send(stream, k, at_s=1.0 + max(k, held) * PERIOD_S) for k in numbers]
    given = [block for block in blocks if block is not None]
    assert sum(block.lost_before for block in given) == stream.counters.samples_lost == 3 * N


def test_a_gyroscope_counts_once_it_has_told_two_values() -> None:
    """A broken one repeats its first: to say that the leg never swings would be wrong."""
    stream = started()
    rows = [[0, 0, 2048, 7, 7, 7]] * N
    turning = [*rows[1:], [0, 0, 2048, 7, 8, 7]]
    seen = []
    for number, sent in enumerate((rows, rows, turning, rows)):
        data = data_bytes(sent, counter=number * N)
        block = stream.receive(packet(Kind.DATA, data, 1.0 + number * PERIOD_S))
        assert block is not None
        seen.append((block.gyro_dps is not None, block.restart, block.lost_before))
    assert seen == [(False, True, 0), (False, False, 0), (True, True, 0), (True, False, 0)]
    assert stream.counters.restarts == 0
    rebooted = stream.receive(packet(Kind.DATA, data_bytes(rows, boot=2), 9.0))
    assert rebooted is not None
    assert rebooted.gyro_dps is None
