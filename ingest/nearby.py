"""What is near: a look at the adapter, and the sensors in range with the lines that configure them."""

import asyncio
from typing import Final

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from ingest.adapter import RECOVERABLE, ClientBackend, ScannerBackend, reason, scanning
from ingest.errors import LinkError
from ingest.links import (
    AdapterProblem,
    Sighting,
    adapter_problem,
    configuration_line,
    printable_name,
    services_of,
)
from ingest.sensors import FAMILIES
from ingest.sensors.battery import BATTERY_LEVEL_UUID, decode_battery_level
from ingest.waiting import Sleep

__all__ = ["probe_adapter", "scan"]

# Connecting and reading one value; wall time, as the stack's.
BATTERY_TIMEOUT_S: Final = 6.0


async def probe_adapter(
    *, timeout_s: float = 5.0, scanner_backend: ScannerBackend = None
) -> AdapterProblem | None:
    """Try to scan; None when that works."""
    try:
        async with asyncio.timeout(timeout_s), BleakScanner(backend=scanner_backend):
            return None
    except TimeoutError:
        return AdapterProblem("Bluetooth does not answer", "sudo systemctl restart bluetooth")
    except RECOVERABLE as error:
        return adapter_problem(repr(error), reason(error))


async def scan(
    *,
    duration_s: float = 5.0,
    client_backend: ClientBackend = None,
    scanner_backend: ScannerBackend = None,
    sleep: Sleep = asyncio.sleep,
) -> list[Sighting]:
    """The sensors in range of all families, the strongest first. Raises LinkError without Bluetooth.

    Each is connected to for its battery, whosever it is.
    """
    try:
        scanner = BleakScanner(service_uuids=services_of(FAMILIES), backend=scanner_backend)
        async with scanning(scanner):
            await sleep(duration_s)
    except RECOVERABLE as error:
        raise LinkError(f"Bluetooth: {reason(error)}; run: kneeload doctor") from error
    found = []
    for device, heard in scanner.discovered_devices_and_advertisement_data.values():
        name = heard.local_name or device.name
        family = next((f for f in FAMILIES.values() if f.recognises(name, heard.service_uuids)), None)
        if family is not None:
            battery = await _battery(device, client_backend)
            printable = printable_name(name)
            line = configuration_line(device.address, printable, family.name)
            found.append(Sighting(device.address, printable, heard.rssi, family.name, battery, line))
    return sorted(found, key=lambda sighting: -sighting.rssi)


async def _battery(device: BLEDevice, backend: ClientBackend) -> float | None:
    """Percent, None when the sensor does not tell: it is connected to somebody, say."""
    try:
        async with (
            asyncio.timeout(BATTERY_TIMEOUT_S),
            BleakClient(device, backend=backend) as client,
        ):
            level = await client.read_gatt_char(BATTERY_LEVEL_UUID)
            return decode_battery_level(bytes(level))
    except RECOVERABLE:
        return None
