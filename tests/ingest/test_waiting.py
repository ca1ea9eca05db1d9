"""Waiting of a process that is itself kept waiting."""

import asyncio
import time

import pytest

from ingest.waiting import patience


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
