"""Runs that were cut off: going on with one, and bringing the last results of an older one to light."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import typer

from dsp.mount import Mount
from ingest import recording
from ingest.errors import RecordingError
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES
from kneeload.clock import RunClock, uptime_ns
from kneeload.errors import KeptSettingsError
from kneeload.held import Held
from kneeload.journal import Journal, Run
from kneeload.place import packets_of
from kneeload.results import Result

__all__ = ["ADOPTED", "RESUME_S", "Cut", "find_cut", "marks", "recover", "recover_old"]

# A run that was cut off so long ago is not gone on with unless somebody says so.
RESUME_S: Final = 300.0
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
BATCH: Final = 200
# In the settings of a run that came back from its packets alone: it may have been delivered long ago.
ADOPTED: Final = "adopted"


@dataclass(frozen=True, slots=True)
class Cut:
    """A run that was cut off and can go on.

    packets: how many whole ones there are; last_ns: run time of the last. families: of its sensors;
    connected: those whose link was up then. silent_s: from the last packet to found_ns (uptime), None when
    the clocks cannot tell.
    """

    entry: Run
    path: Path
    packets: int
    last_ns: int
    families: Mapping[Mount, str]
    connected: frozenset[Mount]
    silent_s: float | None
    found_ns: int

    @property
    def run(self) -> str:
        return self.entry.run

    @property
    def recent(self) -> bool:
        """Somebody who starts again now most likely means this run."""
        if self.entry.config.get(ADOPTED):
            return False  # its file is as young as its copy
        return self.silent_s is not None and self.silent_s <= RESUME_S

    def begin_ns(self, speedup: float = 1.0) -> int:
        """Run time now; never before the last packet."""
        silent_ns = round((self.silent_s or 0.0) * 1e9) + uptime_ns() - self.found_ns
        return self.last_ns + round(silent_ns * speedup)

    def earlier(self) -> Iterator[Packet]:
        """The packets up to the cut, as long as nothing but a Recorder has written on."""
        return islice(recording.read(self.path), self.packets)

    def links_lost(self, now_ns: int) -> list[Packet]:
        """What the recording lacks: the links ended with the process."""
        return [
            Packet(mount, self.families[mount], Kind.LINK, now_ns, b"lost")
            for mount in sorted(self.connected)
        ]


def marks(clock: RunClock) -> dict[str, str]:
    """What to keep with a recording, to know in another process how late it is in the run."""
    zero_ns = uptime_ns() - round(clock.now_ns() / clock.speedup)
    return {"boot": _boot(), "zero_uptime_ns": str(zero_ns), "speedup": repr(clock.speedup)}


def find_cut(journal: Journal, folder: Path, run: Run | None = None) -> Cut | None:
    """The newest run (or this one) if it was cut off, with samples recorded, and was not closed since."""
    try:
        return _find_cut(journal, folder, run)
    except (RecordingError, OSError):
        return None


def _find_cut(journal: Journal, folder: Path, run: Run | None) -> Cut | None:
    runs = journal.runs()
    entry = run or (runs[-1] if runs else None)
    if entry is None or entry.state != "interrupted" or entry.ended_ns is not None:
        return None
    path = packets_of(folder, entry.run)
    families: dict[Mount, str] = {}
    connected: set[Mount] = set()
    count = samples = last_ns = 0
    about = recording.metadata(path)
    for packet in recording.read(path):
        count, last_ns = count + 1, max(last_ns, packet.arrival_ns)
        families.setdefault(packet.mount, packet.family)
        samples += packet.kind is Kind.DATA
        if packet.kind is Kind.LINK:
            (connected.add if packet.data == b"connected" else connected.discard)(packet.mount)
    written_ns = path.stat().st_mtime_ns
    if not samples:
        return None
    return Cut(
        entry,
        path,
        packets=count,
        last_ns=last_ns,
        families=families,
        connected=frozenset(connected),
        silent_s=_silent_s(about, last_ns, written_ns),
        found_ns=uptime_ns(),
    )


def recover(journal: Journal, cut: Cut) -> int:
    """Journal what a cut-off run's packets hold and its process did not live to journal; how many results.

    The run is then complete up to where it was cut off, and cannot go on any more. Raises KeptSettingsError.
    """
    journal.claim()
    monitor = Held.of(cut.entry).monitor(cut.families)
    news = not cut.entry.config.get(ADOPTED)
    results: list[Result] = []
    new = 0
    for packet in cut.earlier():
        results += monitor.receive(packet)
        if len(results) >= BATCH:
            new += journal.append(cut.run, results, news=news)
            results.clear()
    # Time had gone on without packets as far as the journal tells.
    told_ns = (journal.last_us(cut.run, "summary") or 0) * 1000
    end_ns = max(cut.last_ns, told_ns)
    new += journal.append(cut.run, results + monitor.finish(end_ns), news=news)
    journal.end_run(cut.run, cut.entry.started_ns + monitor.now_us * 1000, "interrupted")
    return new


def recover_old(journal: Journal, folder: Path, *, but: str | None = None) -> dict[str, int]:
    """Recover every cut-off run that nobody is likely to go on with; new results by run.

    but: leave this run alone. One whose settings cannot be used, or whose packets the disk does not give now,
    stays as it is, and is told of on stderr.
    """
    runs = journal.runs()
    recovered: dict[str, int] = {}
    for entry in runs:
        if entry.run == but or entry.state != "interrupted" or entry.ended_ns is not None:
            continue
        try:
            cut = _find_cut(journal, folder, entry)
        except (RecordingError, OSError) as error:
            if _may_come_back(error, packets_of(folder, entry.run)):
                _tell_of(error)
                continue
            cut = None
        if cut is None:
            if entry is not runs[-1]:
                journal.claim()
                journal.end_run(entry.run, entry.started_ns, "interrupted")
        elif not set(cut.families.values()) <= FAMILIES.keys():
            continue  # the version that recorded it can
        elif entry is not runs[-1] or not cut.recent:
            try:
                recovered[entry.run] = recover(journal, cut)
            except KeptSettingsError as error:
                _tell_of(error)
    return recovered


def _tell_of(error: Exception) -> None:
    """Of a run that must not stand in the way of all others."""
    typer.echo(f"kneeload: {error}; its last results are left where they are", err=True)


def _may_come_back(error: Exception, path: Path) -> bool:
    """Whether packets are out of reach (no rights, a bad cable, an archive that is away) and not gone.

    Gone is what is not in a folder that can be looked into, be it the file or its folder.
    """
    reason = error.__cause__ if isinstance(error, RecordingError) else error
    if not isinstance(reason, OSError):
        return False
    for place in (path, path.parent):
        try:
            place.lstat()
        except FileNotFoundError:
            continue
        except OSError:
            return True
        return place == path or place.is_symlink()
    return False


def _silent_s(about: Mapping[str, str], last_ns: int, written_ns: int) -> float | None:
    """Seconds since the last packet, by the clock that kept running, else by the wall's.

    The wall clock is asked through the file's own time, so that a step in mid-run does not matter; one that
    was set back since cannot tell.
    """
    boot = about.get("boot", "")
    if boot and boot == _boot():
        try:
            last_uptime_ns = int(about["zero_uptime_ns"]) + last_ns / float(about["speedup"])
        except (KeyError, ValueError, ZeroDivisionError):
            pass
        else:
            return max(0.0, (uptime_ns() - last_uptime_ns) / 1e9)
    silent_s = (time.time_ns() - written_ns) / 1e9
    return silent_s if silent_s >= 0 else None


def _boot() -> str:
    """Tells one start of the machine from another; empty where nothing does."""
    try:
        return BOOT_ID.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
