"""How a person or the system ends what runs: Ctrl-C, SIGTERM, and a terminal that hangs up."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kneeload.clock import RunClock

__all__ = ["stop_signals", "wait_for"]


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT, SIGTERM and SIGHUP set; a second signal does what it does without us."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    numbers = [signal.SIGINT, signal.SIGTERM]
    hangs_up = getattr(signal, "SIGHUP", None)  # Windows has none
    # Who began it with nohup wants it to go on.
    if hangs_up is not None and signal.getsignal(hangs_up) is not signal.SIG_IGN:
        numbers.append(hangs_up)

    def ask() -> None:
        stop.set()
        remove()

    def remove() -> None:
        for number in numbers:
            with suppress(NotImplementedError, ValueError):
                loop.remove_signal_handler(number)

    for number in numbers:
        with suppress(NotImplementedError, ValueError):  # Windows: Ctrl-C is a KeyboardInterrupt there
            loop.add_signal_handler(number, ask)
    try:
        yield stop
    finally:
        remove()


async def wait_for(stop: asyncio.Event, clock: RunClock, duration_s: float | None) -> None:
    """Until stop is set or so much run time has passed."""
    if duration_s is None:
        await stop.wait()
        return
    end_ns = clock.now_ns() + round(duration_s * 1e9)
    while not stop.is_set() and (left_ns := end_ns - clock.now_ns()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), left_ns / 1e9 / clock.speedup)
