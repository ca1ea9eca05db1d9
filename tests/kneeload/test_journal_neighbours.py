"""While a run is written, other processes look into the journal and leave: nothing may be lost by it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kneeload.errors import JournalError
from kneeload.journal import Journal
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, journal_at
from tests.kneeload.program import kneeload, kneeload_json
from tests.room import so_many_files

OPEN = Path("/proc/self/fd")

WRITER = """
import sys
from pathlib import Path
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, journal_at
results = a_run(30)
with journal_at(Path(sys.argv[1])) as journal:
    for part in (results[:20], results[20:40]):
        journal.append(RUN, part)
        print("written", flush=True)
        sys.stdin.readline()
"""


def read_link(path: Path) -> str:
    """Where it leads; the folder's own listing is closed by the time it is asked."""
    return os.readlink(path) if path.is_symlink() else ""


def test_what_is_written_after_a_visit_is_seen_by_the_next(tmp_path: Path) -> None:
    results = a_run(30)
    with journal_at(tmp_path) as journal:
        for end in (20, 40, 60):
            journal.append(RUN, results[end - 20 : end])
            runs = kneeload_json(["runs", "--data-dir", tmp_path], home=tmp_path)["runs"]
            strides = sum(row.stream == "stride" for row in journal.deliveries.after(0, 1000))
            assert runs[0]["strides"] == strides > 0
            assert (tmp_path / "journal.db-wal").exists(), "the visitor took our log with it"


@pytest.mark.skipif(not OPEN.is_dir(), reason="needs /proc to see what is open")
@pytest.mark.parametrize("more", range(1, 5))
def test_a_journal_that_cannot_be_opened_whole_is_not_left_half_open(tmp_path: Path, more: int) -> None:
    journal_at(tmp_path).close()
    with so_many_files(more), pytest.raises(JournalError) as caught:
        Journal.open(tmp_path)
    assert str(tmp_path) in str(caught.value)
    still = [link for number in OPEN.iterdir() if tmp_path.name in (link := read_link(number))]
    assert still == []


def test_what_is_written_after_a_visit_survives_a_kill(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"written\n"
        kneeload(["runs", "--data-dir", tmp_path], home=tmp_path)
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"written\n"
        process.kill()
    with Journal.open(tmp_path) as journal:
        assert journal.size(RUN) == 40
