"""One run of two sensors over the simulated radio, held against what the simulator knows."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from dsp.mount import Mount
from firmware_sim.clock import Clock
from firmware_sim.faults import Faults, parse_faults
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
from tests.torture.own_time import OwnTime, TellingSensor
from tests.torture.runner import FAMILIES, MOUNTS

__all__ = ["Account", "Mangle", "newer", "outing"]

# Faster, a busy machine's delays would be taken for the radio's.
SPEEDUP = 1.0
# Where the samples of a packet are counted (docs/gatt-profile.md), and where its version stands.
SAMPLES_AT = 2
SETTLED_S = 60.0
# Who is in range for less cannot be expected to stream.
LONG_ENOUGH_S = 5.0
# The least of all delays is in all times alike and in no uncertainty (docs/clock.md): a connection interval.
FLOOR_S = 0.03
NOBODY = "C0:4B:00:00:00:00"

# Takes a DATA packet's bytes, gives what arrives of them.
Mangle = Callable[[bytes], bytes]


@dataclass
class Account:
    """What a run says against what the simulator knows. lost, truly_lost: samples, by sensor in order.

    contacts, missed, extra: in the sensors' own time. off_s: how far off each contact's time is, s;
    unadmitted: contacts that are off by more than the uncertainty in the sensor's health, and the floor.
    """

    lost: list[int] = field(default_factory=list)
    truly_lost: list[int] = field(default_factory=list)
    received: int = 0
    contacts: int = 0
    missed: int = 0
    extra: int = 0
    off_s: list[float] = field(default_factory=list)
    unadmitted: int = 0
    returns_s: list[float] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    strangers_started: int = 0


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
    sensors = [
        TellingSensor(
            source,
            Traits(source.mount, f"T{number:04d}"),
            faults=Faults(settings, mount=source.mount, seed=2),
        )
        for number, source in enumerate(sources)
    ]
    strangers = []
    if stranger:
        source = GaitSource(Mount.LEFT_SHIN, plan, rate_hz=208.0, seed=9)
        strangers = [VirtualSensor(source, Traits(Mount.LEFT_SHIN, "X0000"))]
        assert strangers[0].name == sensors[0].name
    addresses = [sensor.address for sensor in sensors]
    if swapped:
        addresses.reverse()
    worn = [WornSensor(mount, address=address) for mount, address in zip(MOUNTS, addresses, strict=True)]
    if absent:
        worn.append(WornSensor(Mount.LEFT_SHOE, address=NOBODY))
    own_time = OwnTime(sensors)
    destroyed, arrivals = 0, {mount: list[float]() for mount in MOUNTS}
    account, enough = Account(), asyncio.Event()

    def see(results: Sequence[Result]) -> None:
        witness.see(results)
        if sum(map(len, witness.contacts_s.values())) >= contacts:
            enough.set()

    def mangled(packet: Packet) -> Packet:
        nonlocal destroyed
        if mangle is None or packet.kind is not Kind.DATA or packet.mount is not MOUNTS[0]:
            return packet
        data = mangle(packet.data)
        # Who decodes nothing at all has no counter in which anything could be missing.
        destroyed += 0 if data == packet.data or mangle is newer else packet.data[SAMPLES_AT]
        return Packet(packet.mount, packet.family, packet.kind, packet.arrival_ns, data)

    def settle(health: Sequence[tuple[int, int, int]]) -> bool:
        account.lost = [lost for lost, _, _ in health]
        account.bad = [bad for _, _, bad in health]
        account.received = sum(received for _, received, _ in health)
        account.truly_lost = [sensor.samples_lost for sensor in sensors]
        if swapped:
            account.truly_lost.reverse()
        account.truly_lost[0] += destroyed
        return account.lost == account.truly_lost

    counters: Callable[[], list[tuple[int, int, int]]] = list
    async with (
        SimulatedRadio([*sensors, *strangers], clock=clock, seed=3) as radio,
        AsyncExitStack() as radio_time,
    ):

        async def links(receive: Callable[[Packet], None]) -> None:
            nonlocal counters
            keeper = receive.__self__  # type: ignore[attr-defined]
            counters = partial(_counters, keeper.monitor)

            def take(packet: Packet) -> None:
                packet = mangled(packet)
                witness.packet(own_time.receive(packet))
                if packet.kind is Kind.DATA:
                    arrivals[packet.mount].append(packet.arrival_ns * 1e-9)
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
            settled = settle(counters())
            while not settled and clock.now_ns() * 1e-9 < end_s:
                await asyncio.sleep(0.005)
                settled = settle(counters())

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
    for mount in MOUNTS:
        said_s = witness.contacts_s.get(mount, [])
        truly_s, doubt_s = own_time.of(mount, said_s)
        off_s = np.abs(said_s - truly_s)
        account.off_s += off_s.tolist()
        account.unadmitted += int((off_s > doubt_s + FLOOR_S).sum())
        witness.contacts_s[mount] = truly_s.tolist()
    if swapped:
        left, right = MOUNTS
        for seen in (witness.heard, witness.contacts_s):
            seen[left], seen[right] = seen[right], seen[left]  # type: ignore[assignment]
    found = witness.against(sources)
    assert found is not None
    account.contacts, account.missed, account.extra = found["contacts"], found["missed"], found["extra"]
    account.strangers_started = sum(sensor.started for sensor in strangers)
    ended_s = max(arrivals[mount][-1] for mount in MOUNTS)
    for setting in settings:
        every_s, for_s = setting.values if setting.name == "disconnect" else (0.0, 0.0)
        if every_s - for_s >= LONG_ENOUGH_S:
            for mount in MOUNTS if setting.mount is None else (setting.mount,):
                account.returns_s += _returns(arrivals[mount], every_s, for_s, ended_s)
    return account


def _counters(monitor: Monitor) -> list[tuple[int, int, int]]:
    """(samples lost, samples received, bad packets) of each sensor."""
    health = [monitor.health[mount] for mount in MOUNTS]
    return [(h.samples_lost or 0, h.samples_received, h.packets_bad) for h in health]


def _returns(arrivals_s: Sequence[float], every_s: float, for_s: float, ended_s: float) -> list[float]:
    """From each return into range to the first samples after it, or to the end when none came any more.

    A return that the end followed at once is left out.
    """
    waits = []
    back_s = every_s + for_s
    while back_s < ended_s:
        seen_s = next((t for t in arrivals_s if t >= back_s), None)
        if seen_s is not None or ended_s - back_s > LONG_ENOUGH_S:
            waits.append((ended_s if seen_s is None else seen_s) - back_s)
        back_s += every_s
    return waits


def newer(data: bytes) -> bytes:
    """As a firmware of protocol version 2 would send."""
    return bytes([data[0] & 0x0F | 0x20]) + data[1:]
