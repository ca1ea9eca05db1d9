"""The run's time: nanoseconds since the run's start, counted by the monotonic clock, so that setting the wall
clock in mid-run moves nothing."""

import asyncio
import time

__all__ = ["RunClock"]


class RunClock:
    """Run time that passes `speedup` times as fast as the wall (demos and tests; a live run has 1).

    started_ns is the wall clock at the run's start, UTC: results are placed in the world by it alone.
    """

    def __init__(self, speedup: float = 1.0) -> None:
        self.speedup = speedup
        self.started_ns = time.time_ns()
        self._zero_ns = time.monotonic_ns()

    def now_ns(self) -> int:
        """Run time now, ns."""
        return int((time.monotonic_ns() - self._zero_ns) * self.speedup)

    async def sleep(self, seconds: float) -> None:
        """Sleep for so much run time."""
        await asyncio.sleep(seconds / self.speedup)

    async def sleep_until(self, t_s: float) -> None:
        """Sleep until a moment of run time; returns at once (after one turn of the loop) when it has passed."""
        await asyncio.sleep(max(0.0, t_s - self.now_ns() / 1e9) / self.speedup)
