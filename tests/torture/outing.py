"""One run of two sensors over the simulated radio, held against what the simulator knows."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from dsp.mount import Mount
from firmware_sim.clock import Clock
from firmware_sim.faults import Faults, Setting, parse_faults
from firmware_sim.gait import GaitSource
from firmware_sim.plan import Phase, Plan
from firmware_sim.radio import SimulatedRadio
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from ingest.ble import run_links
from ingest.links import WornSensor
from ingest.packet import Kind, Packet
from kneeload.conduct import conduct
from kneeload.config import load
from kneeload.monitor import Monitor
from kneeload.results import Result
from kneeload.stopping import wait_for
from kneeload.view import Silent
from kneeload.witness import Witness
from tests.torture.account import Account, grade, returns_s
from tests.torture.own_time import OwnTime, TellingSensor
from tests.torture.runner import FAMILIES, MOUNTS

__all__ = ["Mangle", "newer", "outing"]

# Faster, a busy machine's delays would be taken for the radio's.
SPEEDUP = 1.0
# Where the samples of a packet are counted (docs/gatt-profile.md), and where its version stands.
SAMPLES_AT = 2
SETTLED_S = 60.0
NOBODY = "C0:4B:00:00:00:00"

# Takes a DATA packet's bytes, gives what arrives of them.
Mangle = Callable[[bytes], bytes]


def outing(
    folder: Path,
    faults: Sequence[str],
    seconds: float,
    *,
    speedup: float = SPEEDUP,
    mangle: Mangle | None = None,
    stranger: bool = False,
    swapped: bool = False,
    absent: bool = False,
    suspended: tuple[float, float] | None = None,
    contacts: int = 0,
    relieve: Callable[[], None] = lambda: None,
) -> Account:
    """One run of two shins over the simulated radio, until its account is settled.

    mangle: what happens to the left sensor's DATA on its way. stranger: a third sensor has its name.
    absent: a third sensor is to be worn and never comes. suspended: (when, for how long) in s the machine is.
    contacts: goes on until so many were told, but no more than SETTLED_S longer.
    relieve: ends what the whole run suffers from, before its account is settled.
    """
    return asyncio.run(
        _outing(
            folder,
            faults,
            seconds,
            speedup,
            mangle=mangle,
            stranger=stranger,
            swapped=swapped,
            absent=absent,
            suspended=suspended,
            contacts=contacts,
            relieve=relieve,
        )
    )


class _Clock(Clock):
    """Run time as a machine has it that may be suspended: timers stand still meanwhile, run time goes on."""

    def suspend(self, seconds: float) -> None:
        self._run_ns += round(seconds * 1e9)


@dataclass
class _Way:
    """From the radio to the run. mangle: of the left sensor's DATA; destroyed: samples that it spoilt."""

    mangle: Mangle | None
    destroyed: int = 0
    arrivals_s: dict[Mount, list[float]] = field(default_factory=lambda: {mount: [] for mount in MOUNTS})

    def carry(self, packet: Packet) -> Packet:
        """The packet as it arrives."""
        if packet.kind is not Kind.DATA:
            return packet
        self.arrivals_s[packet.mount].append(packet.arrival_ns * 1e-9)
        if self.mangle is None or packet.mount is not MOUNTS[0]:
            return packet
        data = self.mangle(packet.data)
        # Who decodes nothing at all has no counter in which anything could be missing.
        self.destroyed += 0 if data == packet.data or self.mangle is newer else packet.data[SAMPLES_AT]
        return replace(packet, data=data)


