"""Sensors of other makers over a simulated radio: Bleak, decoder, core, strides; and out of the recording."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.stride import Stride
from dsp.summary import summarise
from firmware_sim.body import Body
from firmware_sim.clock import Clock
from firmware_sim.faults import Faults, parse_faults
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Source
from firmware_sim.oscillator import Oscillator
from firmware_sim.plan import Phase, Plan
from firmware_sim.player import Player
from firmware_sim.polar_encoder import ACC, Command, Op, Status, encode_response
from firmware_sim.polar_sensor import PolarSensor
from firmware_sim.radio import SimulatedRadio
from firmware_sim.traits import Traits
from firmware_sim.wit_sensor import WitSensor
from ingest import recording
from ingest.files import read_recording
from ingest.links import WornSensor
from ingest.nearby import scan
from ingest.packet import Kind, Packet
from ingest.recording import Recorder
from ingest.stream import Counters
from kneeload.codec import encode
from kneeload.monitor import Monitor
from kneeload.results import Result
from kneeload.witness import Witness
from tests.linked import Links, linked

LEFT = Mount.LEFT_SHIN
PLAN = Plan.of(Phase(activity="stand", duration_s=4.0), Phase(activity="run", speed_kmh=10.0))
SPEEDUP = 5.0
POLAR, WIT = "polar-verity-sense", "witmotion-wt9011"


def gait(rate_hz: float) -> GaitSource:
    return GaitSource(LEFT, PLAN, rate_hz=rate_hz, seed=3)


def polar(source: Source, *faults: str, compressed: bool = True) -> PolarSensor:
    traits = Traits(LEFT, serial="P001", oscillator=Oscillator(skew_ppm=28.0))
    chosen = Faults(parse_faults(faults), mount=LEFT, seed=4)
    return PolarSensor(source, traits, faults=chosen, compressed=compressed)


def wit(source: Source, *faults: str, notification_bytes: int = 160) -> WitSensor:
    chosen = Faults(parse_faults(faults), mount=LEFT, seed=2)
    return WitSensor(
        source, Traits(LEFT, serial="W001"), faults=chosen, notification_bytes=notification_bytes
    )


@dataclass(kw_only=True)
class Run(Links):
    """A run of one sensor: what came, and what was made of it."""

    monitor: Monitor
    witness: Witness = field(default_factory=Witness)
    packets: list[Packet] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    def take(self, packet: Packet) -> None:
        self.packets.append(packet)
        self.witness.packet(packet)
        self._see(self.monitor.receive(packet))

    def finish(self) -> None:
        self._see(self.monitor.finish(self.clock.now_ns()))

    def _see(self, results: list[Result]) -> None:
        self.witness.see(results)
        self.results += results

    @property
    def strides(self) -> list[Stride]:
        return [result for result in self.results if isinstance(result, Stride)]

    @property
    def counters(self) -> Counters:
        stream = self.monitor.sensors[LEFT].stream
        assert stream is not None
        return stream.counters


@asynccontextmanager
async def running(sensor: Body, family: str) -> AsyncIterator[Run]:
    """The links to this sensor, all that they bring through the monitor; finished at the end."""
    run = Run(clock=Clock(SPEEDUP), monitor=Monitor({LEFT: family}))
    worn = WornSensor(LEFT, address=sensor.address, family=family, rate_hz=208.0, acc_range_g=16.0)
    try:
        async with linked(run, [sensor], [worn]):
            yield run
    finally:
        run.finish()


def again(run: Run, family: str, path: Path) -> list[Result]:
    """The results of the same packets out of a recording of them."""
    with Recorder(path, {}) as recorder:
        for packet in run.packets:
            recorder.append(packet)
    monitor = Monitor({LEFT: family})
    results = [result for packet in recording.read(path) for result in monitor.receive(packet)]
    return results + monitor.finish(run.clock.now_ns())


def links(run: Run) -> list[Packet]:
    return [packet for packet in run.packets if packet.kind is Kind.LINK]


def pauses_s(run: Run) -> list[float]:
    """How long the sensor was left alone between two connections, from the first on."""
    ends, begins = [p.arrival_ns for p in links(run)[1::2]], [p.arrival_ns for p in links(run)[2::2]]
    return [(begin - end) / 1e9 for end, begin in zip(ends, begins, strict=False)]


def same(one: list[Result], other: list[Result]) -> bool:
    """Up to the last period, which ends when the run does."""
    n = min(len(one), len(other))
    return n > 0 and [encode(r) for r in one[: n - 3]] == [encode(r) for r in other[: n - 3]]


async def test_a_polar_sensor_s_run_is_found_whole_and_its_recording_gives_the_same_bits(
    tmp_path: Path,
) -> None:
    """Its true rate is half a percent off."""
    source = gait(208.0 * 1.005)
    async with running(sensor := polar(source), POLAR) as run:
        await run.last(30.0)
    counters = run.counters
    assert (counters.samples_lost, counters.packets_bad, counters.packets_duplicate) == (0, 0, 0)
    assert counters.samples_received > 20 * 208
    assert run.problems == []
    assert not sensor.started, "at the end of the run it may sleep"
    assert not sensor.sdk_mode, "and may tell a heart rate again"
    truth = run.witness.against([source])
    assert truth is not None
    assert truth["contacts"] > 25
    assert (truth["missed"], truth["extra"]) == (0, 0)
    assert same(run.results, again(run, POLAR, tmp_path / "packets.mcap"))


async def test_whole_mg_are_as_good_as_differences() -> None:
    source = gait(208.0)
    async with running(polar(source, compressed=False), POLAR) as run:
        await run.last(20.0)
    assert (run.counters.samples_lost, run.counters.packets_bad) == (0, 0)
    truth = run.witness.against([source])
    assert truth is not None
    assert truth["contacts"] > 12
    assert (truth["missed"], truth["extra"]) == (0, 0)


async def test_what_a_polar_sensor_loses_is_counted_by_its_times() -> None:
    """To the sample, by nothing but times; of a loss the next packet tells, of the first packet's none."""
    async with running(sensor := polar(gait(208.0), "loss=0.1", "duplicate=0.05"), POLAR) as run:
        loss = sensor.faults.counts["loss"]
        await run.until(lambda: run.counters.samples_received > 0)
        assert loss.packets == 0
        await run.until(lambda: loss.packets > 8 and run.counters.samples_lost == loss.samples)
    assert run.counters.packets_bad == 0
    assert run.counters.packets_duplicate >= 1
    assert any(stride.gap for stride in run.strides)


