"""How a person or the system ends what runs: Ctrl-C, SIGTERM, and a terminal that hangs up."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["stop_signals"]


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
