"""A log whose disk is full, and a terminal that hangs up: a run goes on, or ends as it should."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import pytest

from kneeload.journal import Journal, Run

DEMO = ("demo", "--duration", "20", "--speedup", "8")
PATIENCE_S = 60.0


def begin(
    folder: Path,
    arguments: Sequence[str],
    *,
    stdout: int | IO[str] = subprocess.PIPE,
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """The program with its data in this folder. before: what its process does first."""
    return subprocess.Popen(
        [sys.executable, "-m", "kneeload", *arguments],
        env={**os.environ, "KNEELOAD_HOME": str(folder)},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    )


def only_run(folder: Path) -> tuple[Run, int]:
    """The run, and how many strides the journal has of it."""
    with Journal.open(folder) as journal:
        (run,) = journal.runs()
        return run, journal.count(run.run, "stride")


def test_a_run_goes_on_when_its_log_is_full_and_it_is_told(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full, begin(tmp_path, DEMO, stdout=full) as program:
        assert program.wait(PATIENCE_S) == 1
        assert program.stderr is not None
        (line,) = program.stderr.read().splitlines()
    assert line.startswith("kneeload: standard output: No space left on device; ")
    run, strides = only_run(tmp_path)
    assert run.ended_ns is not None
    assert strides > 30


@pytest.mark.parametrize(("handling", "goes_on"), [(signal.SIG_DFL, False), (signal.SIG_IGN, True)])
def test_a_terminal_that_hangs_up_ends_a_run_as_ctrl_c_does(
    tmp_path: Path, handling: signal.Handlers, goes_on: bool
) -> None:
    """But not one that was begun with nohup, which has the signal ignored."""

    def before() -> None:
        signal.signal(signal.SIGHUP, handling)

    # However slow the machine is, the signal comes before the end.
    lasts_s = 16.0 if goes_on else 3000.0
    arguments = ("demo", "--duration", str(lasts_s), "--speedup", "4")
    with begin(tmp_path, arguments, before=before) as program:
        assert program.stdout is not None
        while "connected" not in program.stdout.readline():
            assert program.poll() is None
        program.send_signal(signal.SIGHUP)
        program.stdout.read()
        assert program.wait(PATIENCE_S) == 0
    run, _ = only_run(tmp_path)
    assert run.ended_ns is not None
    assert (run.ended_ns - run.started_ns > 1e9 * lasts_s - 2e9) is goes_on
