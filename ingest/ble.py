"""Bluetooth: finds the sensors of the allow-list, keeps them connected and started, hands their packets over.

One process, one adapter, one lock around scanning and connecting: BlueZ answers InProgress to anything else.
Each sensor has a link of its own that lives as long as the run; what fails is tried again without end.
Notifications go straight from Bleak's callback to on_packet: stamped, copied, nothing else.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Final

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakCharacteristicNotFoundError, BleakError, BleakGATTProtocolError
from bleak_retry_connector import establish_connection

from ingest.errors import IngestError, LinkError
from ingest.links import (
    AdapterProblem,
    Problem,
    Sighting,
    WornSensor,
    adapter_problem,
    configuration_line,
    is_sensor,
    pause_s,
    printable_name,
    rescan_delay_s,
    retry_delay_s,
    when_silent,
)
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES, Family, Write
from ingest.sensors.family import BATTERY_LEVEL_UUID
from ingest.waiting import Sleep, Together, first

__all__ = ["AdapterProblem", "Problem", "Sighting", "probe_adapter", "run_links", "scan"]

# Advertisements come every 20 ms to 1 s: one window sees them, and a pause leaves the adapter to the sensors
# that stream. Together they bound how long a sensor that came back waits to be seen.
SCAN_S: Final = 3.0
PAUSE_S: Final = 1.5
# After one sensor is seen the others have so long to be seen in the same window.
ALSO_S: Final = 0.3
# A sensor that was just seen connects within a second or two, or has gone again; wall time, as the stack's.
CONNECT_TIMEOUT_S: Final = 6.0
OPERATION_TIMEOUT_S: Final = 5.0
FAREWELL_TIMEOUT_S: Final = 2.0
# All that Bleak, D-Bus and a sensor can do to one attempt.
RECOVERABLE: Final = (BleakError, EOFError, OSError, TimeoutError, IngestError)

ClientBackend = type[BaseBleakClient] | None
ScannerBackend = type[BaseBleakScanner] | None


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
        return adapter_problem(repr(error), _reason(error))


async def scan(
    *,
    duration_s: float = 5.0,
    client_backend: ClientBackend = None,
    scanner_backend: ScannerBackend = None,
    sleep: Sleep = asyncio.sleep,
) -> list[Sighting]:
    """The sensors in range of all families, the strongest first. Raises LinkError without Bluetooth."""
    services = [family.service_uuid for family in FAMILIES.values()]
    try:
        async with BleakScanner(service_uuids=services, backend=scanner_backend) as scanner:
            await sleep(duration_s)
    except RECOVERABLE as error:
        raise LinkError(f"Bluetooth: {_reason(error)}; run: kneeload doctor") from error
    found = []
    for device, heard in scanner.discovered_devices_and_advertisement_data.values():
        name = heard.local_name or device.name
        family = next((f for f in FAMILIES.values() if f.recognises(name, heard.service_uuids)), None)
        if family is not None:
            battery = await _battery(device, client_backend)
            printable = printable_name(name)
            line = configuration_line(device.address, printable)
            found.append(Sighting(device.address, printable, heard.rssi, family.name, battery, line))
    return sorted(found, key=lambda sighting: -sighting.rssi)


async def _battery(device: BLEDevice, backend: ClientBackend) -> float | None:
    """Percent, None when the sensor does not tell: it is connected to somebody, say."""
    try:
        async with (
            asyncio.timeout(CONNECT_TIMEOUT_S),
            BleakClient(device, backend=backend) as client,
        ):
            level = await client.read_gatt_char(BATTERY_LEVEL_UUID)
    except RECOVERABLE:
        return None
    return float(level[0]) if len(level) == 1 and level[0] <= 100 else None


async def run_links(
    sensors: Sequence[WornSensor],
    on_packet: Callable[[Packet], None],
    *,
    now_ns: Callable[[], int],
    client_backend: ClientBackend = None,
    scanner_backend: ScannerBackend = None,
    sleep: Sleep = asyncio.sleep,
    on_problem: Callable[[Problem], None] = lambda _: None,
) -> None:
    """Keep these sensors, and no others, connected and streaming until cancelled.

    on_packet gets every packet in order of arrival, from the event loop's thread; it must not block or raise.
    now_ns and sleep are run time. Raises LinkError when Bluetooth does not work from the start.
    """
    air = _Air(sensors, scanner_backend, sleep=sleep, on_problem=on_problem)
    together = Together(len(sensors), sleep)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(air.search(), name="search for sensors")
            for sensor in sensors:
                link = _Link(
                    sensor,
                    on_packet,
                    air=air,
                    together=together,
                    now_ns=now_ns,
                    sleep=sleep,
                    backend=client_backend,
                    on_problem=on_problem,
                )
                group.create_task(link.run(), name=f"link {sensor.mount}")
    except ExceptionGroup as failed:
        no_bluetooth, others = failed.split(LinkError)
        if no_bluetooth is None or others is not None:
            raise
        raise no_bluetooth.exceptions[0] from None


class _Air:
    """The adapter: one scan for all sensors that are missing, and the lock that keeps it from connecting."""

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
        self._services = sorted({FAMILIES[sensor.family].service_uuid for sensor in sensors})
        self._missing: dict[WornSensor, asyncio.Future[BLEDevice]] = {}
        self._wanted = asyncio.Event()
        # A sensor known by name alone is, for this run, the one that was found first.
        self._addresses: dict[WornSensor, str] = {}

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
        failures, ever = 0, False
        while True:
            if not self._missing:
                self._wanted.clear()
            await self._wanted.wait()
            try:
                async with self.lock:
                    heard = await self._listen()
            except RECOVERABLE as error:
                if not ever:
                    raise LinkError(f"Bluetooth: {_reason(error)}; run: kneeload doctor") from error
                failures += 1
                if failures == 1:
                    self._on_problem(Problem(None, f"scanning failed: {_reason(error)}"))
                await self._sleep(rescan_delay_s(failures))
                continue
            failures, ever = 0, True
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

        async with BleakScanner(detected, self._services, backend=self._backend):
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


class _Link:
    """One sensor, for the whole run."""

    def __init__(
        self,
        sensor: WornSensor,
        on_packet: Callable[[Packet], None],
        *,
        air: _Air,
        together: Together,
        now_ns: Callable[[], int],
        sleep: Sleep,
        backend: ClientBackend,
        on_problem: Callable[[Problem], None],
    ) -> None:
        self._sensor = sensor
        self._family: Family = FAMILIES[sensor.family]
        self._on_packet = on_packet
        self._air = air
        self._together = together
        self._now_ns = now_ns
        self._sleep = sleep
        self._backend = backend
        self._on_problem = on_problem
        self._client: BleakClient | None = None  # the connection whose packets count
        self._heard_ns = 0

    async def run(self) -> None:
        failures = 0
        while True:
            device = await self._air.find(self._sensor)
            began_ns = self._now_ns()
            try:
                await self._session(device)
            except RECOVERABLE as error:
                self._problem(_reason(error))
            failures = 0 if self._heard_ns > began_ns else failures + 1
            await self._sleep(retry_delay_s(failures))

    async def _session(self, device: BLEDevice) -> None:
        """One connection, from its beginning to its end."""
        gone = asyncio.Event()
        async with self._air.lock, asyncio.timeout(CONNECT_TIMEOUT_S):
            client = await establish_connection(
                BleakClient,
                device,
                self._sensor.mount,
                disconnected_callback=lambda _: gone.set(),
                max_attempts=2,
                # After a firmware update the cached table of characteristics would be the old one.
                use_services_cache=False,
                pair=self._sensor.pair,
                backend=self._backend,
            )
        self._client = client
        self._emit(Kind.LINK, b"connected")
        ended = False
        try:
            await first(gone.wait(), self._stream(client))
        except asyncio.CancelledError:
            ended = True
            raise
        finally:
            self._client = None
            # At the end of the run too: the last that is known of a sensor must not be that it is connected.
            self._emit(Kind.LINK, b"lost")
            await self._leave(client, stop=ended)

    async def _stream(self, client: BleakClient) -> None:
        """Start the sensor and watch over it; returns when the link is to be dropped."""
        # Read before subscribing: a sensor that streams already would be heard before its scale is known.
        known = await self._inquire(client)
        for uuid, kind in self._family.subscribes.items():
            await self._subscribe(client, uuid, kind)
        await self._together.wait()
        await self._start(client, known)
        self._heard_ns = max(self._heard_ns, started_ns := self._now_ns())
        restarted_ns = started_ns - 1
        for turn in count():
            await self._sleep(pause_s(turn))
            await self._exchange_times(client, turn)
            silent_s = (self._now_ns() - self._heard_ns) * 1e-9
            match when_silent(silent_s, restarted=restarted_ns >= self._heard_ns):
                case "restart":
                    restarted_ns = self._now_ns()
                    self._problem(f"silent for {silent_s:.0f} s, started again")
                    await self._start(client, await self._inquire(client))
                case "drop":
                    self._problem(f"silent for {silent_s:.0f} s, connecting anew")
                    return
                case "wait":
                    pass

    async def _inquire(self, client: BleakClient) -> dict[Kind, bytes]:
        """What the sensor says of itself; each answer is a packet too, so that a recording is complete."""
        return {kind: await self._read(client, uuid, kind) for uuid, kind in self._family.reads.items()}

    async def _start(self, client: BleakClient, known: dict[Kind, bytes]) -> None:
        """The family's start sequence, from what the sensor says it is doing."""
        for step in self._family.start(self._sensor.wanted, known):
            if isinstance(step, Write):
                await self._write(client, step)
            else:
                await self._read(client, step.uuid, step.kind)

    async def _exchange_times(self, client: BleakClient, turn: int) -> None:
        """Ask what the sensor's clock says now; the answer comes as a notification."""
        if self._family.sync is not None:
            with suppress(BleakCharacteristicNotFoundError, BleakGATTProtocolError):
                await self._write(client, self._family.sync(turn, self._now_ns() // 1000))

    async def _read(self, client: BleakClient, uuid: str, kind: Kind) -> bytes:
        """Read a characteristic and hand it over as a packet; empty when the sensor has none."""
        try:
            async with asyncio.timeout(OPERATION_TIMEOUT_S):
                data = bytes(await client.read_gatt_char(uuid))
        except BleakCharacteristicNotFoundError:
            return b""
        self._emit(kind, data)
        return data

    async def _write(self, client: BleakClient, write: Write) -> None:
        try:
            async with asyncio.timeout(OPERATION_TIMEOUT_S):
                await client.write_gatt_char(write.uuid, write.data, response=True)
        except BleakGATTProtocolError as error:
            if not write.optional:
                raise
            self._problem(f"refused the configuration ({_reason(error)}) and stays as it is")

    async def _subscribe(self, client: BleakClient, uuid: str, kind: Kind) -> None:
        samples = kind is Kind.DATA

        def received(_: BleakGATTCharacteristic, data: bytearray) -> None:
            if self._client is not client:
                return  # a late packet of an old connection
            arrival_ns = self._now_ns()
            if samples:
                self._heard_ns = arrival_ns
            self._on_packet(Packet(self._sensor.mount, self._family.name, kind, arrival_ns, bytes(data)))

        try:
            async with asyncio.timeout(OPERATION_TIMEOUT_S):
                await client.start_notify(uuid, received)
        except BleakCharacteristicNotFoundError:
            if samples:
                raise

    async def _leave(self, client: BleakClient, *, stop: bool) -> None:
        """Disconnect; at the end of the run also let the sensor sleep."""
        with suppress(*RECOVERABLE):  # it may be gone already
            async with asyncio.timeout(FAREWELL_TIMEOUT_S):
                for write in self._family.stop if stop else ():
                    await client.write_gatt_char(write.uuid, write.data, response=True)
        try:
            async with asyncio.timeout(FAREWELL_TIMEOUT_S):
                await client.disconnect()
        except RECOVERABLE as error:
            self._problem(f"could not disconnect: {_reason(error)}")

    def _emit(self, kind: Kind, data: bytes) -> None:
        self._on_packet(Packet(self._sensor.mount, self._family.name, kind, self._now_ns(), data))

    def _problem(self, what: str) -> None:
        self._on_problem(Problem(self._sensor.mount, what))


def _reason(error: BaseException) -> str:
    """One line."""
    return (str(error) or type(error).__name__).splitlines()[0]
