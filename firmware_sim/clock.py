"""The time of a simulated run: the wall's, speedup times as fast."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

__all__ = ["Clock", "RunTime", "call_at", "now_s"]

# A turn of the loop that takes longer, in run time, has fallen behind: a radio delivers within it.
_TURN_S: Final = 0.03


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
    """Run time from begin_ns when it is made.

    Inside `keeping_up` it never runs ahead of the event loop: a machine too slow for the speedup makes the
    run take longer, instead of making its sensors lose what nobody had the time to fetch.
    """

    def __init__(self, speedup: float = 1.0, *, begin_ns: int = 0) -> None:
        if not speedup > 0:
            raise ValueError(f"speedup must be above 0, not {speedup}")
        self.speedup = speedup
        self._tick_ns = time.monotonic_ns()
        self._run_ns = begin_ns
        self._most_ns: int | None = None

    def now_ns(self) -> int:
        """Run time, ns."""
        elapsed_ns = time.monotonic_ns() - self._tick_ns
        if self._most_ns is not None:
            elapsed_ns = min(elapsed_ns, self._most_ns)
        return self._run_ns + (elapsed_ns if self.speedup == 1.0 else round(elapsed_ns * self.speedup))

    async def sleep(self, seconds: float, /) -> None:
        """For so much run time."""
        end_ns = self.now_ns() + round(seconds * 1e9)
        while True:
            left_ns = end_ns - self.now_ns()
            await asyncio.sleep(max(0, left_ns) / 1e9 / self.speedup)
            if left_ns <= 0 or self._most_ns is None:
                return

    @asynccontextmanager
    async def keeping_up(self) -> AsyncIterator[None]:
        """Time passes while the loop turns at least every _TURN_S of it, and stands still for the rest."""
        self._turn()  # what passed before is not taken back
        self._most_ns = round(_TURN_S * 1e9 / self.speedup)
        ticker = asyncio.create_task(self._tick(), name="run time")
        try:
            yield
        finally:
            ticker.cancel()
            await asyncio.gather(ticker, return_exceptions=True)
            self._turn()
            self._most_ns = None

    async def _tick(self) -> None:
        while True:
            self._turn()
            await asyncio.sleep(_TURN_S / 2 / self.speedup)

    def _turn(self) -> None:
        self._run_ns, self._tick_ns = self.now_ns(), time.monotonic_ns()


def now_s(clock: RunTime) -> float:
    """Run time, s."""
    return clock.now_ns() * 1e-9


def call_at(clock: RunTime, t_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
    """Call callback in the running loop at run time t_s."""
    delay_s = max(0.0, t_s - now_s(clock)) / clock.speedup
    return asyncio.get_running_loop().call_later(delay_s, callback)
