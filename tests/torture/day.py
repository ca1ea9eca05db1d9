"""A day of two sensors through the live path, as fast as the machine goes: does anything grow or stay?

With TMPDIR in memory (TMPDIR=/dev/shm) it goes much faster: a sync costs nothing there.
"""

import asyncio
import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Samples
from firmware_sim.plan import Phase, Plan
from firmware_sim.sensor import VirtualSensor
from firmware_sim.traits import Traits
from ingest.packet import Kind, Packet
from kneeload.conduct import conduct
from kneeload.config import load
from kneeload.journal import Journal
from kneeload.view import Silent
from tests.kneeload.virtual_packets import FAMILY
from tests.torture.child import resident_kb
from tests.torture.row import Row
from tests.torture.runner import FAMILIES, MOUNTS

__all__ = ["a_day", "long_run"]

RATE_HZ = 208.0
LAP_S = 60.0
PIECE_S = 0.25
# Memory is settled after this part of the run.
SETTLED = 0.25


class Laps:
    """A Source that runs the same minute again and again."""

    acc_range_g = 16.0
    gyro_range_dps = 2000.0
    rate_hz = RATE_HZ
    finished = False

    def __init__(self, mount: Mount) -> None:
        lap = GaitSource(mount, Plan.of(Phase(activity="run")), rate_hz=RATE_HZ, seed=1).take(LAP_S)
        assert lap.gyro_dps is not None
        self._acc_g, self._gyro_dps = lap.acc_g, lap.gyro_dps
        self._next = 0

    def take(self, until_s: float) -> Samples:
        index = np.arange(self._next, max(self._next, int(until_s * RATE_HZ)), dtype=np.int64)
        self._next = max(self._next, int(until_s * RATE_HZ))
        place = index % len(self._acc_g)
        return Samples(index, index / RATE_HZ, self._acc_g[place], self._gyro_dps[place])


class Hasty:
    """Run time that goes on when it is told to, and for whoever sleeps."""

    speedup = 1.0

    def __init__(self) -> None:
        self.time_ns = 0
        self._sleeping: list[tuple[int, asyncio.Event]] = []

    def now_ns(self) -> int:
        return self.time_ns

    async def sleep(self, duration_s: float, /) -> None:
        awake = asyncio.Event()
        self._sleeping.append((self.time_ns + round(duration_s * 1e9), awake))
        await awake.wait()

    def advance(self, now_ns: int) -> None:
        self.time_ns = max(self.time_ns, now_ns)
        due = [sleeper for sleeper in self._sleeping if sleeper[0] <= self.time_ns]
        self._sleeping = [sleeper for sleeper in self._sleeping if sleeper[0] > self.time_ns]
        for _, awake in due:
            awake.set()


def packets(hours: float) -> Iterator[Packet]:
    """Two sensors' packets in order, made as they are asked for."""
    sensors = [VirtualSensor(Laps(mount), Traits(mount, f"D{n:04d}")) for n, mount in enumerate(MOUNTS)]
    for sensor in sensors:
        sensor.payload_bytes = 244
        sensor.control(1, 0, now_s=0.0)
        for kind, data in (
            (Kind.LINK, b"connected"),
            (Kind.INFO, sensor.info.encode()),
            (Kind.CONFIG, sensor.config.encode()),
        ):
            yield Packet(sensor.mount, FAMILY, kind, 0, data)
    for piece in range(1, int(hours * 3600 / PIECE_S) + 1):
        now_s = piece * PIECE_S
        for sensor in sensors:
            for data in sensor.advance(now_s):
                yield Packet(sensor.mount, FAMILY, Kind.DATA, round(now_s * 1e9), data)


def long_run(folder: Path, hours: float, *, at_most_s: float) -> dict[str, float]:
    """What was there before, after a quarter and at the end; stops after at_most_s of the wall's time."""
    seen: dict[str, float] = {}

    async def run() -> None:
        clock, ended = Hasty(), asyncio.Event()
        stream = packets(hours)
        next(stream)  # the minute that is repeated is made now
        begin_s = time.monotonic()
        tasks = len(asyncio.all_tasks())

        async def feed(receive: object) -> None:
            assert callable(receive)
            second = 0
            for packet in stream:
                clock.advance(packet.arrival_ns)
                receive(packet)
                if packet.arrival_ns // 10**9 != second:
                    second = packet.arrival_ns // 10**9
                    part = max(second / (hours * 3600), (time.monotonic() - begin_s) / at_most_s)
                    if part >= SETTLED and "settled_kb" not in seen:
                        gc.collect()
                        seen["settled_kb"] = resident_kb()
                        seen["settled_hours"] = second / 3600
                    if part >= 1.0:
                        break
                await asyncio.sleep(0)
            gc.collect()
            seen["ended_kb"] = resident_kb()
            seen["hours"] = clock.now_ns() / 3600e9
            ended.set()
            await asyncio.Event().wait()

        async def until() -> None:
            await ended.wait()

        config = load(None, data_dir=folder)
        outcome = await conduct(
            config, clock=clock, links=feed, families=FAMILIES, until=until, view=Silent()
        )
        seen["strides"] = outcome.journalled["stride"]
        seen["tasks_over"] = len(asyncio.all_tasks()) - tasks
        seen["wall_s"] = time.monotonic() - begin_s

    with Journal.open(folder / "warm"):
        pass
    files, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    asyncio.run(run())
    gc.collect()
    seen["files_over"] = len(os.listdir("/proc/self/fd")) - files
    seen["threads_over"] = threading.active_count() - threads
    return seen


def a_day(folder: Path, times: int) -> list[Row]:
    """The table's row; times: minutes of the wall's time that it may take."""
    seen = long_run(folder, 24.0, at_most_s=60.0 * times)
    growth = 100.0 * (seen["ended_kb"] - seen["settled_kb"]) / seen["settled_kb"]
    return [
        Row(
            "a day: memory grows by less than 2 %, nothing is left over",
            f"{seen['hours']:.1f} simulated hours of two sensors through the live path, in "
            f"{seen['wall_s'] / 60:.0f} min",
            1,
            f"0 packets, {seen['strides']:.0f} strides journalled",
            "–",
            "–",
            f"memory grew by {growth:.2f} % ({seen['settled_kb']:.0f} to {seen['ended_kb']:.0f} kB) from "
            f"hour {seen['settled_hours']:.1f} to the end; left over: {seen['tasks_over']:.0f} tasks, "
            f"{seen['files_over']:.0f} files, {seen['threads_over']:.0f} threads",
        )
    ]
