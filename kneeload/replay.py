"""A run again, computed from its packets: live to look at, or as fast as it goes to compare."""

import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from ingest import recording
from ingest.packet import Packet
from kneeload.failures import UsageError
from kneeload.held import Held
from kneeload.journal import Journal, Run
from kneeload.listing import resolve_run
from kneeload.monitor import Monitor
from kneeload.place import packets_of
from kneeload.results import Result
from kneeload.shown import cell
from kneeload.spoken import counted
from kneeload.view import make_view
from kneeload.worn import families_of

__all__ = ["replay", "run_replay"]


def replay(
    path: Path, end_ns: int | None = None, *, held: Held | None = None
) -> Iterator[tuple[int, list[Result]]]:
    """(arrival ns, results) of each packet of a recording, then those of its end.

    end_ns: when the run was over; None = with its last packet. held: what held for the run.
    """
    sensors: dict[Mount, str] = {}
    for packet in recording.read(path):
        sensors.setdefault(packet.mount, packet.family)
    monitor = Monitor(dict(sensors)) if held is None else held.monitor(sensors)
    last: Packet | None = None
    for packet in recording.read(path):
        last = packet
        yield packet.arrival_ns, monitor.receive(packet)
    if last is not None:
        end = last.arrival_ns if end_ns is None else max(end_ns, last.arrival_ns)
        yield end, monitor.finish(end)


def run_replay(
    run: str, *, data_dir: Path, in_real_time: bool, console: Console | None, runner: str | None = None
) -> dict[str, object]:
    """What the command does; the report says whether the journal holds the same strides, None while the run
    goes on. runner: whose run it must be.
    """
    name = resolve_run(run, data_dir, runner)
    path = packets_of(data_dir, name)
    if not path.exists():
        raise UsageError(f"{path} is not there: this run's packets were removed")
    with Journal.open(data_dir) as journal:
        entry = next(entry for entry in journal.runs() if entry.run == name)
        journalled = journal.strides(name)
    held = Held.of(entry) if entry.config else None
    mounts = tuple(families_of(path))
    end_ns = None if entry.ended_ns is None else entry.ended_ns - entry.started_ns
    strides: list[Stride] = []
    raised = 0
    began = time.monotonic()
    with make_view(console, f"replay of {name}", mounts, quiet=not in_real_time) as view:
        for now_ns, results in replay(path, end_ns, held=held):
            if in_real_time:
                time.sleep(max(0.0, began + now_ns / 1e9 - time.monotonic()))
            strides += [result for result in results if isinstance(result, Stride)]
            raised += sum(isinstance(result, Alert) and result.state == "raised" for result in results)
            view.see(results)
    # Packets and results of a run that goes on were looked at at two moments.
    going = entry.state == "running"
    same = None if going else sorted(strides, key=_order) == sorted(journalled, key=_order)
    if console is not None:
        verdict = _verdict(entry, same, len(journalled))
        told = f"{name}: {counted(len(strides), 'foot contact')}, {counted(raised, 'alert')}{verdict}"
        console.print(cell(told), soft_wrap=True)
    return {
        "run": name,
        "state": entry.state,
        "strides": len(strides),
        "alerts": raised,
        "journal": {"strides": len(journalled), "same": same},
    }


def _verdict(entry: Run, same: bool | None, journalled: int) -> str:
    """How the journal compares, or why it need not be the same yet."""
    if same is None:
        return " so far; the run goes on"
    if same:
        return "; the same as in the journal"
    if entry.ended_ns is None:
        return f"; the journal has {journalled}: the run was cut off, see kneeload runs --recover"
    return f"; the journal has {journalled} and differs"


def _order(stride: Stride) -> tuple[str, int]:
    return stride.mount.value, stride.stride
