"""One run, from the first packet to the last result: where recording, monitor and journal meet."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from alerts.alert import Alert
from ingest.errors import PacketDroppedError, StorageError
from ingest.packet import Packet
from ingest.recording import Recorder
from kneeload.clock import RunClock
from kneeload.failures import first_of
from kneeload.journal import Journal
from kneeload.latencies import Latencies
from kneeload.latest import Latest
from kneeload.monitor import Monitor
from kneeload.results import Result
from kneeload.saver import Saver
from kneeload.troubles import Troubles

__all__ = ["Keeper", "run_session"]

TICK_S: Final = 0.25
# Packets of an earlier process between two looks at the radio: about 20 ms of work.
CATCH_UP: Final = 16


class Keeper:
    """Takes each packet of a run: on disk first, then through the monitor, then its results into the journal.

    Called from the radio's callback, so an exception cannot travel up: it is kept in `failed`, which
    run_session waits on. A disk that takes nothing more (full, read-only) does not stop a run: packets and
    results wait in memory (Recorder, Saver), `troubles` are told, and every tick tries again. What does not
    fit there either is missing: of packets the newest, which the monitor does not see then.
    earlier: packets that an interrupted process recorded; while `catch_up` works through them, new ones are
    recorded and wait. caught_up: is called once with what of their results still holds: listeners are not.
    latencies: wall time from a packet's arrival to its results in the journal.
    """

    def __init__(
        self,
        run: str,
        *,
        clock: RunClock,
        recorder: Recorder,
        monitor: Monitor,
        journal: Journal,
        earlier: Iterable[Packet] = (),
    ) -> None:
        self.run = run
        self.clock = clock
        self.recorder = recorder
        self.monitor = monitor
        self.troubles = Troubles()
        self.saver = Saver(run, recorder=recorder, journal=journal, troubles=self.troubles)
        self.latencies = Latencies()
        self._earlier: Iterator[Packet] | None = iter(earlier) if earlier else None
        self._waiting: deque[Packet] = deque()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.listeners: list[Callable[[Sequence[Result]], None]] = []
        self.caught_up: Callable[[Sequence[Result]], None] = lambda _standing: None
        self.alerts_raised = 0

    def receive(self, packet: Packet) -> None:
        """One packet, the whole way."""
        try:
            try:
                self.recorder.append(packet)
            except StorageError as error:
                self.troubles.say(str(error))
                if isinstance(error, PacketDroppedError):
                    return  # to the run it is lost like one that the radio lost
            if self._earlier is not None:
                self._waiting.append(packet)
            elif self._keep(self.monitor.receive(packet)):
                self._measure(packet)
        except Exception as error:  # carried to run_session, which stops the run with it
            if not self.failed.done():
                self.failed.set_exception(error)

    async def tick(self) -> None:
        """Run time has passed: silence is noticed, summaries fall due, packets are synced to disk."""
        if self._earlier is None:
            self._keep(self.monitor.advance(self.clock.now_ns()))
        try:
            self.recorder.flush()
            await asyncio.to_thread(self.recorder.fsync)
        except StorageError as error:
            self.troubles.say(str(error))
            return
        self.saver.try_again()

    async def catch_up(self) -> None:
        """Bring the monitor to where the earlier process left it, then through what came meanwhile."""
        if self._earlier is None:
            return
        latest = Latest()
        while packets := list(islice(self._earlier, CATCH_UP)):
            results = [result for packet in packets for result in self.monitor.receive(packet)]
            # What is in the journal already stays as it is: only what the interruption cut off is new.
            self.saver.save(results)
            self.alerts_raised += _raised(results)
            latest.take(results)
            await asyncio.sleep(0)
        self.caught_up(latest.results)
        while self._waiting:
            for _ in range(min(CATCH_UP, len(self._waiting))):
                self._keep(self.monitor.receive(self._waiting.popleft()))
            await asyncio.sleep(0)
        self._earlier = None

    def finish(self, now_ns: int) -> None:
        """The last results, after `catch_up`; the run is then complete in the journal.

        now_ns: when it was over. Raises StorageError, JournalError.
        """
        self._keep(self.monitor.finish(now_ns))
        self.saver.finish()

    def _measure(self, packet: Packet) -> None:
        self.latencies.take((self.clock.now_ns() - packet.arrival_ns) / self.clock.speedup / 1e6)

    def _keep(self, results: Sequence[Result]) -> bool:
        if not results:
            return False
        saved = self.saver.save(results)
        self.alerts_raised += _raised(results)
        for listener in self.listeners:
            listener(results)
        return saved


async def run_session(
    keeper: Keeper,
    links: Callable[[], Awaitable[None]],
    *,
    until: Callable[[], Awaitable[None]],
) -> None:
    """Runs until `until` returns; the run is then complete in the journal.

    links: brings packets to keeper.receive and never returns by itself.
    What fails is raised, and leaves the run as a crash would: it can go on.
    """

    async def ticking() -> None:
        while True:
            await keeper.clock.sleep(TICK_S)
            await keeper.tick()

    async def failing() -> None:
        await asyncio.shield(keeper.failed)

    async def named(work: Callable[[], Awaitable[None]]) -> None:
        await work()

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(named(work), name=name)
                for name, work in (
                    ("links", links),
                    ("catch up", keeper.catch_up),
                    ("tick", ticking),
                    ("failing", failing),
                )
            ]
            try:
                await until()
                over_ns = keeper.clock.now_ns()
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as several:
        raise first_of(several) from None
    finally:
        keeper.failed.cancel()
    if not keeper.failed.cancelled():
        keeper.failed.result()  # it failed while the links were closed, when nobody waited for that any more
    # An hour of an earlier process may be left: sinks and signals do not wait for all of it.
    await keeper.catch_up()
    keeper.finish(over_ns)


def _raised(results: Sequence[Result]) -> int:
    return sum(isinstance(result, Alert) and result.state == "raised" for result in results)
