"""A thread that nobody has to wait for."""

import asyncio
import threading

import pytest

from kneeload.sinks.thread import own_thread


def test_its_answer_and_its_error_come_back() -> None:
    def divide(one: float, *, by: float) -> float:
        return one / by

    async def run() -> float:
        with pytest.raises(ZeroDivisionError):
            await own_thread(divide, 1.0, by=0.0)
        return await own_thread(divide, 1.0, by=4.0)

    assert asyncio.run(run()) == 0.25


@pytest.mark.parametrize("fails", [False, True])
def test_the_loop_ends_before_it_does_and_what_comes_then_is_for_nobody(fails: bool) -> None:
    release = threading.Event()
    threads: list[threading.Thread] = []

    def wait() -> None:
        threads.append(threading.current_thread())
        release.wait(30)
        if fails:
            raise OSError("too late")

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(own_thread(wait), 0.05)

    asyncio.run(run())
    (thread,) = threads
    assert thread.is_alive()
    release.set()
    thread.join(10)
    assert not thread.is_alive(), "an uncaught exception would have failed this test"
