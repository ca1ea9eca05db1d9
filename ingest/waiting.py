"""Small pieces of waiting, in run time where they are given a Sleep."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from math import ceil
from typing import Final, Protocol

__all__ = ["Sleep", "Together", "first", "heed_cancellation", "patience"]

# All sensors start sampling together; one that is not there so long after the first starts later.
TOGETHER_S: Final = 8.0
# A turn of the event loop counts for so much of a timeout, however late it came.
TURN_S: Final = 0.1


class Sleep(Protocol):
    """Waits for so many seconds of run time."""

    def __call__(self, seconds: float, /) -> Awaitable[None]: ...


class Together:
    """Holds the first start back until all are ready, or have kept the others waiting long enough."""

    def __init__(self, count: int, sleep: Sleep) -> None:
        self._missing = count
        self._sleep = sleep
        self._go = asyncio.Event()

    async def wait(self) -> None:
        self._missing -= 1
        try:
            if self._missing > 0:
                await first(self._go.wait(), self._sleep(TOGETHER_S))
            self._go.set()
        finally:
            # Lost while waiting: it will come again and must not count twice.
            if not self._go.is_set():
                self._missing += 1


async def first(*waits: Awaitable[object]) -> None:
    """Wait for the first of these and cancel the rest; raises what the first one raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def heed_cancellation() -> None:
    """Raises CancelledError in a task that was cancelled: a Bluetooth stack may make it another error."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """asyncio.timeout that counts wall time only while this process gets to run.

    An answer takes many turns of the loop, and a process that has to wait for a processor takes seconds for
    them. Those are not the other side's: who gave up then would never come to an end.
    """
    async with asyncio.timeout(None) as limit:
        counting = asyncio.create_task(_expire(limit, ceil(seconds / TURN_S)), name="patience")
        try:
            yield
        finally:
            counting.cancel()


async def _expire(limit: asyncio.Timeout, turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(TURN_S)
    limit.reschedule(asyncio.get_running_loop().time())
