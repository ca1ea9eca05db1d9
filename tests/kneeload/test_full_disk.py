"""A disk that is full before anything begins: what is on it can be looked at, and given up."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from kneeload.errors import JournalFullError
from kneeload.journal import Journal
from kneeload.listing import resolve_run
from kneeload.lock import FolderLock
from kneeload.place import packets_of
from kneeload.retention import DAY_NS
from tests.kneeload.ended import Run, assert_one_line
from tests.kneeload.examples import STARTED_NS, a_run
from tests.kneeload.test_resume import LEFT, RUN, cut_off, run_after
from tests.kneeload.test_retention import OLD, YOUNG, keep
from tests.kneeload.virtual_packets import running
from tests.torture.limits import fill, mounted

__all__: list[str] = []


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A data folder with an old run and one of later, on a disk that takes nothing more."""
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=2m,nr_inodes=100", "tmpfs") as disk:
        folder = disk / "data"
        with Journal.open(folder) as journal:
            keep(journal, folder, OLD, started_ns=STARTED_NS)
            keep(journal, folder, YOUNG, started_ns=time.time_ns() - 3 * DAY_NS)
        packets_of(folder, OLD).write_bytes(bytes(400_000))
        fill(disk / "filler")
        yield folder


def test_its_runs_can_be_looked_at(full: Path, tmp_path: Path, run: Run) -> None:
    for command in (["runs"], ["review", "last", "--output", tmp_path / "a.html"], ["export", "last"]):
        done = run([*command, "--data-dir", full])
        assert (done.returncode, done.stderr) == (0, ""), command


def test_the_doctor_says_so_before_who_may_look_into_it(full: Path, run: Run) -> None:
    full.chmod(0o755)
    done = run(["doctor", "--data-dir", full])
    assert "0 MB free in" in done.stdout
    assert "free some space" in done.stdout


def test_old_runs_can_be_given_up(full: Path, run: Run) -> None:
    """It is the remedy for a full disk, and failed for want of room."""
    done = run(["runs", "--prune", "--keep-days", "90", "--yes", "--data-dir", full])
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{OLD}  anna" in done.stdout
    assert not packets_of(full, OLD).exists()
    with Journal.open(full) as journal:
        assert journal.writable
        assert YOUNG in [entry.run for entry in journal.runs()]


def test_where_not_even_an_empty_file_can_be_made(full: Path, run: Run) -> None:
    """As on file systems that need room for a name: SQLite then says that it cannot open."""
    with suppress(OSError):
        for number in count():
            (full.parent / str(number)).touch()
    assert f"{OLD}  " in run(["runs", "--data-dir", full]).stdout
    done = run(["runs", "--prune", "--keep-days", "90", "--yes", "--data-dir", full])
    assert (done.returncode, done.stderr) == (0, "")
    assert not packets_of(full, OLD).exists()


def test_that_the_journal_cannot_be_made_smaller_does_not_hide_what_went(full: Path, run: Run) -> None:
    (full.parent / "filler").unlink()
    with Journal.open(full) as journal:
        journal.append(YOUNG, a_run(600))
    packets_of(full, OLD).write_bytes(bytes(150_000))
    fill(full.parent / "filler")
    done = run(["runs", "--prune", "--keep-days", "90", "--yes", "--data-dir", full])
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 run, 0.1 MB: removed" in done.stdout or "1 run, 0.2 MB: removed" in done.stdout
    with Journal.open(full) as journal:
        assert [entry.run for entry in journal.runs()] == [YOUNG]


def test_no_run_begins_there_and_none_is_left_half_begun(full: Path) -> None:
    before = sorted((full / "runs").iterdir())
    with Journal.open(full) as journal:
        assert not journal.writable
        with pytest.raises(JournalFullError, match="no room left on the disk; free some space"):
            journal.name_run(STARTED_NS)
        with pytest.raises(JournalFullError, match="no room left"):
            journal.deliveries.advance("mqtt", 1)
        assert journal.deliveries.cursors() == {}
    assert sorted((full / "runs").iterdir()) == before


def test_one_that_was_opened_without_room_is_written_once_there_is_some(full: Path) -> None:
    with Journal.open(full) as journal:
        (full.parent / "filler").unlink()
        journal.claim()
        assert journal.writable
        before = journal.deliveries.last_seq()
        new = journal.append(YOUNG, a_run(20)[-1:])
        assert journal.deliveries.last_seq() - before == new == 1


def test_what_another_writes_once_there_is_room_is_seen(full: Path) -> None:
    with Journal.open(full) as reader:
        before = len(reader.runs())
        (full.parent / "filler").unlink()
        with Journal.open(full) as writer:
            keep(writer, full, "20260302T070000Z", started_ns=time.time_ns())
        assert len(reader.runs()) == before + 1


def test_what_is_in_the_log_alone_is_not_passed_over(full: Path) -> None:
    """A process was killed there: its last results are in the log, which cannot be read without room."""
    (full / "journal.db-wal").touch()
    (full.parent / "filler").unlink()
    (full / "journal.db-wal").write_bytes(bytes(32))
    fill(full.parent / "filler")
    with pytest.raises(JournalFullError):
        Journal.open(full)


def test_a_run_that_was_killed_there_can_be_looked_at(tmp_path: Path) -> None:
    """Its side files are there, so the journal can be opened; what its packets hold more finds no room."""
    was = tmp_path / "was"
    cut_off(was, running(LEFT, 20.0))
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=2m,nr_inodes=100", "tmpfs") as disk:
        with Journal.open(was):  # the log and its index stay as long as it is open
            run_after(was)
            shutil.copytree(was, disk / "data")
        assert (disk / "data" / "journal.db-wal").stat().st_size > 0
        fill(disk / "filler")
        assert resolve_run(RUN, disk / "data") == RUN


def test_a_new_journal_is_not_called_damaged(full: Path) -> None:
    with pytest.raises(JournalFullError):
        Journal.open(full.parent / "another")


def test_a_lock_without_room_for_the_name_of_its_owner_is_a_lock(full: Path) -> None:
    path = full.parent / "lock"
    path.touch()
    with pytest.raises(OSError, match="No space"):
        path.write_text("x")
    lock, other = FolderLock(path), FolderLock(path)
    assert lock.take()
    assert lock.held
    assert not other.take()
    lock.release()
    assert other.take()
    other.release()


def test_a_demo_does_not_begin_there(full: Path, run: Run) -> None:
    done = run(["demo", "--duration", "1", "--data-dir", full])
    assert done.returncode == 1
    assert_one_line(done.stderr, "no room left on the disk")
