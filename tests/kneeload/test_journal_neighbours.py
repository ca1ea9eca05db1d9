"""While a run is written, other processes look into the journal and leave: nothing may be lost by it."""

import subprocess
import sys
from pathlib import Path

from kneeload.journal import Journal
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, journal_at
from tests.kneeload.program import kneeload, kneeload_json

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


def test_what_is_written_after_a_visit_is_seen_by_the_next(tmp_path: Path) -> None:
    results = a_run(30)
    with journal_at(tmp_path) as journal:
        for end in (20, 40, 60):
            journal.append(RUN, results[end - 20 : end])
            runs = kneeload_json(["runs", "--data-dir", tmp_path], home=tmp_path)["runs"]
            strides = sum(row.stream == "stride" for row in journal.after(0, 1000))
            assert runs[0]["strides"] == strides > 0
            assert (tmp_path / "journal.db-wal").exists(), "the visitor took our log with it"


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
