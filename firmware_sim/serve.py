"""Virtual sensors on Bluetooth controllers that Bumble can open, real or not."""

import asyncio
import os
import re
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

from bumble.device import Device
from bumble.hci import Address
from bumble.transport import open_transport
from bumble.transport.common import Transport

from firmware_sim.body import Body
from firmware_sim.clock import Clock, RunTime
from firmware_sim.errors import TransportError
from firmware_sim.firmware import Firmware

__all__ = ["controllers_in", "serve"]

_ANSWER_TIMEOUT_S: Final = 10.0
_BUFFERS: Final = 8
_FAREWELL_S: Final = 2.0
# By the transport's scheme: why it usually cannot be opened.
_ADVICE: Final = {
    "usb": "is an adapter plugged in and free, and may you use it? it may need root",
    "hci-socket": "is the adapter there and down? it needs root",
    "vhci": "is the kernel's module hci_vhci there? it needs root",
    "tcp-client": "does a controller listen there?",
}
_FORMS: Final = "write it like usb:0, hci-socket:1, vhci or tcp-client:HOST:PORT"
# Commas inside [metadata] belong to one controller.
_BETWEEN_CONTROLLERS: Final = re.compile(r",(?![^\[]*\])")


class _HostLink:
    """The Link of a sensor whose controller is not ours to reach into."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def room(self) -> int:
        queue = self._device.host.le_acl_packet_queue or self._device.host.acl_packet_queue
        return _BUFFERS if queue is None else max(0, _BUFFERS - queue.pending)

    def connection_interval_ms(self) -> float:
        return max((c.parameters.connection_interval for c in self._device.connections.values()), default=0.0)

    async def drop(self) -> None:
        for connection in tuple(self._device.connections.values()):
            await connection.disconnect()

    async def restore(self) -> None:
        return


def controllers_in(transport: str) -> list[str]:
    """The controllers that a comma-separated list names."""
    return [spec for spec in (part.strip() for part in _BETWEEN_CONTROLLERS.split(transport)) if spec]


async def serve(
    transport: str,
    sensors: Sequence[Body],
    *,
    ready_file: Path | None = None,
    on_ready: Callable[[], None] | None = None,
    clock: RunTime | None = None,
) -> None:
    """Serve each sensor on a controller of its own until cancelled.

    transport: as Bumble names controllers (usb:0, hci-socket:1, vhci, tcp-client:host:port), with commas
    between.
    ready_file: created, and on_ready: called, once all sensors advertise. Raises TransportError.

    Controllers refuse a second connection of the same host: two sensors on one could not be used together.
    """
    specs = controllers_in(transport)
    if len(specs) != len(sensors):
        raise TransportError(
            transport,
            f"{len(sensors)} sensors need {len(sensors)} controllers, not {len(specs)}:"
            " name one each, separated by commas (usb:0,usb:1)",
        )
    run_time: RunTime = clock or Clock()
    async with AsyncExitStack() as stack:
        firmwares, transports = [], []
        for spec, sensor in zip(specs, sensors, strict=True):
            opened = await stack.enter_async_context(await _open(spec))
            device = Device.with_hci(sensor.name, Address(sensor.address), opened.source, opened.sink)
            await _power_on(spec, device)
            stack.push_async_callback(_power_off, device)
            transports.append((spec, opened))
            firmwares.append(Firmware(device, sensor, clock=run_time, link=_HostLink(device)))
        await _run(firmwares, transports, ready_file, on_ready)


async def _open(spec: str) -> Transport:
    try:
        return await open_transport(spec)
    except Exception as error:  # each transport raises errors of its own library
        number = error.errno if isinstance(error, OSError) else None
        why = os.strerror(number) if number else str(error) or type(error).__name__
        advice = _ADVICE.get(spec.partition(":")[0], _FORMS)
        raise TransportError(spec, f"cannot be opened ({why}); {advice}") from error


async def _power_on(spec: str, device: Device) -> None:
    try:
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            await device.power_on()
    except TimeoutError:
        raise TransportError(spec, "the controller does not answer; is another program using it?") from None


async def _power_off(device: Device) -> None:
    """A controller goes on without its host: it would hold its connection and advertise for nobody."""
    with suppress(Exception):  # it may be gone, in as many ways as there are transports
        async with asyncio.timeout(_FAREWELL_S):
            for connection in tuple(device.connections.values()):
                await connection.disconnect()
            await device.stop_advertising()


async def _run(
    firmwares: Sequence[Firmware],
    transports: Sequence[tuple[str, Transport]],
    ready_file: Path | None,
    on_ready: Callable[[], None] | None,
) -> None:
    async def watch() -> None:
        # All at once: those on a hub that is pulled out go together, and each is to be named.
        ended = [transport.source.terminated for _, transport in transports]
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        gone = [spec for (spec, _), end in zip(transports, ended, strict=True) if end.done()]
        raise TransportError(", ".join(gone), f"the controller{'s' * (len(gone) > 1)} went away")

    async def tell() -> None:
        for firmware in firmwares:
            await firmware.advertised.wait()
        if ready_file is not None:
            await asyncio.to_thread(ready_file.touch)
        if on_ready is not None:
            on_ready()

    try:
        async with asyncio.TaskGroup() as tasks:
            for firmware in firmwares:
                tasks.create_task(firmware.run(), name=f"sensor {firmware.sensor.name}")
            tasks.create_task(watch(), name="controllers")
            tasks.create_task(tell(), name="ready file")
    except* TransportError as errors:
        raise errors.exceptions[0] from None
