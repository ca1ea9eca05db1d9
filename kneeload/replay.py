"""A run again, computed from its packets: live to look at, or as fast as it goes to compare."""

import time
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from ingest import recording
from ingest.damage import Damage
from ingest.packet import Packet
from ingest.text import one_line
from kneeload.failures import UsageError
from kneeload.held import Held
from kneeload.journal import Journal, Run
from kneeload.listing import resolve_run
from kneeload.monitor import Monitor
from kneeload.place import packets_of
from kneeload.results import Result, SensorHealth
from kneeload.shown import cell
from kneeload.spoken import counted
from kneeload.usable import check_usable, doubts_of_packets
from kneeload.view import make_view
from kneeload.worn import families_of

__all__ = ["replay", "run_replay"]


def replay(
    path: Path, end_ns: int | None = None, *, held: Held | None = None, damage: Damage | None = None
) -> Iterator[tuple[int, list[Result]]]:
    """(arrival ns, results) of each packet of a recording, then those of its end.

    end_ns: when the run was over; None = with its last packet. held: what held for the run.
    damage: is told what of the recording could not be read.
    """
    sensors: dict[Mount, str] = {}
    for packet in recording.read(path):
        sensors.setdefault(packet.mount, packet.family)
    monitor = Monitor(dict(sensors)) if held is None else held.monitor(sensors)
    last: Packet | None = None
    for packet in recording.read(path, damage):
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
    health: list[SensorHealth] = []
    damage = Damage()
    raised = 0
    began = time.monotonic()
    with make_view(console if in_real_time else None, f"replay of {name}", mounts) as view:
        for now_ns, results in replay(path, end_ns, held=held, damage=damage):
            if in_real_time:
                time.sleep(max(0.0, began + now_ns / 1e9 - time.monotonic()))
            strides += [result for result in results if isinstance(result, Stride)]
            health += [result for result in results if isinstance(result, SensorHealth)]
            raised += sum(isinstance(result, Alert) and result.state == "raised" for result in results)
            view.see(results)
    check_usable(path, damage, health)
    doubts = "; also ".join(doubts_of_packets(damage, health))
    doubt = f"{path}: {doubts}" if doubts else ""
    if doubt:
        typer.echo(one_line(doubt), err=True)
    # Packets and results of a run that goes on were looked at at two moments.
    going = entry.state == "running"
    same = None if going else sorted(strides, key=_order) == sorted(journalled, key=_order)
    if console is not None:
        verdict = _verdict(entry, same, len(journalled), damaged=damage.pieces > 0)
        told = f"{name}: {counted(len(strides), 'foot contact')}, {counted(raised, 'alert')}{verdict}"
        console.print(cell(told), soft_wrap=True)
    return {
        "run": name,
        "state": entry.state,
        "strides": len(strides),
        "alerts": raised,
        "journal": {"strides": len(journalled), "same": same},
        "doubt": doubt,
    }


def _verdict(entry: Run, same: bool | None, journalled: int, *, damaged: bool) -> str:
    """How the journal compares, or why it need not be the same yet."""
    if same is None:
        return " so far; the run goes on"
    if same:
        return "; the same as in the journal"
    if damaged:
        return f"; the journal has {journalled}: some of the packets that they come from are damaged"
    if entry.ended_ns is None:
        return f"; the journal has {journalled}: the run was cut off, see kneeload runs --recover"
    return f"; the journal has {journalled} and differs"


def _order(stride: Stride) -> tuple[str, int]:
    return stride.mount.value, stride.stride