async def test_a_polar_sensor_that_was_away_is_set_up_again_and_its_time_goes_on() -> None:
    source = gait(208.0)
    async with running(polar(source, "disconnect=16:4"), POLAR) as run:
        await run.until(lambda: run.counters.reconnects == 1)
        await run.last(10.0)
    counters = run.counters
    assert (counters.restarts, counters.packets_bad) == (0, 0)
    # What passed while it was away is lost, as with a sensor that would have measured it.
    assert 3.0 * 208 < counters.samples_lost < 10.0 * 208
    source.take(run.clock.now_ns() / 1e9 + 2.0)  # a contact found in mid-stance has its truth too
    contacts_s = source.truth().initial_contact_s
    late = [s.initial_contact_us / 1e6 for s in run.strides if s.initial_contact_us > 22e6]
    assert len(late) > 5
    assert np.abs(contacts_s - np.array(late)[:, None]).min(axis=1).max() < 0.1


async def test_a_polar_sensor_that_refuses_is_reported_with_its_reason() -> None:
    async with running(polar(gait(150.0)), POLAR) as run:
        await run.until(lambda: bool(run.problems))
    assert run.problems[0].what == "refused 208 Hz at ±16 g: invalid sample rate"


@pytest.mark.parametrize(("make", "family", "rate_hz"), [(polar, POLAR, 204.8), (wit, WIT, 200.0)])
async def test_a_recorded_run_played_by_another_sensor_has_its_strides(
    make: Callable[[Source], Body], family: str, rate_hz: float, recordings: Path
) -> None:
    """At the rate of the recording, or played a little slower; without its gyroscope where there is none."""
    recorded = read_recording(recordings / "vicon_shoe" / "run-2017-11-27-11-12-18.csv", Mount.LEFT_SHOE)
    t_us = np.rint((recorded.t_us - recorded.t_us[0]) * (204.8 / rate_hz)).astype(np.int64)
    gyro_dps = None if family == POLAR else recorded.gyro_dps
    alone = Monitor({LEFT: None})
    block = ImuBlock(LEFT, t_us, recorded.acc_g, gyro_dps, rate_hz, acc_range_g=16.0)
    expected = alone.receive_block(block) + alone.finish(int(t_us[-1]) * 1000 + 10**9)
    async with running(sensor := make(Player(t_us, recorded.acc_g, gyro_dps)), family) as run:
        await run.until(lambda: sensor.finished)
        await run.last(1.0)
    assert run.counters.packets_bad == 0
    assert run.counters.samples_received > 0.9 * len(t_us)
    strides = [r for r in expected if isinstance(r, Stride)]
    assert len(strides) > 10
    assert abs(len(run.strides) - len(strides)) <= 2


