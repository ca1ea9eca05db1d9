"""The run's time: nanoseconds since the run's start, counted by the monotonic clock, so that setting the wall
clock in mid-run moves nothing."""

import asyncio
import time
from typing import Final, Protocol

__all__ = ["MonotonicClock", "RunClock", "uptime_ns"]

_SLEEPS: Final = hasattr(time, "CLOCK_BOOTTIME")


class RunClock(Protocol):
    """Run time. speedup: seconds of run time per second of the wall; 1 but in demos."""

    speedup: float

    def now_ns(self) -> int: ...
    async def sleep(self, duration_s: float, /) -> None: ...


def uptime_ns() -> int:
    """Monotonic, ns; where the system can, it goes on while the machine sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) if _SLEEPS else time.monotonic_ns()


class MonotonicClock:
    """The clock of a live run. begin_ns: run time at which it starts (a run that goes on)."""

    def __init__(self, begin_ns: int = 0) -> None:
        self.speedup = 1.0
        self._zero_ns = uptime_ns() - begin_ns

    def now_ns(self) -> int:
        """Run time now, ns."""
        return uptime_ns() - self._zero_ns

    async def sleep(self, duration_s: float, /) -> None:
        """Sleep for so many seconds of run time."""
        await asyncio.sleep(duration_s)
