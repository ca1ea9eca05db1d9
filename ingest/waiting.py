"""Small pieces of waiting, in run time."""

import asyncio
from collections.abc import Awaitable
from typing import Final, Protocol

__all__ = ["Sleep", "Together", "first"]

# All sensors start sampling together; one that is not there so long after the first starts later.
TOGETHER_S: Final = 8.0


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
        if self._go.is_set():
            return
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