@pytest.mark.parametrize(("rate_hz", "notification_bytes"), [(198.43, 160), (201.0, 50)])
async def test_a_witmotion_sensor_s_run_is_found_whole_though_its_rate_is_off(
    rate_hz: float, notification_bytes: int, tmp_path: Path
) -> None:
    """198.43 Hz has been measured of one that is set to 200. Frames are cut by notifications in one case."""
    source = gait(rate_hz)
    async with running(sensor := wit(source, notification_bytes=notification_bytes), WIT) as run:
        await run.last(30.0)
    assert (run.counters.samples_lost, run.counters.packets_bad, run.counters.restarts) == (0, 0, 0)
    assert run.problems == []
    assert sensor.registers[0x1F] == 0, "else it would low-pass at 20 Hz"
    truth = run.witness.against([source])
    assert truth is not None
    assert truth["contacts"] > 25
    assert (truth["missed"], truth["extra"]) == (0, 0)
    health = run.monitor.health[LEFT]
    assert (health.samples_lost, health.lost_percent) == (None, None), "nobody can know"
    assert summarise(run.strides, run.monitor.sensors[LEFT].totals()).lost_percent is None
    assert health.clock_skew_ppm == pytest.approx((200.0 / rate_hz - 1.0) * 1e6, abs=2500)
    assert same(run.results, again(run, WIT, tmp_path / "packets.mcap"))


async def test_a_witmotion_sensor_that_was_away_begins_anew_in_its_true_time() -> None:
    source = gait(200.0)
    async with running(wit(source, "disconnect=16:4"), WIT) as run:
        await run.until(lambda: run.counters.reconnects == 1)
        await run.last(10.0)
    assert (run.counters.restarts, run.counters.packets_bad) == (1, 0)
    source.take(run.clock.now_ns() / 1e9 + 2.0)  # a contact found in mid-stance has its truth too
    contacts_s = source.truth().initial_contact_s
    late = [s.initial_contact_us / 1e6 for s in run.strides if s.initial_contact_us > 22e6]
    assert len(late) > 5
    assert np.abs(contacts_s - np.array(late)[:, None]).min(axis=1).max() < 0.1


async def test_what_a_witmotion_sensor_loses_is_not_seen_and_its_times_come_right_again() -> None:
    """Two seconds are lost: counted by nobody, and a few seconds later the times are the true ones."""
    source = gait(200.0)
    async with running(sensor := wit(source, "silence=15:2"), WIT) as run:
        await run.until(lambda: sensor.faults.counts["silence"].samples > 300)
        await run.last(12.0)
    assert run.counters.samples_lost == 0
    assert run.counters.reconnects == 0
    source.take(run.clock.now_ns() / 1e9 + 2.0)  # a contact found in mid-stance has its truth too
    contacts_s = source.truth().initial_contact_s
    late = [s.initial_contact_us / 1e6 for s in run.strides if 23e6 < s.initial_contact_us < 29e6]
    assert len(late) > 4
    assert np.abs(contacts_s - np.array(late)[:, None]).min(axis=1).max() < 0.1


