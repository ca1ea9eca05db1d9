"""The MQTT broker follows the journal."""

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Literal

from ingest.waiting import first
from kneeload.errors import JournalError, SinkError
from kneeload.journal import Journal
from kneeload.payload import Message, late_message, message, no_status, status_message
from kneeload.settings import MqttSettings
from kneeload.sinks.broker import DIALECTS, connected
from kneeload.sinks.connection import IN_FLIGHT, Connection
from kneeload.sinks.follow import follow
from kneeload.sinks.sink import Item, Outcome, Sink
from kneeload.sinks.state import SinkState

__all__ = ["IN_FLIGHT", "follow_mqtt", "probe_mqtt"]

BATCH = 200
TIMEOUT_S = 5.0
# What was refused is said again so much later: mosquitto 2.0.11 with max_queued_messages 0 hangs up after a
# refusal, and would do so at each new connection.
SAY_AGAIN_S = 300.0


async def follow_mqtt(
    journal: Journal,
    settings: MqttSettings,
    state: SinkState,
    *,
    runner: str,
    run: str,
    stop: asyncio.Event,
    cursor: str | None = None,
) -> None:
    """Publish every result of the journal, QoS 1, in order, at least once; and the run's state, retained.

    cursor: another name than the broker's address, for a broker whose address changes.
    """
    state.where = f"{settings.host}:{settings.port}"
    dialects = list(DIALECTS[settings.version])
    # The same each time, so that the broker ends a connection of ours that it still believes in.
    name = hashlib.blake2s(f"{runner}\0{journal.path.absolute()}".encode(), digest_size=6).hexdigest()
    herald = _Herald(journal, state, runner=runner, run=run)

    @asynccontextmanager
    async def connect() -> AsyncIterator[_Link]:
        async with connected(
            settings, dialects, name=f"kneeload-{name}", will=herald.will, timeout_s=TIMEOUT_S
        ) as connection:
            state.server = connection.speaks
            link = _Link(connection)
            try:
                await herald.greet(connection)
                yield link
            finally:
                await link.close()
                if not link.broken:
                    await herald.take_leave(connection)

    sink = Sink(
        cursor=cursor or f"mqtt:{state.where}",
        encode=message,
        encode_late=late_message,
        connect=connect,
        batch=BATCH,
        linger_s=0.0,
        history=False,
    )
    await follow(journal, sink, state, stop=stop, drain_s=settings.drain_s)


class _Herald:
    """Says over each connection how the run is."""

    def __init__(self, journal: Journal, state: SinkState, *, runner: str, run: str) -> None:
        self.will = status_message("lost", runner=runner, run=run, time_ns=None)
        self._journal, self._state = journal, state
        self._runner, self._run = runner, run
        self._refused_s = -math.inf

    async def greet(self, connection: Connection) -> None:
        """The run goes on; unless a broker has just refused to hear that."""
        if time.monotonic() >= self._refused_s + SAY_AGAIN_S:
            await self._say(connection, self._status("running"))

    async def take_leave(self, connection: Connection) -> None:
        """How the run is left, whatever was refused: it costs nothing any more."""
        with suppress(SinkError, JournalError):
            await self._say(connection, self._last_word())

    async def _say(self, connection: Connection, said: Message) -> None:
        self._state.limited = await connection.publish(said)
        if self._state.limited is not None:
            self._refused_s = time.monotonic()

    def _last_word(self) -> Message:
        """A run that failed is left as a crash would, and may go on; one that never began there is not."""
        entry = next((entry for entry in self._journal.runs() if entry.run == self._run), None)
        if entry is None:
            return no_status(runner=self._runner)
        return self._status("ended" if entry.state == "ended" else "lost")

    def _status(self, what: Literal["running", "ended", "lost"]) -> Message:
        return status_message(what, runner=self._runner, run=self._run, time_ns=time.time_ns())


async def probe_mqtt(settings: MqttSettings) -> str:
    """What the broker speaks, having let us in and out again. Raises SinkError."""
    async with connected(
        settings, list(DIALECTS[settings.version]), name="", will=None, timeout_s=TIMEOUT_S
    ) as connection:
        return connection.speaks


class _Link:
    def __init__(self, connection: Connection) -> None:
        self.broken = False
        self._connection = connection
        self._watch = asyncio.create_task(connection.lost(), name="mqtt connection")

    async def deliver(self, items: Sequence[Item[Message]]) -> Outcome:
        # A sliding window: waiting for whole ones would meet TCP's delayed acknowledgement, 40 ms, in each.
        window = asyncio.Semaphore(self._connection.window)
        tasks = [asyncio.create_task(self._publish(item.content, window)) for item in items]
        acknowledged = asyncio.create_task(_all(tasks))
        try:
            await first(asyncio.wait({acknowledged}), asyncio.wait({self._watch}))
        finally:
            for task in (acknowledged, *tasks):
                task.cancel()
            await asyncio.gather(acknowledged, *tasks, return_exceptions=True)
        done = 0
        refused: dict[int, str] = {}
        while done < len(tasks) and not tasks[done].cancelled() and tasks[done].exception() is None:
            if (reason := tasks[done].result()) is not None:
                refused[items[done].seq] = reason
            done += 1
        if done:
            return Outcome(done, refused)
        self.broken = True
        raise _failure(self._watch) or _failure(tasks[0]) or SinkError("connection lost")

    async def lost(self) -> None:
        await asyncio.wait({self._watch})
        self.broken = True
        raise _failure(self._watch) or SinkError("connection lost")

    async def close(self) -> None:
        self.broken = self.broken or self._watch.done()
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)

    async def _publish(self, message: Message, window: asyncio.Semaphore) -> str | None:
        async with window:
            return await self._connection.publish(message)


async def _all(tasks: Sequence[asyncio.Task[str | None]]) -> None:
    """Waits for all, or for the first that fails: what follows it could only arrive out of order."""
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)


def _failure(task: asyncio.Task[None] | asyncio.Task[str | None]) -> BaseException | None:
    return task.exception() if task.done() and not task.cancelled() else None
