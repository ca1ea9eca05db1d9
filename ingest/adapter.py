"""The Bluetooth adapter: one lock around scanning and connecting, one scan for all sensors that are missing.

BlueZ answers InProgress to who scans while connecting, or connects twice at a time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from bleak import BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError

from ingest.errors import IngestError, LinkError
from ingest.links import Problem, WornSensor, is_sensor, rescan_delay_s, services_of
from ingest.waiting import Sleep, first, heed_cancellation, patience

__all__ = ["RECOVERABLE", "Adapter", "ClientBackend", "ScannerBackend", "reason", "scanning"]

# Advertisements come every 20 ms to 1 s: one window sees them, and a pause leaves the adapter to the sensors
# that stream. The pause is the longest that a sensor which came back waits for somebody to listen.
SCAN_S: Final = 3.0
PAUSE_S: Final = 1.0
# After one sensor is seen the others have so long to be seen in the same window.
ALSO_S: Final = 0.3
# Starting or stopping a scan; wall time, as the stack's. Nobody can connect meanwhile.
SCANNER_TIMEOUT_S: Final = 5.0
# All that Bleak, D-Bus and a sensor can do to one attempt.
RECOVERABLE: Final = (BleakError, EOFError, OSError, TimeoutError, IngestError)

ClientBackend = type[BaseBleakClient] | None
ScannerBackend = type[BaseBleakScanner] | None


class Adapter:
    """lock: hold it to connect. find: one missing sensor; search: the scanning, as long as the run."""

    def __init__(
        self,
        sensors: Sequence[WornSensor],
        backend: ScannerBackend,
        *,
        sleep: Sleep,
        on_problem: Callable[[Problem], None],
    ) -> None:
        self.lock = asyncio.Lock()
        self._backend = backend
        self._sleep = sleep
        self._on_problem = on_problem
        self._services = services_of({sensor.family for sensor in sensors})
        self._missing: dict[WornSensor, asyncio.Future[BLEDevice]] = {}
        self._wanted = asyncio.Event()
        # A sensor known by name alone is, for this run, the one that was found first.
        self._addresses: dict[WornSensor, str] = {}
        self._works = False  # a scan has once begun

    async def find(self, sensor: WornSensor) -> BLEDevice:
        """The sensor as soon as it is heard, however long that takes."""
        found: asyncio.Future[BLEDevice] = asyncio.get_running_loop().create_future()
        self._missing[sensor] = found
        self._wanted.set()
        try:
            return await found
        finally:
            del self._missing[sensor]

    async def search(self) -> None:
        """Scan while something is missing."""
        failures = 0
        while True:
            if not self._missing:
                self._wanted.clear()
            await self._wanted.wait()
            try:
                async with self.lock:
                    heard = await self._listen()
            except RECOVERABLE as error:
                heed_cancellation()
                if not self._works:
                    raise LinkError(f"Bluetooth: {reason(error)}; run: kneeload doctor") from error
                failures += 1
                if failures == 1:
                    self._on_problem(Problem(None, f"scanning failed: {reason(error)}"))
                await self._sleep(rescan_delay_s(failures))
                continue
            failures = 0
            await self._sleep(ALSO_S if heard else PAUSE_S)

    async def _listen(self) -> bool:
        """One window of scanning; whether a missing sensor was heard."""
        heard = asyncio.Event()

        def detected(device: BLEDevice, advertisement: AdvertisementData) -> None:
            for sensor, found in self._missing.items():
                if not found.done() and self._is(sensor, device, advertisement):
                    self._addresses.setdefault(sensor, device.address)
                    found.set_result(device)
                    heard.set()

        async with scanning(BleakScanner(detected, self._services, backend=self._backend)):
            self._works = True
            await first(heard.wait(), self._sleep(SCAN_S))
            if heard.is_set() and not all(found.done() for found in self._missing.values()):
                await self._sleep(ALSO_S)
        return heard.is_set()

    def _is(self, sensor: WornSensor, device: BLEDevice, advertisement: AdvertisementData) -> bool:
        known = self._addresses.get(sensor)
        return (known is None or known == device.address) and is_sensor(
            sensor,
            device.address,
            name=advertisement.local_name or device.name,
            service_uuids=advertisement.service_uuids,
        )


@asynccontextmanager
async def scanning(scanner: BleakScanner) -> AsyncIterator[None]:
    """Scan meanwhile. Raises what Bleak does, and TimeoutError when the stack does not answer."""
    try:
        # One that is not answered in time may have begun all the same.
        await _answered(scanner.start())
        yield
    except BaseException:
        # What ended it goes first: who is cancelled must not scan on because stopping failed as well.
        with suppress(*RECOVERABLE):
            await _answered(scanner.stop())
        raise
    await _answered(scanner.stop())


async def _answered(operation: Awaitable[None]) -> None:
    try:
        async with patience(SCANNER_TIMEOUT_S):
            await operation
    except TimeoutError:
        raise TimeoutError(
            f"no answer for {SCANNER_TIMEOUT_S:g} s; if it stays so: sudo systemctl restart bluetooth"
        ) from None


def reason(error: BaseException) -> str:
    """One line."""
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        # Of the bus's socket, which the library does not name.
        return "there is no system D-Bus here, by which Bluetooth is reached"
    if isinstance(error, BleakGATTProtocolError):
        return str(error.args[-1])  # its text alone: before it is the number
    return (str(error) or type(error).__name__).splitlines()[0]
