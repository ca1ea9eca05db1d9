"""What a run may be given too little of: room on a disk, memory, time on the processor."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.services import cannot

__all__ = ["MemoryLimit", "busy", "fill", "is_full", "limited", "mounted", "starved"]

MEMORY_BYTES = 256 * 1024 * 1024
CPU_PERIOD_US = 100_000


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """A control group that a process may begin in: tests.torture.process.CGROUP."""

    group: Path
    peak: Path

    @property
    def peak_bytes(self) -> int:
        """The most that its processes had at once."""
        return int(self.peak.read_text())


@dataclass(frozen=True, slots=True)
class _Files:
    """What a version of control groups calls its limits, and the most that was used."""

    parent: Path
    limit: str
    swap: str
    swap_bytes: int
    peak: str


V1 = _Files(
    Path("/sys/fs/cgroup/memory"),
    "memory.limit_in_bytes",
    "memory.memsw.limit_in_bytes",  # of memory and swap together
    MEMORY_BYTES,
    "memory.max_usage_in_bytes",
)
V2 = _Files(Path("/sys/fs/cgroup"), "memory.max", "memory.swap.max", 0, "memory.peak")


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """A small file system of its own; see cannot() for where none can be mounted."""
    folder.mkdir()
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        cannot(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(path: Path) -> None:
    """Write this file until its file system has no room left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def is_full(folder: Path) -> bool:
    probe = folder / "probe"
    try:
        probe.write_bytes(bytes(8192))
    except OSError as error:
        return error.errno == errno.ENOSPC
    finally:
        probe.unlink(missing_ok=True)
    return False


@contextmanager
def limited(name: str) -> Iterator[MemoryLimit]:
    """A control group with 256 MiB of memory and no swap; see cannot() for where none can be made."""
    files = V1 if V1.parent.is_dir() else V2
    group = files.parent / f"kneeload-{name}-{os.getpid()}"
    with ExitStack() as stack:
        try:
            if files is V2:
                (files.parent / "cgroup.subtree_control").write_text("+memory")
            group.mkdir()
            stack.callback(group.rmdir)
            (group / files.limit).write_text(str(MEMORY_BYTES))
            # A kernel that does not count swap has no such file.
            if (swap := group / files.swap).exists():
                swap.write_text(str(files.swap_bytes))
            peak = group / files.peak
            peak.read_text()
        except OSError as error:
            cannot(f"no control group can be made here: {error}")
        yield MemoryLimit(group, peak)


@contextmanager
def starved(share: float) -> Iterator[None]:
    """This process gets so much of one core, and no more; see cannot() for where that cannot be had."""
    quota_us = round(share * CPU_PERIOD_US)
    home = _own_group("cpu")
    with ExitStack() as stack:
        try:
            if home is None:
                home, parent = _own_group(""), V2.parent
                (parent / "cgroup.subtree_control").write_text("+cpu")
                limits = {"cpu.max": f"{quota_us} {CPU_PERIOD_US}"}
            else:
                parent = home
                limits = {"cpu.cfs_period_us": str(CPU_PERIOD_US), "cpu.cfs_quota_us": str(quota_us)}
            group = parent / f"kneeload-starved-{os.getpid()}"
            group.mkdir()
            stack.callback(group.rmdir)
            for name, limit in limits.items():
                (group / name).write_text(limit)
            (group / "cgroup.procs").write_text(str(os.getpid()))
        except OSError as error:
            cannot(f"no control group can be made here: {error}")
        stack.callback((home or parent).joinpath("cgroup.procs").write_text, str(os.getpid()))
        yield
        counted = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
        assert int(counted["nr_throttled"]) > 0, "it was given all that it wanted"


def _own_group(controller: str) -> Path | None:
    """Where this process is among the groups of a controller; "": of version 2. None: not in this version."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return Path("/sys/fs/cgroup") / controller / path.lstrip("/")
    return None


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    with ExitStack() as stack:
        processes = []
        for _ in range(count):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            stack.callback(process.kill)
            processes.append(process)
        yield
        assert all(process.poll() is None for process in processes)
