"""Paths that lead to nothing that can be read or written: one line, exit code 2, and the others go on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kneeload.ended import Ended, Run, assert_one_line

__all__: list[str] = []

GOOD = "t_s,ax_g,ay_g,az_g\n" + "".join(f"{i / 100:.2f},0.0,1.0,0.0\n" for i in range(300))
ENDLESS = "x" * 300
OVERRIDES = "-dac_override,-dac_read_search"  # by which root may read and write whatever the modes say


def run_in(folder: Path, *arguments: str) -> Ended:
    """The program as somebody to whom files can be forbidden, root too."""
    less = ("setpriv", f"--inh-caps={OVERRIDES}", f"--bounding-set={OVERRIDES}")
    done = subprocess.run(
        [*(less if os.geteuid() == 0 else ()), sys.executable, "-m", "kneeload", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_name_that_no_file_can_have_stops_no_other(tmp_path: Path, run: Run) -> None:
    (tmp_path / "good.csv").write_text(GOOD)
    (tmp_path / "round.csv").symlink_to("round.csv")
    for name in (f"{ENDLESS}.csv", "round.csv"):
        done = run(["analyze", name, "--mount", "left-shin"])
        assert done.returncode == 2
        assert_one_line(done.stderr, f"{name}: ")
        assert done.stderr.endswith("; give a readable file\n")
        done = run(["analyze", name, "good.csv", "--mount", "left-shin", "--json"])
        assert done.returncode == 2
        report = json.loads(done.stdout)
        assert [row["file"] for row in report["recordings"]] == ["good.csv"]
        assert [row["file"] for row in report["refused"]] == [name]


@pytest.mark.parametrize("name", ["closed/bad.csv", "closed/bad.parquet"])
@pytest.mark.parametrize("folder_too", [True, False])
def test_a_file_that_may_not_be_read_stops_no_other(name: str, folder_too: bool, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    for path in ("good.csv", name):
        (tmp_path / path).write_text(GOOD)
    forbidden = "closed" if folder_too else name
    mode = (tmp_path / forbidden).stat().st_mode
    (tmp_path / forbidden).chmod(0)
    try:
        done = run_in(tmp_path, "analyze", name, "good.csv", "--mount", "left-shin")
        told = run_in(tmp_path, "analyze", "good.csv", "--mount", "left-shin", "--output", "closed")
    finally:
        (tmp_path / forbidden).chmod(mode)
    assert done.returncode == 2
    assert_one_line(done.stderr, f"{name}: Permission denied; give a readable file")
    assert done.stdout.endswith("\n1 of 2 files read\n")
    if folder_too:
        assert told.returncode == 2
        assert_one_line(told.stderr, "closed/strides.csv: cannot be written (Permission denied)")


def test_a_pipe_is_not_waited_for(tmp_path: Path, run: Run) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    done = run(["analyze", "pipe.csv", "--mount", "left-shin"])
    assert done.returncode == 2
    assert_one_line(done.stderr, "pipe.csv: is no file that can be read twice; give a readable file")


def test_results_and_runs_at_a_name_that_no_folder_can_have(tmp_path: Path, run: Run) -> None:
    (tmp_path / "good.csv").write_text(GOOD)
    done = run(["analyze", "good.csv", "--mount", "left-shin", "--output", ENDLESS])
    assert done.returncode == 2
    assert_one_line(done.stderr, f"{ENDLESS}: cannot be written")
    done = run(["runs", "--data-dir", ENDLESS])
    assert done.returncode == 2
    assert_one_line(done.stderr, "; say where they are with --data-dir")
