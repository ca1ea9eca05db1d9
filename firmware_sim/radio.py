"""A Bluetooth radio in one process: sensors on controllers of their own, Bleak's backends for us."""

import asyncio
import logging
import re
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from bumble.device import Device
from bumble.hci import Address
from bumble.host import Host
from bumble.transport.common import AsyncPipeSink

from firmware_sim.air import Air, Chip
from firmware_sim.bleak_client import SimulatedClient
from firmware_sim.bleak_scanner import SimulatedScanner
from firmware_sim.body import Body
from firmware_sim.central import Central
from firmware_sim.clock import Clock, RunTime
from firmware_sim.firmware import Firmware

__all__ = ["SimulatedRadio"]

_CENTRAL_ADDRESS = "F0:4B:4E:00:00:01"
_GONE: Final = re.compile("connection 0x[0-9A-F]{4} not found")


class _OutOfRange(logging.Filter):
    """Without what Bumble's host says of data for a link that has just ended: here links end in mid-word."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _GONE.fullmatch(record.getMessage()) is None


_OUT_OF_RANGE: Final = _OutOfRange()


class _AirLink:
    """The Link of one sensor on the air."""

    def __init__(self, air: Air, chip: Chip) -> None:
        self._air = air
        self._chip = chip

    def room(self) -> int:
        return self._air.room(self._chip)

    def connection_interval_ms(self) -> float:
        return self._air.connection_interval_s * 1e3

    async def drop(self) -> None:
        self._air.leave(self._chip)

    async def restore(self) -> None:
        self._air.come_back(self._chip)


class SimulatedRadio:
    """async with SimulatedRadio(sensors) as radio: then client_backend and scanner_backend reach the sensors.

    connection_interval_s: notifications arrive on this grid. clock: run time; its speedup is the radio's.
    A failure in a sensor's loop is raised on leaving.
    """

    client_backend: type[SimulatedClient]
    scanner_backend: type[SimulatedScanner]

    def __init__(
        self,
        sensors: Sequence[Body],
        *,
        connection_interval_s: float = 0.03,
        clock: RunTime | None = None,
        seed: int = 0,
    ) -> None:
        self.sensors = tuple(sensors)
        self.clock: RunTime = clock or Clock()
        self.firmwares: tuple[Firmware, ...] = ()
        self._interval_s = connection_interval_s
        self._seed = seed
        self._loops: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        logging.getLogger("bumble.host").addFilter(_OUT_OF_RANGE)
        air = Air(self.clock, connection_interval_s=self._interval_s, seed=self._seed)
        _, device = _on_air(air, "central", _CENTRAL_ADDRESS)
        await device.power_on()
        central = Central(device, clock=self.clock, connection_interval_s=self._interval_s)
        self.client_backend = type("SimulatedClient", (SimulatedClient,), {"central": central})
        self.scanner_backend = type("SimulatedScanner", (SimulatedScanner,), {"central": central})
        firmwares = []
        for sensor in self.sensors:
            chip, device = _on_air(air, sensor.name, sensor.address)
            await device.power_on()
            firmware = Firmware(device, sensor, clock=self.clock, link=_AirLink(air, chip))
            air.add_sensor(chip, firmware.server.on_lost)
            firmwares.append(firmware)
        self.firmwares = tuple(firmwares)
        self._loops = [asyncio.create_task(f.run(), name=f"sensor {f.sensor.name}") for f in self.firmwares]
        return self

    @property
    def failed(self) -> bool:
        """A sensor's loop has ended."""
        return any(loop.done() for loop in self._loops)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for loop in self._loops:
            loop.cancel()
        ended = await asyncio.gather(*self._loops, return_exceptions=True)
        for outcome in ended:
            if error is None and isinstance(outcome, Exception):
                raise outcome


def _on_air(air: Air, name: str, address: str) -> tuple[Chip, Device]:
    chip = Chip(name, link=air)
    host = Host(chip, AsyncPipeSink(chip))
    return chip, Device(name=name, address=Address(address), host=host)
