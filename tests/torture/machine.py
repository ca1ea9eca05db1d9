"""What the machine under a run can do to it: disks full or read-only, clocks, sleep, no memory, no time."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.packet import Packet
from tests.services import find_binary
from tests.torture.checks import doubled, look, order, replayed
from tests.torture.crash import check_cut
from tests.torture.limits import busy, fill, limited, mounted
from tests.torture.process import CGROUP, Child
from tests.torture.row import Row
from tests.torture.runner import load_packets, save_packets

__all__ = ["CLOCKS", "bad_machine", "clocks", "full_disk", "little_memory", "loaded", "read_only", "stopped"]

SPEEDUP = 4.0
SECONDS = 48.0
# Of the wall's time: a busy machine ends a run late, a clock that was followed would move it by an hour.
LATE_S = 2.0
SLEEP_S = 5.0
REAL_S = 1_790_000_000.0


def outlived(child: Child, data: Path, packets: Sequence[Packet]) -> tuple[int, int, int]:
    """(packets missing, strides journalled, strides doubled) of a run that ended by itself and is whole."""
    assert child.finish() == 0, child.errors[-3000:]
    disk = look(data)
    assert disk.run is not None
    assert disk.run.state == "ended"
    taken = [packets[int(words[0])] for words in child.said("P")]
    check_cut(disk, taken)
    strides, _ = replayed(data, disk)
    assert order(strides) == order(disk.strides)
    return len(taken) - len(disk.packets), len(disk.strides), doubled(disk.strides)


def full_disk(folder: Path, file: Path, packets: Sequence[Packet], *, speedup: float = SPEEDUP) -> Row:
    """The disk fills up in mid-run, and has room again later."""
    with mounted(folder / "small", "-t", "tmpfs", "-o", "size=4m", "tmpfs") as disk:
        data, filler = disk / "data", disk / "filler"
        with Child(_arguments(data, file, speedup=speedup)) as child:
            child.wait_for("S")
            fill(filler)
            child.wait_for("N")
            full_s = time.monotonic()
            seen = len(child.said("P"))
            child.wait_for("P", times=seen + 100)  # it goes on
            filler.unlink()
            room_s = time.monotonic()
            outcome = outlived(child, data, packets)
        said = [" ".join(words) for words in child.said("N")]
        again_s = next(s.at_s for s in child.statements if "nothing is missing" in " ".join(s.words))
        return _row(
            "disk full in mid-run, then room again",
            outcome,
            f"{again_s - room_s:.1f} s",
            f"full for {room_s - full_s:.1f} s; said: {said[0].rpartition(':')[2].strip()!r}, {said[-1]!r}",
        )


def read_only(folder: Path, file: Path, packets: Sequence[Packet], *, speedup: float = SPEEDUP) -> Row:
    """The file system gives up in mid-run: packets and results stay in memory, and the end says so."""
    image = folder / "image"
    image.write_bytes(bytes(16_000_000))
    subprocess.run([find_binary("mke2fs"), "-q", "-t", "ext4", "-F", str(image)], check=True)
    with mounted(folder / "ext4", "-o", "loop", str(image)) as disk:
        data = disk / "data"
        with Child(_arguments(data, file, speedup=speedup)) as child:
            child.wait_for("S")
            before = len(child.said("S"))
            subprocess.run(["mount", "-o", "remount,abort", str(disk)], check=False, capture_output=True)
            child.wait_for("N")
            child.wait_for("P", times=len(child.said("P")) + 100)  # it goes on
            assert child.finish() != 0
        # The last: what was cut off in the middle may have failed otherwise.
        said = " ".join(child.said("N")[-1])
        last = child.errors.strip().splitlines()[-1]
        due = sum(packet.arrival_ns <= SECONDS * 1e9 for packet in packets)
        assert len(child.said("P")) >= due, "it did not go on to its end"
        strides = set(child.said("S")[:before])
        copy = folder / "copy"
        shutil.copytree(data, copy)
    disk_now = look(copy)
    kept = {(str(s.mount), str(s.stride)) for s in disk_now.strides}
    return Row(
        "the run goes on and says what is wrong; of what was kept before nothing is lost or doubled",
        "file system read-only in mid-run, for good",
        1,
        f"{len(strides - kept)} of {len(strides)} strides journalled before",
        f"{doubled(disk_now.strides)} strides",
        "goes on in memory to its end",
        f"said: {said.rpartition(':')[2].strip()!r}; at its end: {last.rpartition(':')[2].strip()!r}",
    )


PROMISE = "the run goes on and says what is wrong; nothing is lost or doubled"


def _arguments(data: Path, file: Path, *more: str, speedup: float = SPEEDUP) -> list[str | Path]:
    return [data, file, "--speedup", str(speedup), "--more", str(SECONDS), *more]


def _row(attack: str, outcome: tuple[int, int, int], recovered: str, beside: str = "") -> Row:
    missing, strides, twice = outcome
    return Row(
        PROMISE,
        attack,
        1,
        f"{missing} packets; all {strides} strides are those of the packets",
        f"{twice} strides",
        recovered,
        beside,
    )


def _latency(child: Child) -> str:
    ((p95, largest, grown),) = child.said("L")
    return f"arrival to journal p95 {float(p95):.1f} ms, at most {float(largest):.0f} ms; grew by {grown} kB"


CLOCKS = (
    ("wall clock set 1 h forward in mid-run", REAL_S, 3600.0),
    ("wall clock set 1 h back in mid-run", REAL_S, -3600.0),
    ("started in 1970", 20.0, 0.0),
    ("started in 1970, clock set in mid-run", 20.0, REAL_S),
)


def clocks(
    folder: Path,
    file: Path,
    packets: Sequence[Packet],
    wrong: Sequence[tuple[str, float, float]] = CLOCKS,
    *,
    speedup: float = SPEEDUP,
) -> list[Row]:
    """The wall clock is wrong, or is set in mid-run: (name, what it says at the start, by what it is set)."""
    rows = []
    for name, wall_s, step_s in wrong:
        data = folder / name.replace(" ", "-")
        wall = ("--wall", str(wall_s), "--step", str(step_s))
        with Child(_arguments(data, file, *wall, speedup=speedup)) as child:
            outcome = outlived(child, data, packets)
        run = look(data).run
        assert run is not None
        assert run.ended_ns is not None
        length_s = (run.ended_ns - run.started_ns) / 1e9
        assert abs(length_s - SECONDS) < LATE_S * speedup, length_s
        rows.append(_row(name, outcome, "–", f"the run is {run.run}, {length_s:.1f} s long by its own clock"))
    return rows


def stopped(
    folder: Path, file: Path, packets: Sequence[Packet], *, speedup: float = SPEEDUP, for_s: float = SLEEP_S
) -> Row:
    """The process stands still in mid-run, as Ctrl-Z and `fg` would have it."""
    data = folder / "stopped"
    with Child(_arguments(data, file, speedup=speedup)) as child:
        child.wait_for("S")
        os.kill(child.pid, signal.SIGSTOP)
        time.sleep(for_s)  # the length of the sleep
        os.kill(child.pid, signal.SIGCONT)
        outcome = outlived(child, data, packets)
    return _row(f"process stopped for {for_s:g} s and continued", outcome, "–")


def little_memory(folder: Path, file: Path, packets: Sequence[Packet], *, speedup: float = SPEEDUP) -> Row:
    """The whole process, from its interpreter on, has a quarter of a gigabyte."""
    data = folder / "memory"
    with limited("memory") as limit:
        with Child(_arguments(data, file, speedup=speedup), {CGROUP: str(limit.group)}) as child:
            outcome = outlived(child, data, packets)
        peak = limit.peak_bytes // 2**20
    return _row("memory limit of 256 MiB", outcome, "–", f"peak {peak} MiB; {_latency(child)}")


def loaded(folder: Path, file: Path, packets: Sequence[Packet], *, speedup: float = SPEEDUP) -> Row:
    """Twice as many processes compute as there are cores."""
    data, cores = folder / "busy", os.cpu_count() or 1
    with busy(2 * cores), Child(_arguments(data, file, speedup=speedup)) as child:
        outcome = outlived(child, data, packets)
    attack = f"{2 * cores} processes computing beside it on {cores} cores"
    return _row(attack, outcome, "–", _latency(child))


def bad_machine(folder: Path, times: int) -> list[Row]:  # noqa: ARG001
    """The table's rows."""
    file = save_packets(folder / "packets.pickle", SECONDS + 5.0)
    packets = load_packets(file)
    rows = []
    for attack in (full_disk, read_only, clocks, stopped, little_memory, loaded):
        try:
            seen = attack(folder, file, packets)
        except pytest.skip.Exception as skipped:
            print(f"{attack.__name__}: {skipped}")
        else:
            rows += seen if isinstance(seen, list) else [seen]
    return rows
