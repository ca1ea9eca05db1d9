"""The links over a simulated radio: a real Bluetooth stack behind Bleak, sensors that misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from bleak.backends.scanner import BaseBleakScanner
from bleak.exc import BleakError

from dsp.mount import Mount
from firmware_sim.clock import Clock
from firmware_sim.faults import Faults, parse_faults
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Phase, Plan
from firmware_sim.radio import SimulatedRadio
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from ingest.ble import run_links
from ingest.errors import LinkError
from ingest.links import WornSensor
from ingest.nearby import probe_adapter, scan
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES
from ingest.stream import SensorStream
from tests.linked import Links, linked

LEFT, RIGHT = Mount.LEFT_SHIN, Mount.RIGHT_SHIN
PLAN = Plan.of(Phase(activity="run"))
SPEEDUP = 4.0


def sensor(mount: Mount, serial: str, *faults: str, seed: int = 1) -> VirtualSensor:
    source = GaitSource(mount, PLAN, rate_hz=208.0, seed=seed)
    return VirtualSensor(
        source, Traits(mount, serial=serial), faults=Faults(parse_faults(faults), mount=mount, seed=seed)
    )


def worn(virtual: VirtualSensor) -> WornSensor:
    return WornSensor(virtual.mount, address=virtual.address, rate_hz=208.0, acc_range_g=16.0, gyro=True)


@dataclass
class Heard(Links):
    """What run_links handed over."""

    packets: list[Packet] = field(default_factory=list)
    streams: dict[Mount, SensorStream] = field(default_factory=dict)

    def take(self, packet: Packet) -> None:
        self.packets.append(packet)
        family = FAMILIES[packet.family]
        self.streams.setdefault(packet.mount, SensorStream(packet.mount, family)).receive(packet)

    def of(self, kind: Kind, mount: Mount) -> list[Packet]:
        return [p for p in self.packets if p.kind is kind and p.mount is mount]

    def links(self, mount: Mount) -> list[bytes]:
        return [p.data for p in self.of(Kind.LINK, mount)]


@asynccontextmanager
async def hearing(sensors: list[VirtualSensor], wearing: list[WornSensor]) -> AsyncIterator[Heard]:
    """The links to these sensors, on a radio with them."""
    heard = Heard(Clock(SPEEDUP))
    async with linked(heard, sensors, wearing):
        yield heard


def data_after(heard: Heard, mount: Mount, after_ns: int) -> list[Packet]:
    return [p for p in heard.of(Kind.DATA, mount) if p.arrival_ns > after_ns]


async def test_both_sensors_start_together_and_nothing_is_lost() -> None:
    both = [sensor(LEFT, "A1"), sensor(RIGHT, "B2")]
    async with hearing(both, [worn(s) for s in both]) as heard:
        await heard.until(lambda: all(len(heard.of(Kind.DATA, m)) > 40 for m in (LEFT, RIGHT)))
    begins = [heard.of(Kind.DATA, mount)[0].arrival_ns for mount in (LEFT, RIGHT)]
    assert abs(begins[0] - begins[1]) < 1e9
    for virtual in both:
        counters = heard.streams[virtual.mount].counters
        assert (counters.samples_lost, counters.packets_bad, counters.packets_duplicate) == (0, 0, 0)
        first = heard.of(Kind.DATA, virtual.mount)[0].arrival_ns
        told = {p.kind for p in heard.packets if p.mount is virtual.mount and p.arrival_ns < first}
        assert {Kind.LINK, Kind.INFO, Kind.CONFIG, Kind.STATS, Kind.BATTERY} <= told
        assert not virtual.started, "at the end of the run it may sleep"
        assert heard.links(virtual.mount) == [b"connected", b"lost"]
        assert heard.packets.index(heard.of(Kind.LINK, virtual.mount)[-1]) > heard.packets.index(
            heard.of(Kind.DATA, virtual.mount)[-1]
        )
    arrivals = [p.arrival_ns for p in heard.packets]
    assert arrivals == sorted(arrivals)


async def test_a_sensor_that_is_late_does_not_hold_the_other_up_for_ever() -> None:
    here, missing = sensor(LEFT, "A1"), sensor(RIGHT, "B2")
    async with hearing([here], [worn(here), worn(missing)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 5, within_s=30)
    assert not heard.of(Kind.LINK, RIGHT)


async def test_the_loss_of_one_does_not_touch_the_other() -> None:
    lost, kept = sensor(LEFT, "A1", "disconnect=8:4"), sensor(RIGHT, "B2")
    async with hearing([lost, kept], [worn(lost), worn(kept)]) as heard:
        await heard.until(lambda: heard.links(LEFT).count(b"connected") > 2, within_s=90)
        count = len(heard.of(Kind.DATA, LEFT))
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > count + 20)
        assert heard.streams[LEFT].counters.samples_lost == lost.samples_lost
    assert heard.links(RIGHT) == [b"connected", b"lost"], "connected throughout, and let go at the end"
    assert heard.streams[RIGHT].counters.samples_lost == 0
    assert heard.streams[LEFT].counters.reconnects >= 2
    for back in (p for p in heard.of(Kind.LINK, LEFT)[2:] if p.data == b"connected"):
        # Out of range from every full 8 s of run time for 4 s.
        samples_ns = data_after(heard, LEFT, back.arrival_ns)[0].arrival_ns
        assert samples_ns % 8e9 - 4e9 < 5e9


async def test_a_reboot_is_followed_with_exact_accounting() -> None:
    virtual = sensor(LEFT, "A1", "reboot=10")
    async with hearing([virtual], [worn(virtual)]) as heard:
        await heard.until(lambda: bool(heard.streams) and heard.streams[LEFT].counters.restarts >= 2)
        count = len(heard.of(Kind.DATA, LEFT))
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > count + 10)
        assert heard.streams[LEFT].counters.samples_lost == virtual.samples_lost
    assert heard.streams[LEFT].counters.packets_bad == 0


async def test_silence_is_answered_by_a_new_start_and_then_a_new_link() -> None:
    virtual = sensor(LEFT, "A1", "silence=20:14")
    async with hearing([virtual], [worn(virtual)]) as heard:
        await heard.until(lambda: b"lost" in heard.links(LEFT))
        lost_ns = heard.of(Kind.LINK, LEFT)[-1].arrival_ns
        await heard.until(lambda: bool(data_after(heard, LEFT, lost_ns)))
        assert heard.streams[LEFT].counters.samples_lost == virtual.samples_lost
    before = [p.arrival_ns for p in heard.of(Kind.DATA, LEFT) if p.arrival_ns < lost_ns]
    assert 9.5e9 < lost_ns - before[-1] < 13e9
    assert "started again" in heard.problems[0].what
    assert "connecting anew" in heard.problems[1].what


async def test_losses_duplicates_and_disorder_are_accounted_for_exactly() -> None:
    faults = ("loss=0.05", "duplicate=0.03", "reorder=0.03", "corrupt=0.03")
    both = [sensor(LEFT, "A1", *faults), sensor(RIGHT, "B2", *faults, seed=2)]
    async with hearing(both, [worn(s) for s in both]) as heard:

        def settled(virtual: VirtualSensor) -> bool:
            stream = heard.streams.get(virtual.mount)
            return stream is not None and stream.counters.packets_received > 250

        await heard.until(lambda: all(settled(virtual) for virtual in both), within_s=90)
        for virtual in both:
            # The last packet sent may be lost or held back: no later counter has told of it yet.
            stream = heard.streams[virtual.mount]
            await heard.until(lambda v=virtual, s=stream: s.counters.samples_lost == v.samples_lost)  # type: ignore[misc]
            assert stream.counters.samples_lost > 0
            assert stream.counters.packets_duplicate > 0
            assert stream.counters.packets_bad > 0


async def test_a_stranger_with_our_service_and_even_our_name_never_gets_in() -> None:
    ours = sensor(LEFT, "A1")
    twin = VirtualSensor(
        GaitSource(RIGHT, PLAN, rate_hz=208.0, seed=3), replace(ours.traits, mount=RIGHT, serial="X-00A1")
    )
    stranger = sensor(RIGHT, "B2")
    ours.traits = replace(ours.traits, serial="00A1")
    assert twin.name == ours.name
    async with hearing([twin, stranger, ours], [worn(ours)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 30)
        assert not stranger.started
        assert not twin.started
    assert {p.mount for p in heard.packets} == {LEFT}


async def test_a_sensor_may_be_known_by_its_exact_name() -> None:
    virtual, other = sensor(LEFT, "A001"), sensor(RIGHT, "A0011")
    async with hearing([other, virtual], [WornSensor(LEFT, name=virtual.name)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 3)
        assert not other.started


async def test_a_sensor_is_configured_as_wanted_and_says_so_before_its_samples() -> None:
    virtual = sensor(LEFT, "A1")
    wanted = replace(worn(virtual), acc_range_g=8.0, gyro=False)
    async with hearing([virtual], [wanted]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 3)
        assert virtual.config.acc_range_g == 8
    assert heard.streams[LEFT].counters.packets_bad == 0
    kinds = [p.kind for p in heard.packets if p.kind in (Kind.CONFIG, Kind.DATA)]
    assert kinds[:3] == [Kind.CONFIG, Kind.CONFIG, Kind.DATA]


async def test_a_configuration_that_is_refused_is_reported_and_the_sensor_used_as_it_is() -> None:
    virtual = sensor(LEFT, "A1")
    # INFO offers every range, the layout change with it cannot be granted while another rate is asked.
    virtual.info = replace(virtual.info, rate_max_hz=1000)
    async with hearing([virtual], [replace(worn(virtual), rate_hz=416.0)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.DATA, LEFT)) > 3)
    assert any("refused the configuration" in p.what for p in heard.problems)
    assert heard.streams[LEFT].counters.packets_bad == 0


async def test_times_are_exchanged_all_along() -> None:
    virtual = sensor(LEFT, "A1")
    async with hearing([virtual], [worn(virtual)]) as heard:
        await heard.until(lambda: len(heard.of(Kind.SYNC, LEFT)) > 25)
    assert heard.streams[LEFT].counters.packets_bad == 0


async def test_scan_lists_what_is_near() -> None:
    both = [sensor(LEFT, "A1"), sensor(RIGHT, "B2")]
    clock = Clock(SPEEDUP)
    async with SimulatedRadio(both, clock=clock) as radio:
        found = await scan(
            duration_s=2.0,
            client_backend=radio.client_backend,
            scanner_backend=radio.scanner_backend,
            sleep=clock.sleep,
        )
    assert {(s.address, s.name, s.family) for s in found} == {
        (v.address, v.name, "kneeload-v1") for v in both
    }
    assert [s.battery_percent for s in found] == [85.0, 85.0]
    assert all(f'address = "{s.address}"' in s.line for s in found)


class Unpowered(BaseBleakScanner):
    """A scanner on a machine whose adapter is off."""

    def __init__(self, callback: Any, service_uuids: Any, *_: Any, **__: Any) -> None:
        super().__init__(callback, service_uuids)

    async def start(self) -> None:
        raise BleakError("[POWERED_OFF] Bluetooth device is turned off")

    async def stop(self) -> None:
        return


async def test_no_bluetooth_is_said_at_once() -> None:
    virtual = sensor(LEFT, "A1")
    with pytest.raises(LinkError, match="turned off; run: kneeload doctor"):
        await run_links([worn(virtual)], lambda _: None, now_ns=lambda: 0, scanner_backend=Unpowered)
    with pytest.raises(LinkError, match="turned off"):
        await scan(scanner_backend=Unpowered)
    problem = await probe_adapter(scanner_backend=Unpowered)
    assert problem is not None
    assert problem.fix == "bluetoothctl power on"


async def test_after_the_adapter_was_off_its_sensor_is_soon_there_again() -> None:
    virtual = sensor(LEFT, "A1", "disconnect=6:2")
    off = asyncio.Event()

    def switched(backend: type[BaseBleakScanner]) -> type[BaseBleakScanner]:
        class Switched(backend):  # type: ignore[valid-type,misc]
            async def start(self) -> None:
                if off.is_set():
                    raise BleakError("[POWERED_OFF] Bluetooth device is turned off")
                await super().start()

        return Switched

    heard = Heard(Clock(SPEEDUP))
    async with linked(heard, [virtual], [worn(virtual)], scanner=switched):
        await heard.until(lambda: heard.links(LEFT) == [b"connected"])
        off.set()
        await heard.until(lambda: heard.links(LEFT) == [b"connected", b"lost"])
        await heard.last(20.0)
        assert [p.what for p in heard.problems if p.mount is None] == [
            "scanning failed: [POWERED_OFF] Bluetooth device is turned off"
        ]
        off.clear()
        await heard.until(lambda: heard.links(LEFT)[2:3] == [b"connected"], within_s=8.0)
