"""A limit on what this process may take, so that a test fails where the machine would."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["at_most_gib", "largest_file"]


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
