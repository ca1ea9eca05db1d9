"""The time of a simulated run: the wall's, speedup times as fast."""

import asyncio
import time
from collections.abc import Callable

__all__ = ["Clock"]


class Clock:
    """Monotonic run time, 0 when it is made. speedup: seconds of run time per second of the wall."""

    def __init__(self, speedup: float = 1.0) -> None:
        if not speedup > 0:
            raise ValueError(f"speedup must be above 0, not {speedup}")
        self.speedup = speedup
        self._start_ns = time.monotonic_ns()

    def now_ns(self) -> int:
        """Run time, ns."""
        elapsed_ns = time.monotonic_ns() - self._start_ns
        return elapsed_ns if self.speedup == 1.0 else round(elapsed_ns * self.speedup)

    def now_s(self) -> float:
        """Run time, s."""
        return self.now_ns() * 1e-9

    async def sleep(self, duration_s: float) -> None:
        """For duration_s seconds of run time."""
        await asyncio.sleep(duration_s / self.speedup)

    async def sleep_until(self, t_s: float) -> None:
        """Until run time t_s; not at all when that is past."""
        await self.sleep(max(0.0, t_s - self.now_s()))

    def call_at(self, t_s: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Call callback in the running loop at run time t_s."""
        delay_s = max(0.0, t_s - self.now_s()) / self.speedup
        return asyncio.get_running_loop().call_later(delay_s, callback)
