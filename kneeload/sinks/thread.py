"""A thread for work that waits for the network, and for which nobody has to wait."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec, TypeVar

__all__ = ["own_thread"]

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def own_thread(
    work: Callable[Arguments, Answer], *arguments: Arguments.args, **named: Arguments.kwargs
) -> asyncio.Future[Answer]:
    """What work returns or raises, once a thread of its own has done it.

    asyncio.to_thread looks the same, but the end of the event loop and of the process wait for its threads:
    a server that hangs would keep both for as long as its time-out. Here cancelling ends the wait at once.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Answer] = loop.create_future()

    def tell(settle: Callable[[], None]) -> None:
        def in_loop() -> None:
            if not done.done():
                settle()

        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(in_loop)

    def run() -> None:
        try:
            answer = work(*arguments, **named)
        except BaseException as error:
            failure = error
            tell(lambda: done.set_exception(failure))
        else:
            tell(lambda: done.set_result(answer))

    threading.Thread(target=run, name="network", daemon=True).start()
    return done
