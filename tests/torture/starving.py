"""A process that gets too little of a processor."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

__all__ = ["starved"]

CGROUPS = Path("/sys/fs/cgroup/cpu")
PERIOD_US = 100_000


@contextmanager
def starved(share: float) -> Iterator[None]:
    """This process gets so much of one core, and no more; the test skips where that cannot be had."""
    mine = _own_group()
    group = mine / f"kneeload-starved-{os.getpid()}"
    try:
        group.mkdir()
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(round(share * PERIOD_US)))
        (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError as error:
        with suppress(OSError):
            group.rmdir()
        pytest.skip(f"no control group can be made here: {error}")
    try:
        yield
    finally:
        (mine / "cgroup.procs").write_text(str(os.getpid()))
        group.rmdir()


def _own_group() -> Path:
    """Where this process is in the hierarchy of processors."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(","):
            return CGROUPS / path.lstrip("/")
    return CGROUPS
