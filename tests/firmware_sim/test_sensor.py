"""What the firmware does between motion and packets."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dsp.mount import Mount
from firmware_sim.encoder import Config, Flag, Layout, Op, Result
from firmware_sim.oscillator import Oscillator
from firmware_sim.player import Player
from firmware_sim.ring import TIMING_TOLERANCE_US
from firmware_sim.sensor import VirtualSensor
from firmware_sim.settings import ConfigRefusedError, StartedError
from firmware_sim.traits import Traits
from tests.firmware_sim.wire import counters, read_data, steady_player, taken, whole

TRAITS = Traits(Mount.LEFT_SHIN, "00A1")
STEPS_S = [0.01 * k for k in range(1, 1001)]


def started(player: Player, traits: Traits = TRAITS) -> VirtualSensor:
    sensor = VirtualSensor(player, traits)
    sensor.payload_bytes = 244
    assert sensor.control(Op.START, 0, now_s=0.0) is Result.DONE
    return sensor


def run(sensor: VirtualSensor, steps_s: list[float]) -> list[bytes]:
    return [packet for now_s in steps_s for packet in sensor.advance(now_s)]


def test_every_sample_arrives_once_quantised_and_in_time() -> None:
    sensor = started(steady_player(4.0))
    packets = run(sensor, STEPS_S)
    samples = taken(steady_player(4.0))
    assert samples.gyro_dps is not None
    data = [read_data(packet) for packet in packets]
    assert all(whole(packet) for packet in packets)
    assert counters(packets) == list(range(len(samples)))
    values = np.vstack([d.values for d in data])
    assert np.allclose(values[:, :3] * (8 / 32768), samples.acc_g, atol=8 / 65536)
    assert np.allclose(values[:, 3:] * (500 / 32768), samples.gyro_dps, atol=500 / 65536)
    ticks_us = np.concatenate([d.ticks_us for d in data])
    assert np.max(np.abs(ticks_us - (10e6 + samples.t_s * 1e6))) <= TIMING_TOLERANCE_US
    assert sensor.finished
    assert sensor.samples_lost == 0


def test_packets_vary_in_length_and_fill_the_mtu() -> None:
    lengths = [read_data(packet).n for packet in run(started(steady_player(4.0)), STEPS_S)]
    assert set(lengths[:-1]) == {17, 18, 19}
    assert all(len(p) <= 244 for p in run(started(steady_player(4.0, six_axis=False)), STEPS_S))


def test_nothing_is_sent_when_not_even_one_sample_fits() -> None:
    sensor = started(steady_player(4.0))
    sensor.payload_bytes = 20
    assert run(sensor, STEPS_S[:50]) == []
    sensor.payload_bytes = 244
    assert counters(run(sensor, STEPS_S[50:60]))[0] == 0


def test_uneven_times_survive_within_the_tolerance() -> None:
    random = np.random.default_rng(7)
    t_us = np.arange(400, dtype=np.int64) * 5000 + random.integers(-1900, 1900, 400)
    acc_g = random.normal(0, 1, (400, 3))
    data = [read_data(packet) for packet in run(started(Player(t_us, acc_g)), STEPS_S)]
    ticks_us = np.concatenate([d.ticks_us for d in data])
    assert np.max(np.abs(ticks_us - 10_000_000 - (t_us - t_us[0]))) <= TIMING_TOLERANCE_US


def test_a_gap_of_the_recording_is_a_jump_of_the_counter() -> None:
    kept = np.flatnonzero(~np.isin(np.arange(400), [30, 31, 32, 200]))
    t_us = kept.astype(np.int64) * 5000
    sensor = started(Player(t_us, np.zeros((len(kept), 3))))
    packets = run(sensor, STEPS_S)
    assert counters(packets) == kept.tolist()
    assert sensor.truth.missing == sensor.samples_lost == 4


def test_the_clock_runs_by_its_skew_and_drift_and_wraps() -> None:
    oscillator = Oscillator(skew_ppm=100.0, drift_ppm_per_min=60.0)
    before_s = (2**32 - 2_000_000) * 1e-6
    traits = replace(TRAITS, oscillator=oscillator, powered_before_s=before_s)
    data = [read_data(packet) for packet in run(started(steady_player(9.0), traits), STEPS_S)]
    at_8s = next(d for d in data if d.counter <= 1600 < d.counter + d.n)
    tick_us = int(at_8s.ticks_us[1600 - at_8s.counter])
    assert tick_us == pytest.approx(-2_000_000 + 8_000_000 + 8 * 100 + 8**2 * 0.5, abs=TIMING_TOLERANCE_US)
    assert data[0].tick_us > 2**32 - 2_100_000


def test_what_leaves_the_range_is_clipped_and_flagged() -> None:
    t_us = np.arange(400, dtype=np.int64) * 5000
    acc_g = np.zeros((400, 3))
    acc_g[100:103, 1] = [5.0, -5.0, 3.9]
    sensor = started(Player(t_us, acc_g), replace(TRAITS, acc_range_g=4))
    data = [read_data(packet) for packet in run(sensor, STEPS_S)]
    flagged = [d for d in data if d.flags & Flag.CLIPPED]
    assert len(flagged) == 1
    at = 100 - flagged[0].counter
    assert flagged[0].values[at : at + 3, 1].tolist() == [32767, -32768, round(3.9 * 8192)]


def test_high_g_channels_see_what_clips() -> None:
    t_us = np.arange(40, dtype=np.int64) * 5000
    acc_g = np.full((40, 3), 50.0)
    player = Player(t_us, acc_g, np.zeros((40, 3)))
    sensor = started(player, replace(TRAITS, acc_range_g=16, high_g_range_g=320))
    data = read_data(run(sensor, STEPS_S)[0])
    assert sensor.config.layout is Layout.HIGH_G
    assert data.values[0].tolist() == [32767] * 3 + [0] * 3 + [5120] * 3


def test_a_full_memory_forgets_the_oldest_and_says_so() -> None:
    sensor = started(steady_player(9.0), replace(TRAITS, ring_s=5.0))
    for now_s in STEPS_S[:800]:
        assert sensor.advance(now_s, room=0) == []
    packets = run(sensor, STEPS_S[800:])
    data = [read_data(packet) for packet in packets]
    assert counters(packets) == list(range(counters(packets)[0], 1800))
    assert counters(packets)[0] == pytest.approx(600, abs=2)
    assert [bool(d.flags & Flag.OVERRUN) for d in data] == [True] + [False] * (len(data) - 1)
    assert sensor.truth.dropped == counters(packets)[0] == sensor.samples_lost
    assert (sensor.stats().samples_dropped, sensor.stats().fifo_overruns) == (sensor.truth.dropped, 1)


def test_a_reboot_begins_counter_and_tick_anew() -> None:
    sensor = started(steady_player(9.0))
    run(sensor, STEPS_S[:300])
    sensor.reboot(3.0)
    assert run(sensor, STEPS_S[300:400]) == []
    sensor.control(Op.START, 0, now_s=4.0)
    data = read_data(run(sensor, STEPS_S[400:500])[0])
    assert (data.boot, data.counter) == (2, 0)
    assert data.tick_us == pytest.approx(1_000_000, abs=5_001)
    assert sensor.truth.reboots == 1
    assert sensor.truth.unsent_at_reboot + sensor.truth.sent <= sensor.truth.taken


def test_a_recording_waits_for_the_first_start() -> None:
    sensor = VirtualSensor(steady_player(2.0), replace(TRAITS, holds_source=True))
    sensor.payload_bytes = 244
    assert run(sensor, STEPS_S[:300]) == []
    sensor.control(Op.START, 0, now_s=3.0)
    assert counters(run(sensor, STEPS_S[300:600])) == list(range(400))
    assert sensor.truth.first_sample_s == 3.0


def test_start_is_idempotent_and_stop_forgets() -> None:
    sensor = started(steady_player(9.0))
    first = run(sensor, STEPS_S[:100])
    sensor.control(Op.START, 0, now_s=1.0)
    again = run(sensor, STEPS_S[100:200])
    numbers = counters(first + again)
    assert numbers == list(range(len(numbers)))
    sensor.control(Op.STOP, 0, now_s=2.0)
    assert run(sensor, STEPS_S[200:300]) == []


def test_mark_and_low_battery_are_flags_of_packets() -> None:
    sensor = started(steady_player(9.0), replace(TRAITS, battery_percent=5))
    run(sensor, STEPS_S[:100])
    sensor.control(Op.MARK, 0, now_s=1.0)
    flags = [read_data(packet).flags for packet in run(sensor, STEPS_S[100:200])]
    assert flags == [Flag.MARK | Flag.LOW_BATTERY] + [Flag.LOW_BATTERY] * (len(flags) - 1)


@pytest.mark.parametrize(
    ("op", "argument", "result"),
    [
        (0, 0, Result.UNKNOWN_OP),
        (9, 0, Result.UNKNOWN_OP),
        (Op.START, 1, Result.BAD_ARGUMENT),
        (Op.MARK, 0, Result.WRONG_STATE),
        (Op.IDENTIFY, 10, Result.DONE),
        (Op.RESET, 0, Result.DONE),
    ],
)
def test_control_answers(op: int, argument: int, result: Result) -> None:
    assert VirtualSensor(steady_player(1.0), TRAITS).control(op, argument, now_s=0.0) is result


def test_config_grants_what_can_be_done() -> None:
    sensor = VirtualSensor(steady_player(1.0), TRAITS)
    sensor.write_config(replace(sensor.config, layout=Layout.ACC, acc_range_g=16))
    assert sensor.config == Config(Layout.ACC, Mount.LEFT_SHIN, 0, 200_000, 16, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, rate_mhz=100_000),
        lambda c: replace(c, acc_range_g=17),
        lambda c: replace(c, gyro_range_dps=0),
        lambda c: replace(c, layout=Layout.HIGH_G, high_g_range_g=320),
    ],
)
def test_config_refuses_what_cannot_be_done(change: Callable[[Config], Config]) -> None:
    sensor = VirtualSensor(steady_player(1.0), TRAITS)
    before = sensor.config
    with pytest.raises(ConfigRefusedError, match="cannot do"):
        sensor.write_config(change(before))
    assert sensor.config == before


def test_config_while_started_may_only_repeat_itself() -> None:
    sensor = started(steady_player(1.0))
    sensor.write_config(sensor.config)
    with pytest.raises(StartedError):
        sensor.write_config(replace(sensor.config, acc_range_g=200))
