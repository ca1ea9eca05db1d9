"""A limit on what this process may take, so that a test fails where the machine would."""

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["at_most_gib", "largest_file", "no_sync", "so_many_files"]


@contextmanager
def at_most_gib(size: int) -> Iterator[None]:
    """Address space, while it lasts; what is asked for beyond it is a MemoryError."""
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size << 30, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may grow beyond size: writes fail as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@contextmanager
def so_many_files(more: int) -> Iterator[None]:
    """No more than these may be opened beside those that are: what is asked for beyond fails."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A new file gets the lowest number that is free.
    free = [number for number in range(limits[0]) if not os.path.lexists(f"/proc/self/fd/{number}")]
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[more], limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@contextmanager
def no_sync(number: int = errno.EIO, *, after: int = 0) -> Iterator[None]:
    """Every fsync fails, but for so many at first, as on a disk that breaks."""
    fsync, left = os.fsync, iter(range(after))

    def failing(file: int) -> None:
        if next(left, None) is not None:
            return fsync(file)
        raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", failing)
        yield
