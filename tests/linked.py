"""Links over a simulated radio: a real Bluetooth stack behind Bleak, on a clock that tests can wait by."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from firmware_sim.body import Body
from firmware_sim.clock import Clock
from firmware_sim.radio import SimulatedRadio
from ingest.ble import run_links
from ingest.links import Problem, WornSensor
from ingest.packet import Packet

__all__ = ["Links", "linked"]

Scanner = type[BaseBleakScanner]
Client = type[BaseBleakClient]


@dataclass
class Links(ABC):
    """Who is told what the links bring, and of what they complain; radio: once they are up."""

    clock: Clock
    radio: SimulatedRadio = field(init=False)
    problems: list[Problem] = field(default_factory=list)

    @abstractmethod
    def take(self, packet: Packet) -> None:
        """A packet has come."""

    async def until(self, condition: Callable[[], bool], *, within_s: float = 60.0) -> None:
        """Wait for a condition, in run time."""
        begin_ns = self.clock.now_ns()
        while not condition():
            waited_s = (self.clock.now_ns() - begin_ns) * 1e-9
            assert waited_s < within_s, f"waited {within_s} s: {self.problems}"
            await asyncio.sleep(0.01)

    async def last(self, seconds: float) -> None:
        """Let so much run time pass."""
        begin_ns = self.clock.now_ns()
        await self.until(lambda: self.clock.now_ns() - begin_ns > seconds * 1e9, within_s=seconds + 60.0)


@asynccontextmanager
async def linked(
    links: Links,
    sensors: Sequence[Body],
    wearing: Sequence[WornSensor],
    *,
    scanner: Callable[[Scanner], Scanner] = lambda backend: backend,
    client: Callable[[Client], Client] = lambda backend: backend,
) -> AsyncIterator[None]:
    """run_links over a radio with these sensors on it; what it raises is raised at the end."""
    clock = links.clock
    async with SimulatedRadio(sensors, connection_interval_s=0.03, clock=clock) as links.radio:
        running = asyncio.create_task(
            run_links(
                wearing,
                links.take,
                now_ns=clock.now_ns,
                client_backend=client(links.radio.client_backend),
                scanner_backend=scanner(links.radio.scanner_backend),
                sleep=clock.sleep,
                on_problem=links.problems.append,
            )
        )
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
