"""Faults do what their names say, as often as asked, and every sample stays accounted for."""

import itertools
from collections import Counter

import pytest

from dsp.mount import Mount
from firmware_sim.encoder import Flag, Op
from firmware_sim.errors import FaultError
from firmware_sim.faults import FAULTS, Faults, parse_faults
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from tests.firmware_sim.wire import counters, read_data, steady_player, whole

DURATION_S = 60.0
TRAITS = Traits(Mount.LEFT_SHIN, "00A1")


def played(*texts: str, seed: int = 1) -> tuple[VirtualSensor, list[tuple[float, bytes]]]:
    """A minute of packets with their times, under faults."""
    faults = Faults(parse_faults(texts), mount=Mount.LEFT_SHIN, seed=seed)
    sensor = VirtualSensor(steady_player(DURATION_S), TRAITS, faults=faults)
    sensor.payload_bytes = 244
    sensor.control(Op.START, 0, now_s=0.0)
    times_s = [0.05 * k for k in range(1, round((DURATION_S + 20) / 0.05))]
    return sensor, [(now_s, packet) for now_s in times_s for packet in sensor.advance(now_s)]


def received(packets: list[tuple[float, bytes]]) -> set[int]:
    return set(counters(packet for _, packet in packets if whole(packet)))


@pytest.mark.parametrize("name", ["loss", "corrupt", "silence"])
def test_what_destroys_packets_is_counted_to_the_sample(name: str) -> None:
    value = {"loss": "0.2", "corrupt": "0.2", "silence": "10:2"}[name]
    sensor, packets = played(f"{name}={value}")
    taken = round(DURATION_S * 200)
    assert sensor.truth.taken == taken
    assert taken - len(received(packets)) == sensor.samples_lost == sensor.faults.counts[name].samples
    assert sensor.faults.counts[name].packets / sensor.truth.packets_sent == pytest.approx(0.19, abs=0.06)


def test_silence_falls_where_it_was_asked() -> None:
    _, packets = played("silence=20:5")
    times_s = [now_s for now_s, _ in packets]
    quiet = [(a, b) for a, b in itertools.pairwise(times_s) if b - a > 4]
    assert [round(a) for a, _ in quiet] == [20, 40]
    assert [round(b) for _, b in quiet] == [25, 45]


def test_duplicates_come_twice_and_nothing_is_lost() -> None:
    sensor, packets = played("duplicate=0.2")
    often = Counter(packet for _, packet in packets)
    assert sum(n == 2 for n in often.values()) == sensor.faults.counts["duplicate"].packets > 50
    assert len(received(packets)) == sensor.truth.taken


def test_reordered_packets_swap_with_their_successor() -> None:
    sensor, packets = played("reorder=0.2")
    firsts = [read_data(packet).counter for _, packet in packets]
    backwards = sum(b < a for a, b in itertools.pairwise(firsts))
    assert backwards == pytest.approx(sensor.faults.counts["reorder"].packets, abs=1)
    assert backwards > 50
    assert firsts != sorted(firsts)


def test_bursts_are_late_and_complete() -> None:
    sensor, packets = played("burst=2")
    times_s = [now_s for now_s, _ in packets]
    longest_s = max(b - a for a, b in itertools.pairwise(times_s))
    assert longest_s == pytest.approx(2.0, abs=0.2)
    assert max(Counter(times_s).values()) > 15
    assert counters(packet for _, packet in packets) == list(range(sensor.truth.taken))


def test_faults_together_still_add_up() -> None:
    sensor, packets = played("loss=0.05", "corrupt=0.05", "duplicate=0.1", "reorder=0.1", "burst=1")
    held = sensor.faults.forget()
    assert sensor.truth.taken - len(received(packets)) == sensor.samples_lost + held


def test_chance_comes_from_the_seed() -> None:
    texts = ("loss=0.1", "corrupt=0.1", "burst=1")
    assert played(*texts)[1] == played(*texts)[1]
    assert played(*texts)[1] != played(*texts, seed=2)[1]


def test_traits_follow_the_faults() -> None:
    sensor, packets = played("skew=50", "drift=5", "low_battery=1", "clip=2")
    oscillator = sensor.traits.oscillator
    assert (oscillator.skew_ppm, oscillator.drift_ppm_per_min) == (50, 5)
    assert sensor.config.acc_range_g == 2
    assert sensor.battery_percent < 15
    assert all(read_data(packet).flags & Flag.LOW_BATTERY for _, packet in packets)
    assert any(read_data(packet).flags & Flag.CLIPPED for _, packet in packets)


def test_windows_of_disconnects_and_reboots() -> None:
    faults = Faults(parse_faults(["disconnect=20:3", "reboot=30"]))
    assert [t for t in range(50) if faults.out_of_range(float(t))] == [20, 21, 22, 40, 41, 42]
    assert [t for t in range(95) if faults.reboot_due(float(t))] == [30, 60, 90]


def test_a_mount_before_the_name_means_that_sensor_only() -> None:
    settings = parse_faults(["loss=0.5", "left-shin:loss=0.1", "right-shin:skew=7"])
    left = Faults(settings, mount=Mount.LEFT_SHIN)
    right = Faults(settings, mount=Mount.RIGHT_SHIN)
    assert left.mishaps["loss"].values == (0.1,)
    assert right.mishaps["loss"].values == (0.5,)
    assert (left.apply(TRAITS).oscillator.skew_ppm, right.apply(TRAITS).oscillator.skew_ppm) == (0, 7)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_every_example_of_the_table_works(fault: object) -> None:
    row = next(row for row in FAULTS if row is fault)
    (setting,) = parse_faults([f"{row.name}={row.example}"])
    assert setting.name == row.name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("los=0.1", "did you mean 'loss'"),
        ("foo=1", f"possible: {', '.join(fault.name for fault in FAULTS)}"),
        ("disconect=20:3", "did you mean 'disconnect'"),
        ("loss", "for example loss=0.02"),
        ("loss=2", "a fraction from 0 to 1"),
        ("loss=nan", "a fraction from 0 to 1"),
        ("loss=much", "for example loss=0.02"),
        ("disconnect=20", "EVERY:FOR"),
        ("disconnect=3:20", "EVERY:FOR"),
        ("silence=5:0", "EVERY:FOR"),
        ("reboot=0", "above 0"),
        ("clip=5", "one of 2, 4, 8"),
        ("skew=1e9", "-10000 to 10000"),
        ("left-knee:loss=0.1", "'left-knee' is no mount"),
        ("", "there is no fault ''"),
    ],
)
def test_a_wrong_fault_is_explained_in_one_line(text: str, says: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse_faults([text])
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.text == text
