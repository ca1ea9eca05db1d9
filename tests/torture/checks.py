"""What must hold of a data folder after whatever happened."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from ingest import recording
from ingest.packet import Packet
from kneeload.journal import Journal, Run
from kneeload.place import packets_of
from kneeload.replay import replay

__all__ = ["Disk", "doubled", "look", "replayed"]

# Nobody sets the same foot down twice within this time.
SOONEST_US = 150_000


@dataclass(frozen=True, slots=True)
class Disk:
    """What a data folder holds of its newest run; run None when there is none."""

    run: Run | None
    packets: tuple[Packet, ...]
    strides: tuple[Stride, ...]

    @property
    def numbers(self) -> Counter[tuple[Mount, int]]:
        return Counter((stride.mount, stride.stride) for stride in self.strides)


def look(data: Path) -> Disk:
    """Open everything; AssertionError when anything is damaged."""
    with Journal.open(data) as journal:
        runs = journal.runs()
        run = runs[-1] if runs else None
        strides = journal.strides(run.run) if run else []
    connection = sqlite3.connect(data / "journal.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()
    packets: list[Packet] = []
    if run is not None and packets_of(data, run.run).exists():
        packets = list(recording.read(packets_of(data, run.run)))
    return Disk(run, tuple(packets), tuple(strides))


def doubled(strides: Collection[Stride]) -> int:
    """Contacts of one foot too near to each other to be two, and numbers that occur twice."""
    count = sum(n - 1 for n in Counter((s.mount, s.stride) for s in strides).values())
    for mount in {stride.mount for stride in strides}:
        times = sorted(s.initial_contact_us for s in strides if s.mount is mount)
        count += sum(b - a < SOONEST_US for a, b in pairwise(times))
    return count


def replayed(data: Path, disk: Disk) -> tuple[list[Stride], int]:
    """The strides and the number of alerts raised that a run's packets give when computed again."""
    assert disk.run is not None
    end_ns = None if disk.run.ended_ns is None else disk.run.ended_ns - disk.run.started_ns
    strides: list[Stride] = []
    raised = 0
    for _, results in replay(packets_of(data, disk.run.run), end_ns):
        strides += [result for result in results if isinstance(result, Stride)]
        raised += sum(isinstance(result, Alert) and result.state == "raised" for result in results)
    return strides, raised


def order(strides: Sequence[Stride]) -> list[Stride]:
    """By sensor and number."""
    return sorted(strides, key=lambda stride: (stride.mount.value, stride.stride))
