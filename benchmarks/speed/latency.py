"""From a packet's arrival to the MQTT message at a subscriber, through the whole of a live run."""

import asyncio
import json
import shutil
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import aiomqtt
import numpy as np

from benchmarks.sheet import Sheet, number
from benchmarks.speed.inputs import packets
from dsp.mount import Mount
from dsp.stride import Stride
from ingest.packet import Packet
from kneeload.clock import MonotonicClock
from kneeload.conduct import conduct
from kneeload.config import Config
from kneeload.results import Result
from kneeload.settings import DataSettings, MqttSettings
from kneeload.view import Silent

__all__ = ["latency_sheet"]

RUN_S = 60.0
MOUNTS = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
START_LIMIT_S = 10.0


class Stamps(Silent):
    """Which packet completed which stride: results are seen while their packet is being received."""

    def __init__(self) -> None:
        self.arrival_ns = 0
        self.of_stride: dict[tuple[str, int], int] = {}

    def see(self, results: Sequence[Result]) -> None:
        for result in results:
            if isinstance(result, Stride):
                self.of_stride[result.mount.value, result.stride] = self.arrival_ns


async def measure(folder: Path, port: int) -> tuple[list[float], list[float]]:
    """ms of every stride: to the subscriber, and of every packet with results: to the journal."""
    arrived = sorted(
        (packet for mount in MOUNTS for packet in packets(mount, RUN_S)),
        key=lambda packet: packet.arrival_ns,
    )
    config = Config(data=DataSettings(dir=folder), mqtt=MqttSettings(host="127.0.0.1", port=port))
    clock, stamps, ended = MonotonicClock(), Stamps(), asyncio.Event()
    seen: dict[tuple[str, int], int] = {}
    ready = asyncio.Event()

    async def subscribe() -> None:
        async with aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe("kneeload/+/+/stride", qos=1)
            ready.set()
            async for message in client.messages:
                assert isinstance(message.payload, bytes), "JSON"
                body = json.loads(message.payload)
                seen[body["mount"], int(body["stride"])] = clock.now_ns()

    async def links(receive: Callable[[Packet], None]) -> None:
        begin_ns = clock.now_ns()
        for packet in arrived:
            await asyncio.sleep((begin_ns + packet.arrival_ns - clock.now_ns()) / 1e9)
            stamps.arrival_ns = clock.now_ns()
            receive(Packet(packet.mount, packet.family, packet.kind, stamps.arrival_ns, packet.data))
        ended.set()
        await asyncio.Event().wait()

    listener = asyncio.create_task(subscribe())
    try:
        async with asyncio.timeout(START_LIMIT_S):
            await ready.wait()

        async def until() -> None:
            await ended.wait()

        outcome = await conduct(
            config,
            clock=clock,
            links=links,
            families=dict.fromkeys(MOUNTS, arrived[0].family),
            until=until,
            view=stamps,
        )
    finally:
        listener.cancel()
    both = stamps.of_stride.keys() & seen.keys()
    return [(seen[key] - stamps.of_stride[key]) / 1e6 for key in both], outcome.keeper.latencies.newest_ms


def latency_sheet() -> Sheet:
    """A private mosquitto on 127.0.0.1; a sheet that says so where there is none."""
    headers = ("way", "values", "p50 ms", "p95 ms", "p99 ms", "largest ms")
    title = "From a packet's arrival, two shin sensors, real time"
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return Sheet(title, headers, (), notes=("mosquitto is not installed: not measured.",))
    with TemporaryDirectory() as name:
        subscriber, journal = asyncio.run(_with_broker(program, Path(name)))
    return Sheet(
        title,
        headers,
        (
            ("to the results in the journal", *_distribution(journal)),
            ("to the stride's MQTT message at a subscriber", *_distribution(subscriber)),
        ),
        notes=(
            f"{RUN_S:g} s of the run as it is live (recording, monitor, journal, MQTT with QoS 1 through "
            "mosquitto); the last strides, which the end of the run completes, included.",
        ),
    )


async def _with_broker(program: str, folder: Path) -> tuple[list[float], list[float]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    broker = await asyncio.create_subprocess_exec(
        program, "-c", str(settings), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(START_LIMIT_S):
            while not await _listens(port):  # noqa: ASYNC110 - another process's port gives no event
                await asyncio.sleep(0.02)
        return await measure(folder / "data", port)
    finally:
        broker.terminate()
        await broker.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def _distribution(values: Sequence[float]) -> tuple[str, ...]:
    if not values:
        return ("0", "–", "–", "–", "–")
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return (str(len(values)), *(number(float(v), 2) for v in (p50, p95, p99, max(values))))
