"""What is printed where nobody reads: it costs no result, and ends nothing as a failure."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from kneeload.journal import Journal
from tests.kneeload.program import PROGRAM, environment
from tests.kneeload.test_cli_recordings import FILES, GOOD

__all__: list[str] = []

Ended = subprocess.CompletedProcess[bytes]


@pytest.fixture
def nobody() -> Iterator[IO[bytes]]:
    """The end to write into of a pipe that has no other."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as file:
        yield file


def ended(
    arguments: Sequence[str], home: Path, *, out: IO[bytes] | int, err: IO[bytes] | int = subprocess.PIPE
) -> Ended:
    command = [str(PROGRAM), *arguments]
    return subprocess.run(
        command, cwd=home, env=environment(home), stdout=out, stderr=err, timeout=60, check=False
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two good recordings with a bad one between them, and a journal of one run."""
    for name, text in (("a.csv", GOOD), ("b.csv", FILES["text.csv"]), ("c.csv", GOOD), ("d.csv", GOOD)):
        (tmp_path / name).write_text(str(text))
    with Journal.open(tmp_path / "d") as journal:
        journal.start_run("20260301T070000Z", "Ada", started_ns=1, config={})
        journal.end_run("20260301T070000Z", 2)
    return tmp_path


REPORTS = ["runs --data-dir d", "runs --data-dir d --json", "--version", "runs --help", ""]


@pytest.mark.parametrize("arguments", REPORTS)
def test_a_report_that_nobody_reads_is_no_failure(arguments: str, home: Path, nobody: IO[bytes]) -> None:
    done = ended(arguments.split(), home, out=nobody)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("arguments", REPORTS)
def test_without_a_standard_output_it_is_silent(arguments: str, home: Path) -> None:
    command = ["sh", "-c", 'exec "$0" "$@" >&-', str(PROGRAM), *arguments.split()]
    done = subprocess.run(
        command, cwd=home, env=environment(home), stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_a_standard_error_the_code_tells(home: Path) -> None:
    command = ["sh", "-c", 'exec "$0" "$@" 2>&-', str(PROGRAM), "analyze", "missing.csv"]
    done = subprocess.run(
        command, cwd=home, env=environment(home), stdout=subprocess.PIPE, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_results_are_written_whoever_reads_what_is_said_of_them(
    json: list[str], home: Path, nobody: IO[bytes]
) -> None:
    arguments = ["analyze", "a.csv", "c.csv", "d.csv", "--mount", "left-shin", "--output", "res", *json]
    done = ended(arguments, home, out=nobody)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(path.name for path in (home / "res").iterdir()) == ["a", "c", "d"]


def test_what_is_refused_unheard_keeps_nothing_from_being_written(home: Path, nobody: IO[bytes]) -> None:
    arguments = ["analyze", "a.csv", "b.csv", "c.csv", "--mount", "left-shin", "--output", "res"]
    done = ended(arguments, home, out=nobody, err=nobody)
    assert done.returncode == 2
    assert sorted(path.name for path in (home / "res").iterdir()) == ["a", "c"]


def test_a_run_is_recorded_to_its_end_whoever_looks_on(home: Path, nobody: IO[bytes]) -> None:
    arguments = ["demo", "--duration", "12", "--speedup", "8", "--data-dir", "demo"]
    done = ended(arguments, home, out=nobody, err=nobody)
    assert done.returncode == 0
    with Journal.open(home / "demo") as journal:
        (run,) = journal.runs()
        assert run.state == "ended"
        assert journal.last_us(run.run, "summary") == pytest.approx(12e6, abs=2e6)


def test_a_demo_that_has_no_end_ends_when_nobody_looks_on(home: Path) -> None:
    """As with `kneeload demo | head -1`: whoever waits for it would wait for ever."""
    arguments = ["demo", "--speedup", "8", "--data-dir", "demo"]
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as out:
        demo = subprocess.Popen(
            [str(PROGRAM), *arguments], cwd=home, env=environment(home), stdout=out, stderr=subprocess.PIPE
        )
    with demo, os.fdopen(reader, "rb") as seen:
        try:
            assert b"MQTT" in seen.readline()
            seen.close()
            assert demo.communicate(timeout=60)[1] == b""
        finally:
            demo.kill()
    assert demo.returncode == 0
    with Journal.open(home / "demo") as journal:
        assert [run.state for run in journal.runs()] == ["ended"]


def test_a_full_disk_is_told_of_all_the_same(home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = ended(["runs", "--data-dir", "d", "--json"], home, out=full)
    assert done.returncode == 1
    assert b"No space left" in done.stderr


def test_a_pipe_that_is_full_and_must_not_block_ends_no_run(home: Path) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    with os.fdopen(reader, "rb"), os.fdopen(writer, "wb") as full:
        arguments = ["demo", "--duration", "300", "--speedup", "60", "--data-dir", "demo"]
        done = ended(arguments, home, out=full)
    assert (done.returncode, done.stderr) == (0, b"")
    with Journal.open(home / "demo") as journal:
        (run,) = journal.runs()
        assert run.state == "ended"


def test_without_a_buffer_every_word_is_out_at_once() -> None:
    program = (
        "import os\nfrom kneeload.unread import outlive_readers\noutlive_readers()\nprint('out')\nos._exit(0)"
    )
    done = subprocess.run([sys.executable, "-u", "-c", program], capture_output=True, timeout=60, check=True)
    assert done.stdout == b"out\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_letter_that_a_terminal_lacks_ends_no_run(encoding: str, tmp_path: Path) -> None:
    """The first summary of a run has a dash for each number that is not known yet."""
    done = subprocess.run(
        [str(PROGRAM), "demo", "--duration", "12", "--speedup", "10", "--data-dir", "d"],
        cwd=tmp_path,
        env=environment(tmp_path) | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"steps/min, contact left" in done.stdout
    with Journal.open(tmp_path / "d") as journal:
        assert [run.state for run in journal.runs()] == ["ended"]
