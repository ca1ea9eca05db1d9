"""How a person or the system ends what runs: Ctrl-C and SIGTERM."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["stop_signals"]


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; a second signal does what it does without us."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)

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
