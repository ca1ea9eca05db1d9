"""Bumble's exchanges with a controller, safe from being cancelled half-way."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["uncut"]

T = TypeVar("T")


async def uncut(exchange: Coroutine[Any, Any, T]) -> T:
    """Run exchange to its end even when the caller is cancelled; the caller's cancellation comes after it.

    A command whose answer nobody awaits breaks Bumble's host; and asyncio.wait_for, which Bumble uses, loses
    a cancellation that arrives together with the answer (Python before 3.12).
    """
    task = asyncio.ensure_future(exchange)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen: the cancellation goes first
        raise
