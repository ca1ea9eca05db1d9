"""Bluetooth: keeps the sensors of the allow-list connected and started, hands their packets over.

One process, one adapter. Each sensor has a link of its own that lives as long as the run; what fails is
tried again without end. Notifications go straight from Bleak's callback to on_packet: stamped, copied,
nothing else.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Final

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakCharacteristicNotFoundError, BleakGATTProtocolError
from bleak_retry_connector import establish_connection

from ingest.adapter import RECOVERABLE, Adapter, ClientBackend, ScannerBackend, reason
from ingest.asking import Asker
from ingest.errors import LinkError, RefusedError
from ingest.links import Ending, Problem, WornSensor, connect_timeout_s, pause_s, retry_delay_s, when_silent
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES, Family, Read, Write
from ingest.waiting import Sleep, Together, first, heed_cancellation, patience
from ingest.writing import Writer, put

__all__ = ["Problem", "run_links"]

FAREWELL_TIMEOUT_S: Final = 2.0


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
    adapter = Adapter(sensors, scanner_backend, sleep=sleep, on_problem=on_problem)
    together = Together(len(sensors), sleep)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(adapter.search(), name="search for sensors")
            for sensor in sensors:
                link = _Link(
                    sensor,
                    on_packet,
                    adapter=adapter,
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


class _Link:
    """One sensor, for the whole run."""

    def __init__(
        self,
        sensor: WornSensor,
        on_packet: Callable[[Packet], None],
        *,
        adapter: Adapter,
        together: Together,
        now_ns: Callable[[], int],
        sleep: Sleep,
        backend: ClientBackend,
        on_problem: Callable[[Problem], None],
    ) -> None:
        self._sensor = sensor
        self._family: Family = FAMILIES[sensor.family]
        self._on_packet = on_packet
        self._adapter = adapter
        self._together = together
        self._now_ns = now_ns
        self._sleep = sleep
        self._backend = backend
        self._on_problem = on_problem
        self._client: BleakClient | None = None  # the connection whose packets count
        self._asker = Asker(self._family.optional, self._problem)
        self._writer = Writer()
        self._heard_ns = 0
        self._started_ns = 0

    async def run(self) -> None:
        failures = 0
        while True:
            device = await self._adapter.find(self._sensor)
            began_ns = self._now_ns()
            ending = await self._session(device, connect_timeout_s(failures))
            heed_cancellation()
            # Neither alone: some sensors stream to everybody, even if they refuse to be started; others take
            # the start and send nothing.
            streamed = self._heard_ns > self._started_ns >= began_ns
            failures = 0 if streamed else failures + 1
            await self._sleep(retry_delay_s(failures, ending))

    async def _session(self, device: BLEDevice, timeout_s: float) -> Ending:
        """One connection, from its beginning to its end. timeout_s: for connecting, on the wall."""
        gone = asyncio.Event()
        try:
            async with self._adapter.lock, patience(timeout_s):
                client = await establish_connection(
                    BleakClient,
                    device,
                    self._sensor.mount,
                    disconnected_callback=lambda _: gone.set(),
                    # A second try would wait, with the lock held, for a sensor that has gone.
                    max_attempts=1,
                    # After a firmware update the cached table of characteristics would be the old one.
                    use_services_cache=False,
                    pair=self._sensor.pair,
                    backend=self._backend,
                )
        except RECOVERABLE as error:
            self._problem(reason(error))
            return "unreached"
        self._client = client
        self._emit(Kind.LINK, b"connected")
        ended = False
        try:
            await first(gone.wait(), self._stream(client))
        except RECOVERABLE as error:
            self._problem(reason(error))
            return "refused" if client.is_connected else "lost"
        except asyncio.CancelledError:
            ended = True
            raise
        finally:
            self._client = None
            # At the end of the run too: the last that is known of a sensor must not be that it is connected.
            self._emit(Kind.LINK, b"lost")
            await self._leave(client, stop=ended)
        return "lost"

    async def _stream(self, client: BleakClient) -> None:
        """Start the sensor and watch over it; returns when the link is to be dropped."""
        # Read before subscribing: a sensor that streams already would be heard before its scale is known.
        known = await self._inquire(client)
        for uuid, kind in self._family.subscribes.items():
            await self._subscribe(client, uuid, kind)
        await self._together.wait()
        await self._start(client, known)
        self._started_ns = self._now_ns()
        self._heard_ns = max(self._heard_ns, self._started_ns)
        restarted_ns = self._started_ns - 1
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
            elif isinstance(step, Read):
                await self._read(client, step.uuid, step.kind)
            else:
                await self._sleep(step.seconds)

    async def _exchange_times(self, client: BleakClient, turn: int) -> None:
        """Ask what the sensor's clock says now; the answer comes as a notification."""
        if self._family.sync is not None:
            with suppress(BleakCharacteristicNotFoundError, BleakGATTProtocolError):
                await self._write(client, self._family.sync(turn, self._now_ns() // 1000))

    async def _read(self, client: BleakClient, uuid: str, kind: Kind) -> bytes:
        """Read a characteristic and hand it over as a packet; empty where the sensor may do without it."""
        data = await self._asker.read(client, uuid, kind)
        if data is not None:
            self._emit(kind, data)
        return data or b""

    async def _write(self, client: BleakClient, write: Write) -> None:
        if write.kept:
            self._emit(Kind.REQUEST, write.data)
        wrong = await self._writer.write(client, write)
        if wrong and not write.optional:
            raise RefusedError(wrong)
        if wrong:
            self._problem(f"{wrong} and stays as it is")

    async def _subscribe(self, client: BleakClient, uuid: str, kind: Kind) -> None:
        samples = kind is Kind.DATA

        def received(_: BleakGATTCharacteristic, data: bytearray) -> None:
            if self._client is not client:
                return  # a late packet of an old connection
            arrival_ns = self._now_ns()
            if samples:
                self._heard_ns = arrival_ns
            self._on_packet(Packet(self._sensor.mount, self._family.name, kind, arrival_ns, bytes(data)))
            self._writer.hear(kind, bytes(data))

        await self._asker.subscribe(client, uuid, kind, received)

    async def _leave(self, client: BleakClient, *, stop: bool) -> None:
        """Disconnect; at the end of the run also let the sensor sleep."""
        for write in self._family.stop if stop else ():
            with suppress(*RECOVERABLE):  # it may be gone already
                async with patience(FAREWELL_TIMEOUT_S):
                    await put(client, write)
        try:
            async with patience(FAREWELL_TIMEOUT_S):
                await client.disconnect()
        except RECOVERABLE as error:
            self._problem(f"could not disconnect: {reason(error)}")

    def _emit(self, kind: Kind, data: bytes) -> None:
        self._on_packet(Packet(self._sensor.mount, self._family.name, kind, self._now_ns(), data))

    def _problem(self, what: str) -> None:
        self._on_problem(Problem(self._sensor.mount, what))