async def test_a_witmotion_sensor_that_keeps_its_rate_is_reported() -> None:
    """It says what it has, and that is what counts: at 10 Hz no contact can be found."""

    class Stubborn(WitSensor):
        def write(self, register: int, value: int, *, now_s: float) -> None:
            if register == 0x27:
                super().write(register, value, now_s=now_s)

    async with running(Stubborn(gait(200.0), Traits(LEFT, serial="W002")), WIT) as run:
        await run.until(lambda: len(run.problems) == 2)
    assert [problem.what for problem in run.problems] == [
        "low-passes below 256 Hz, which cuts impacts off, and stays as it is",
        "does not take 200 Hz and stays as it is",
    ]
    assert run.counters.packets_bad > 0
    assert run.counters.samples_received == 0


async def test_a_sensor_that_does_not_answer_is_reported_and_not_waited_for_for_ever() -> None:
    class Silent(PolarSensor):
        def control(self, command: Command, *, now_s: float) -> bytes:
            return b"" if command.measurement == 9 else super().control(command, now_s=now_s)

    async with running(Silent(gait(208.0), Traits(LEFT, serial="P002")), POLAR) as run:
        await run.until(lambda: bool(run.problems))
    assert run.problems[0].what == "does not answer"
    assert run.counters.samples_received == 0


async def test_a_witmotion_sensor_that_streams_and_never_answers_is_left_alone_longer_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingest.writing.OPERATION_TIMEOUT_S", 0.3)

    class Mute(WitSensor):
        def write(self, register: int, value: int, *, now_s: float) -> None:
            pass

    async with running(Mute(gait(200.0), Traits(LEFT, serial="W003")), WIT) as run:
        await run.until(lambda: len(links(run)) >= 8)
    assert any(packet.kind is Kind.DATA for packet in run.packets)
    first, second, third = pauses_s(run)[:3]
    assert third > second > first > 1.0


async def test_a_sensor_that_takes_a_start_and_refuses_the_next_is_left_alone_longer_each_time() -> None:
    class Exhausted(PolarSensor):
        starts = 0

        def control(self, command: Command, *, now_s: float) -> bytes:
            if (command.op, command.measurement) != (Op.START, ACC):
                return super().control(command, now_s=now_s)
            self.starts += 1
            return encode_response(command, Status.SUCCESS if self.starts % 2 else Status.INVALID_STATE)

    async with running(sensor := Exhausted(gait(208.0), Traits(LEFT, serial="P003")), POLAR) as run:
        await run.until(lambda: len(links(run)) >= 8)
    assert sensor.starts >= 6
    assert not any(packet.kind is Kind.DATA for packet in run.packets)
    first, second, third = pauses_s(run)[:3]
    assert third > second > first > 1.0


async def test_scan_offers_the_lines_for_all_of_them() -> None:
    sensors = [polar(gait(208.0)), wit(gait(200.0))]
    clock = Clock(SPEEDUP)
    async with SimulatedRadio(sensors, clock=clock) as radio:
        found = await scan(
            duration_s=2.0,
            client_backend=radio.client_backend,
            scanner_backend=radio.scanner_backend,
            sleep=clock.sleep,
        )
    by_family = {sighting.family: sighting for sighting in found}
    assert set(by_family) == {POLAR, WIT}
    assert by_family[POLAR].battery_percent == 85.0
    assert by_family[WIT].battery_percent is None
    assert all(f'family = "{family}"' in sighting.line for family, sighting in by_family.items())


async def test_requests_are_in_the_recording_before_their_answers() -> None:
    async with running(polar(gait(208.0)), POLAR) as run:
        await run.until(lambda: any(packet.kind is Kind.DATA for packet in run.packets))
    kinds = [packet.kind for packet in run.packets]
    assert kinds[kinds.index(Kind.REQUEST) + 1] is Kind.CONTROL
    assert Kind.DATA not in kinds[: kinds.index(Kind.REQUEST)]
