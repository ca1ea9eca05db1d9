"""Runs on a disk that takes nothing: an archive, a snapshot, a share to look at."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kneeload.errors import JournalError
from kneeload.journal import Journal
from tests.kneeload.ended import Run, assert_one_line
from tests.kneeload.examples import STARTED_NS, a_run
from tests.kneeload.following import RUN, journal_at
from tests.torture.limits import mounted

OPTIONS = ("-t", "tmpfs", "-o", "size=8m", "tmpfs")


def archived(place: Path, folder: Path) -> None:
    """Copies a data folder as it is now to a disk, which takes nothing from now on."""
    shutil.copytree(folder, place / "data")
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", *OPTIONS) as disk:
        yield disk


def test_runs_of_an_archive_can_be_looked_at(place: Path, tmp_path: Path, run: Run) -> None:
    with journal_at(tmp_path / "data") as journal:
        journal.append(RUN, a_run(30))
        journal.end_run(RUN, STARTED_NS + 30_000_000_000)
    archived(place, tmp_path / "data")
    for command in (["runs"], ["review", "last"], ["export", "last"]):
        done = run([*command, "--data-dir", place / "data"])
        assert (done.returncode, done.stderr) == (0, ""), command
    done = run(["runs", "--prune", "--keep-days", "0", "--yes", "--data-dir", place / "data"])
    assert done.returncode == 2
    assert_one_line(done.stderr, "Read-only file system")
    with Journal.open(place / "data") as journal:
        assert not journal.writable
        assert len(journal.strides(RUN)) > 0


def test_a_run_that_was_cut_off_is_not_called_running_there(place: Path, tmp_path: Path) -> None:
    with journal_at(tmp_path / "data") as journal:
        journal.append(RUN, a_run(5))
    archived(place, tmp_path / "data")
    with Journal.open(place / "data") as journal:
        (entry,) = journal.runs()
        assert entry.state == "interrupted"


@pytest.mark.parametrize("indexed", [True, False])
def test_what_is_in_the_log_alone_is_not_passed_over(place: Path, tmp_path: Path, indexed: bool) -> None:
    """A copy of a folder in which a run was being written: SQLite needs its log's index to read it."""
    with closing(journal_at(tmp_path / "data")) as journal:
        journal.append(RUN, a_run(5))
        shutil.copytree(tmp_path / "data", tmp_path / "copy")
        if not indexed:
            (tmp_path / "copy" / "journal.db-shm").unlink()
        archived(place, tmp_path / "copy")
        newest = journal.deliveries.last_seq()
    if indexed:
        with Journal.open(place / "data") as copy:
            assert copy.deliveries.last_seq() == newest > 0
    else:
        with pytest.raises(JournalError, match=r"needs journal\.db-wal worked in; copy the folder"):
            Journal.open(place / "data")


def test_a_run_that_somebody_else_writes_is_seen_where_one_may_only_look(tmp_path: Path) -> None:
    """A folder that is mounted read-only into a container, beside the program that writes it."""
    (tmp_path / "data").mkdir()
    with (
        journal_at(tmp_path / "data") as journal,
        mounted(tmp_path / "look", "--bind", str(tmp_path / "data")) as look,
    ):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(look)], check=True)
        journal.append(RUN, a_run(5))
        with Journal.open(look) as seen:
            (entry,) = seen.runs()
            assert entry.state == "running"
            assert seen.deliveries.last_seq() == journal.deliveries.last_seq() > 0
