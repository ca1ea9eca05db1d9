"""What runs take on disk, and how old ones are given up: shown first, then removed."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kneeload.errors import JournalFullError, JournalLockedError
from kneeload.journal import RUN_NAME, Journal, Run
from kneeload.place import PACKETS, run_folder
from kneeload.resume import find_cut

__all__ = ["Holding", "old_runs", "prune"]

DAY_NS: Final = 86_400_000_000_000
# A run that says it is from before this was begun by a machine whose clock was not set: 2020-01-01.
CLOCK_SET_NS: Final = 1_577_836_800_000_000_000


@dataclass(frozen=True, slots=True)
class Holding:
    """What a run takes. undelivered: by sink, results of it that the sink has not got yet."""

    run: str
    runner: str
    age_days: float
    packet_bytes: int
    results: int
    undelivered: dict[str, int]


def old_runs(
    journal: Journal, folder: Path, *, keep_days: float, runner: str | None = None, now_ns: int | None = None
) -> list[Holding]:
    """Runs that ended longer ago than keep_days, oldest first; never one that is running or may go on.

    runner: only this person's.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    found = []
    for run in journal.runs():
        age_days = (now_ns - _ended_ns(run, folder)) / DAY_NS
        if run.state == "running" or age_days <= keep_days or runner not in (None, run.runner):
            continue
        cut = find_cut(journal, folder, run)
        if cut is not None and cut.recent:
            continue
        found.append(
            Holding(
                run.run,
                run.runner,
                age_days,
                packet_bytes=sum(file.lstat().st_size for file in _files(folder, run.run)),
                results=journal.size(run.run),
                undelivered=journal.undelivered(run.run),
            )
        )
    return found


def prune(journal: Journal, folder: Path, runs: Sequence[str]) -> None:
    """Remove these runs' packets and rows. Cut short, it leaves runs without packets; do it again then.

    JournalLockedError, and everything is as it was, while another process records.
    """
    # Before anything goes: the rows could not, and would be left without their packets.
    # On a full disk the packets make the room in which the rows can go, so they all go first.
    with suppress(JournalFullError):
        journal.claim()
    for run in runs:
        for file in _files(folder, run):
            file.unlink()
        place = run_folder(folder, run)
        if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
            place.rmdir()
    for run in runs:
        journal.forget(run)
    # It needs as much room again as the journal has; without it later runs get the room of these.
    with suppress(JournalFullError, JournalLockedError):
        if runs:
            journal.compact()


def _files(folder: Path, run: str) -> list[Path]:
    """What kneeload itself has put into a run's folder; nothing for a name that is no run's."""
    place = run_folder(folder, run)
    if not RUN_NAME.fullmatch(run) or place.is_symlink() or not place.is_dir():
        return []
    return [file for file in sorted(place.glob(f"{PACKETS}*")) if file.is_file() or file.is_symlink()]


def _ended_ns(run: Run, folder: Path) -> int:
    """When it ended, by the files' times where the run began before anybody had set the clock."""
    ended_ns = run.ended_ns or run.started_ns
    if ended_ns < CLOCK_SET_NS:
        ended_ns = max((f.lstat().st_mtime_ns for f in _files(folder, run.run)), default=ended_ns)
    return ended_ns