async def _outing(
    folder: Path,
    faults: Sequence[str],
    seconds: float,
    speedup: float,
    *,
    mangle: Mangle | None,
    stranger: bool,
    swapped: bool,
    absent: bool,
    suspended: tuple[float, float] | None,
    contacts: int,
    relieve: Callable[[], None],
) -> Account:
    config, clock, witness = load(None, data_dir=folder), _Clock(speedup), Witness()
    plan = Plan.of(Phase(activity="stand", duration_s=3.0), Phase(activity="run"))
    sources = [GaitSource(mount, plan, rate_hz=208.0, seed=1) for mount in MOUNTS]
    settings = parse_faults(faults)
    sensors = _sensors(sources, settings)
    strangers = [_stranger(plan, sensors[0].name)] if stranger else []
    worn = _worn(sensors, swapped=swapped, absent=absent)
    own_time, way, account, enough = OwnTime(sensors), _Way(mangle), Account(), asyncio.Event()
    counters: Callable[[], list[tuple[int, int, int]]] = list

    def see(results: Sequence[Result]) -> None:
        witness.see(results)
        if sum(map(len, witness.contacts_s.values())) >= contacts:
            enough.set()

    def settled() -> bool:
        truly_lost = [sensor.samples_lost for sensor in (reversed(sensors) if swapped else sensors)]
        truly_lost[0] += way.destroyed
        return account.settle(counters(), truly_lost)

    async with (
        SimulatedRadio([*sensors, *strangers], clock=clock, seed=3) as radio,
        AsyncExitStack() as radio_time,
    ):

        async def links(receive: Callable[[Packet], None]) -> None:
            nonlocal counters
            keeper = receive.__self__  # type: ignore[attr-defined]
            counters = partial(_counters, keeper.monitor)

            def take(packet: Packet) -> None:
                packet = way.carry(packet)
                witness.packet(own_time.receive(packet))
                receive(packet)

            await run_links(
                worn,
                take,
                now_ns=clock.now_ns,
                sleep=clock.sleep,
                client_backend=radio.client_backend,
                scanner_backend=radio.scanner_backend,
            )

        async def until() -> None:
            slept_s = 0.0
            if suspended is not None:
                await clock.sleep(suspended[0])
                clock.suspend(suspended[1])
                slept_s = sum(suspended)
            await clock.sleep(seconds - slept_s)
            await wait_for(enough, clock, SETTLED_S if contacts else 0.0)
            relieve()
            end_s = clock.now_ns() * 1e-9 + SETTLED_S
            # A loss is known when the next packet has come.
            while not settled() and clock.now_ns() * 1e-9 < end_s:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

        if suspended is not None:
            # What the sensors did meanwhile has to be computed: that time is not the run's.
            await radio_time.enter_async_context(clock.keeping_up())
        await conduct(
            config,
            clock=clock,
            links=links,
            families=FAMILIES,
            until=until,
            view=Silent(),
            listeners=(see,),
        )
    grade(account, witness, own_time, sources, swapped=swapped)
    account.strangers_started = sum(sensor.started for sensor in strangers)
    account.returns_s = returns_s(settings, way.arrivals_s)
    return account


def _sensors(sources: Sequence[GaitSource], settings: Sequence[Setting]) -> list[TellingSensor]:
    return [
        TellingSensor(
            source,
            Traits(source.mount, f"T{number:04d}"),
            faults=Faults(settings, mount=source.mount, seed=2),
        )
        for number, source in enumerate(sources)
    ]


def _stranger(plan: Plan, name: str) -> VirtualSensor:
    """Somebody else's sensor of the same name."""
    source = GaitSource(Mount.LEFT_SHIN, plan, rate_hz=208.0, seed=9)
    sensor = VirtualSensor(source, Traits(Mount.LEFT_SHIN, "X0000"))
    assert sensor.name == name
    return sensor


def _worn(sensors: Sequence[TellingSensor], *, swapped: bool, absent: bool) -> list[WornSensor]:
    addresses = [sensor.address for sensor in sensors]
    if swapped:
        addresses.reverse()
    worn = [WornSensor(mount, address=address) for mount, address in zip(MOUNTS, addresses, strict=True)]
    return [*worn, WornSensor(Mount.LEFT_SHOE, address=NOBODY)] if absent else worn


def _counters(monitor: Monitor) -> list[tuple[int, int, int]]:
    """(samples lost, samples received, bad packets) of each sensor."""
    health = [monitor.health[mount] for mount in MOUNTS]
    return [(h.samples_lost or 0, h.samples_received, h.packets_bad) for h in health]


def newer(data: bytes) -> bytes:
    """As a firmware of protocol version 2 would send."""
    return bytes([data[0] & 0x0F | 0x20]) + data[1:]
