"""How any server follows the journal: in order, from a durable cursor, for as long as it takes."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Generic, TypeVar

from ingest.waiting import first
from kneeload.errors import JournalError, RowError, SinkError
from kneeload.journal import Journal
from kneeload.sinks.sink import Item, Link, Sink
from kneeload.sinks.state import SinkState

__all__ = ["follow"]

# Seconds until the next attempt, after one, two, … failures in a row.
DELAYS_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
# Somebody has to change something first: often enough to be noticed soon, too seldom to be a nuisance.
NEEDS_PERSON_S = 20.0
# At the end of a run there is no time for long pauses.
LAST_DELAY_S = 0.5

Content = TypeVar("Content")


async def follow(
    journal: Journal, sink: Sink[Content], state: SinkState, *, stop: asyncio.Event, drain_s: float
) -> None:
    """Deliver every result until stop is set and nothing is left, or drain_s after stop.

    What remains then is delivered at the next start. A server that is down, slow or refuses stops nothing,
    and neither does a mistake of ours: state.given_up says it.
    """
    follower = _Follower(journal, sink, state, stop)
    with follower.listening():
        limit = asyncio.timeout(None)
        try:
            async with limit, _ending(stop, limit, drain_s):
                await follower.serve()
        except Exception as error:
            if not (isinstance(error, TimeoutError) and limit.expired()):
                state.give_up(error)
                await stop.wait()  # what is not delivered is still counted
                with suppress(JournalError):
                    await follower.count()
        finally:
            state.connected = False
        if state.behind:
            why = f" ({state.last_error})" if state.last_error else ""
            state.last_error = f"{state.behind} results wait for the next start{why}"


class _Follower(Generic[Content]):
    """The journal is asked in threads: any answer may have to wait for what another sink writes."""

    def __init__(self, journal: Journal, sink: Sink[Content], state: SinkState, stop: asyncio.Event) -> None:
        self.journal, self.deliveries = journal, journal.deliveries
        self.sink, self.state, self.stop = sink, state, stop
        self.wake = asyncio.Event()
        self.failures = 0
        self.begun = False
        self.seq = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()

        def grown(new: int) -> None:
            self.state.behind += new
            self.wake.set()

        def appended(new: int) -> None:
            loop.call_soon_threadsafe(grown, new)

        self.journal.listeners.append(appended)
        try:
            yield
        finally:
            self.journal.listeners.remove(appended)

    async def serve(self) -> None:
        while True:
            try:
                if not self.begun:
                    await self._begin()
                if self.stop.is_set() and await self.count() == 0 and not await self._asked_again():
                    return
                async with self.sink.connect() as link:
                    if await self.count() == 0:
                        self._all_is_well()
                    await self._pump(link)
                    return
            except SinkError as error:
                await self._pause(error)
            except JournalError as error:
                await self._pause(SinkError(str(error)))

    async def _begin(self) -> None:
        def look() -> tuple[int, int]:
            start = self.deliveries.cursor(self.sink.cursor)
            if start is None:
                start = 0 if self.sink.history else self.deliveries.before_newest_run()
                self.deliveries.advance(self.sink.cursor, start)
            return start, self.deliveries.count_refused(self.sink.cursor)

        self.seq, self.state.refused = await asyncio.to_thread(look)
        self.begun = True
        await self.count()

    async def _pump(self, link: Link[Content]) -> None:
        """Returns when stop is set and nothing is left."""
        await self._try_again(link)
        while True:
            self.wake.clear()
            # Asked before the look: the last results may come while a thread finds that there are none yet.
            complete = self.stop.is_set()
            items, bad = await asyncio.to_thread(self._next)
            if not items and bad is None:
                if complete:
                    self.state.behind = 0
                    return
                await first(self.wake.wait(), self.stop.wait(), link.lost())
                if self.sink.linger_s:
                    await first(asyncio.sleep(self.sink.linger_s), self.stop.wait(), link.lost())
                continue
            if not items:
                assert bad is not None
                await self._park(bad.seq, str(bad))
                continue
            outcome = await link.deliver(items)
            for seq, reason in outcome.refused.items():
                await self._park(seq, reason)
            self.state.delivered += outcome.done - len(outcome.refused)
            self._all_is_well()
            await self._advance(items[outcome.done - 1].seq)

    async def _asked_again(self) -> bool:
        return await asyncio.to_thread(self.deliveries.is_to_try_again, self.sink.cursor)

    async def _try_again(self, link: Link[Content]) -> None:
        """What a person asked for: results that were refused once. A second refusal parks them again."""
        # A batch at a time: after a run whose topics were all refused there are a hundred thousand.
        look = self.deliveries.to_try_again
        while rows := await asyncio.to_thread(look, self.sink.cursor, self.sink.batch):
            items: list[Item[Content]] = []
            for row in rows:
                try:
                    items.append(Item(row.seq, self.sink.encode_late(row)))
                except RowError as error:
                    await self._keep_parked(row.seq, str(error))
            while items:
                outcome = await link.deliver(items)
                for item in items[: outcome.done]:
                    if (reason := outcome.refused.get(item.seq)) is not None:
                        await self._keep_parked(item.seq, reason)
                    else:
                        await asyncio.to_thread(self.deliveries.taken, self.sink.cursor, item.seq)
                        self.state.delivered += 1
                        self.state.refused -= 1
                items = items[outcome.done :]

    def _next(self) -> tuple[list[Item[Content]], RowError | None]:
        """What follows, up to the first row that has no form for this server."""
        items: list[Item[Content]] = []
        for row in self.deliveries.after(self.seq, self.sink.batch):
            try:
                items.append(Item(row.seq, self.sink.encode(row)))
            except RowError as error:
                return items, error
        return items, None

    def _all_is_well(self) -> None:
        # A server that answers may still refuse: with results waiting, only one that took some is well.
        self.failures, self.state.connected, self.state.last_error = 0, True, None

    async def _keep_parked(self, seq: int, reason: str) -> None:
        await asyncio.to_thread(
            self.deliveries.refuse, self.sink.cursor, seq, reason=reason[:500], at_ns=time.time_ns()
        )

    async def _park(self, seq: int, reason: str) -> None:
        await self._keep_parked(seq, reason)
        self.seq = seq
        self.state.refused += 1
        await self.count()

    async def _advance(self, seq: int) -> None:
        self.seq = seq
        await self.count()
        try:
            await asyncio.to_thread(self.deliveries.advance, self.sink.cursor, seq)
        except JournalError as error:
            # It has arrived; after a restart it would only be delivered once more.
            self.state.last_error = str(error)

    async def count(self) -> int:
        self.state.behind = max(0, await asyncio.to_thread(self.deliveries.last_seq) - self.seq)
        return self.state.behind

    async def _pause(self, error: SinkError) -> None:
        self.state.connected, self.state.last_error = False, str(error)
        delay_s = max(DELAYS_S[min(self.failures, len(DELAYS_S) - 1)], error.retry_after_s)
        if error.needs_person:
            delay_s = max(delay_s, NEEDS_PERSON_S)
        self.failures += 1
        if self.stop.is_set():
            await asyncio.sleep(min(delay_s, LAST_DELAY_S))
        else:
            await first(asyncio.sleep(delay_s), self.stop.wait())


@asynccontextmanager
async def _ending(stop: asyncio.Event, limit: asyncio.Timeout, drain_s: float) -> AsyncIterator[None]:
    """Sets the limit to drain_s after stop."""

    async def watch() -> None:
        await stop.wait()
        limit.reschedule(asyncio.get_running_loop().time() + drain_s)

    watcher = asyncio.create_task(watch(), name="sink drain limit")
    try:
        yield
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher
