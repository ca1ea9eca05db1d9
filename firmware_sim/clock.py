"""The time of a simulated run: the wall's, speedup times as fast."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["Clock", "RunTime", "call_at", "now_s"]


class RunTime(Protocol):
    """What the simulator needs of a clock; a run's own clock serves as well as Clock.

    speedup: seconds of run time per second of the wall.
    """

    speedup: float

    def now_ns(self) -> int:
        """Run time, ns, monotonic."""
        ...

    async def sleep(self, seconds: float, /) -> None:
        """For so much run time."""
        ...


class Clock:
    """Run time from begin_ns when it is made."""

    def __init__(self, speedup: float = 1.0, *, begin_ns: int = 0) -> None:
        if not speedup > 0:
            raise ValueError(f"speedup must be above 0, not {speedup}")
        self.speedup = speedup
        self._start_ns = time.monotonic_ns()
        self._begin_ns = begin_ns

    def now_ns(self) -> int:
        """Run time, ns."""
        elapsed_ns = time.monotonic_ns() - self._start_ns
        if self.speedup != 1.0:
            elapsed_ns = round(elapsed_ns * self.speedup)
        return self._begin_ns + elapsed_ns

    async def sleep(self, seconds: float, /) -> None:
        """For so much run time."""
        await asyncio.sleep(seconds / self.speedup)

    async def sleep_until(self, t_s: float) -> None:
        """Until run time t_s; not at all when that is past."""
        await self.sleep(max(0.0, t_s - now_s(self)))


def now_s(clock: RunTime) -> float:
    """Run time, s."""
    return clock.now_ns() * 1e-9


def call_at(clock: RunTime, t_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
    """Call callback in the running loop at run time t_s."""
    delay_s = max(0.0, t_s - now_s(clock)) / clock.speedup
    return asyncio.get_running_loop().call_later(delay_s, callback)
