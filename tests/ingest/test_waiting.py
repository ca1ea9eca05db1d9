"""Waiting of a process that is itself kept waiting, and of sensors for each other."""

import asyncio
import time

import pytest

from ingest.waiting import Together, patience


async def test_patience_ends() -> None:
    with pytest.raises(TimeoutError):
        async with patience(0.2):
            await asyncio.Event().wait()


async def test_what_this_process_did_not_get_to_is_no_fault_of_the_other_side() -> None:
    """Four turns of the loop are enough, and each of them comes a fifth of a second late."""
    turns = 0
    async with patience(0.5):
        for _ in range(4):
            time.sleep(0.2)  # noqa: ASYNC251  what a processor that is busy elsewhere does
            await asyncio.sleep(0)
            turns += 1
    assert turns == 4


async def test_patience_hands_on_what_is_raised_inside() -> None:
    with pytest.raises(ZeroDivisionError):
        async with patience(5.0):
            raise ZeroDivisionError
    task = asyncio.create_task(_waits())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _waits() -> None:
    async with patience(5.0):
        await asyncio.Event().wait()


async def for_ever(_seconds: float) -> None:
    await asyncio.Event().wait()


async def at_once(_seconds: float) -> None:
    return


async def begun(together: Together) -> asyncio.Task[None]:
    """One more that waits, as far as it gets by itself."""
    task = asyncio.create_task(together.wait())
    for _ in range(10):
        await asyncio.sleep(0)
    return task


async def test_all_start_with_the_last_of_them_and_later_ones_at_once() -> None:
    together = Together(2, for_ever)
    one = await begun(together)
    assert not one.done()
    other = await begun(together)
    assert one.done()
    assert other.done()
    assert (await begun(together)).done()


async def test_who_was_lost_while_waiting_counts_once_when_it_comes_again() -> None:
    together = Together(2, for_ever)
    lost = await begun(together)
    lost.cancel()
    await asyncio.gather(lost, return_exceptions=True)
    again = await begun(together)
    assert not again.done()
    assert (await begun(together)).done()
    assert again.done()


async def test_who_has_waited_long_enough_starts_alone() -> None:
    together = Together(3, at_once)
    assert (await begun(together)).done()
    assert (await begun(together)).done()
