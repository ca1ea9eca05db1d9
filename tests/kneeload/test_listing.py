"""The list of runs on a terminal of any width, and which run of which runner is meant."""

import io
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from kneeload.errors import RowError
from kneeload.failures import UsageError
from kneeload.journal import Journal
from kneeload.listing import list_runs, resolve_run, show_runs
from tests.sample_run import sample_alerts

__all__: list[str] = []

ROW: dict[str, object] = {
    "run": "20261123T053244Z",
    "runner": "runner",
    "started": "2026-11-23T05:32:44+00:00",
    "duration_s": 3723.4,
    "state": "interrupted",
    "strides": 10432,
    "alerts": 12,
}


def shown(row: dict[str, object], *, width: int) -> str:
    text = io.StringIO()
    show_runs([row], Console(file=text, width=width))
    return text.getvalue()


@pytest.mark.parametrize(
    ("place", "start"),
    [
        ("UTC", "2026-11-23 05:32"),
        ("Asia/Kolkata", "2026-11-23 11:02"),
        ("America/Denver", "2026-11-22 22:32"),
    ],
)
def test_it_fits_80_columns_and_shows_every_value_whole(
    place: str, start: str, clock_of: Callable[[str], None]
) -> None:
    clock_of(place)
    text = shown(ROW, width=80)
    assert "…" not in text
    for value in ("min", "strides", "alerts", "interrupted", start, "62.1", "10432", "12"):
        assert value in text


def test_a_run_began_at_a_time_of_day_of_this_computer(clock_of: Callable[[str], None]) -> None:
    clock_of("Europe/Vienna")
    heading, _, row = shown(ROW, width=80).splitlines()[1:4]
    assert "start, UTC+01:00" in heading
    assert "20261123T053244Z  runner  2026-11-23 06:32  interrupted" in row


def test_where_summer_time_lies_between_runs_each_has_its_own_offset(clock_of: Callable[[str], None]) -> None:
    clock_of("Europe/Vienna")
    text = io.StringIO()
    show_runs([ROW | {"started": "2026-07-01T05:30:00+00:00"}, ROW], Console(file=text, width=100))
    heading, _, summer, winter = text.getvalue().splitlines()[1:5]
    assert "start  " in heading
    assert "2026-07-01 07:30 UTC+02:00" in summer
    assert "2026-11-23 06:32 UTC+01:00" in winter


def test_what_a_machine_reads_stays_utc(folder: Path, clock_of: Callable[[str], None]) -> None:
    clock_of("Asia/Kolkata")
    rows = list_runs(folder, console=None)["runs"]
    assert isinstance(rows, list)
    assert rows[0]["run"] == "20260301T070000Z"
    assert rows[0]["started"] == "2026-03-02T07:00:00+00:00"


@pytest.mark.parametrize(("width", "runner"), [(60, "runner"), (80, "somebody with a long name")])
def test_where_there_is_less_room_whole_columns_go(width: int, runner: str) -> None:
    text = shown(ROW | {"runner": runner}, width=width)
    assert "…" not in text
    for value in ("20261123T053244Z", runner, "10432", "12"):
        assert value in text
    assert "start" not in text


@pytest.mark.parametrize("width", [20, 26, 30, 40, 41, 60, 80, 100])
@pytest.mark.parametrize("runner", ["Ada", "somebody with a name that is longer than any line has room for"])
def test_a_runs_name_is_never_cut(width: int, runner: str) -> None:
    lines = shown(ROW | {"runner": runner}, width=width).splitlines()
    assert any("20261123T053244Z" in line for line in lines)
    assert max(len(line) for line in lines) <= width
    if width >= 30:
        assert any(runner[:3] in line for line in lines)
    if width >= 50:
        assert any("10432      12" in line for line in lines)


def test_where_not_even_a_runs_name_has_room_it_goes_on_in_the_next_line() -> None:
    text = shown(ROW, width=12)
    assert "20261123T053244Z" in "".join(text.split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runners: Ada, Ben, Ada, Ben."""
    with Journal.open(tmp_path) as journal:
        for day, runner in enumerate(("Ada", "Ben", "Ada", "Ben"), start=1):
            started_ns = 1_772_348_400_000_000_000 + day * 86_400_000_000_000
            run = f"2026030{day}T070000Z"
            journal.start_run(run, runner, started_ns=started_ns, config={})
            journal.end_run(run, started_ns + 60_000_000_000)
    return tmp_path


def test_the_runs_of_one_runner(folder: Path) -> None:
    text = io.StringIO()
    report = list_runs(folder, console=Console(file=text, width=80), runner="Ada")
    assert isinstance(report["runs"], list)
    assert [row["run"] for row in report["runs"]] == ["20260301T070000Z", "20260303T070000Z"]
    assert "Ben" not in text.getvalue()


def test_the_last_run_is_the_last_of_the_runner_who_is_named(folder: Path) -> None:
    assert resolve_run("last", folder) == "20260304T070000Z"
    assert resolve_run("last", folder, "Ada") == "20260303T070000Z"
    with pytest.raises(UsageError, match=f"run 20260304T070000Z in {folder} is of Ben, not of Ada; "):
        resolve_run("20260304T070000Z", folder, "Ada")
    with pytest.raises(UsageError, match=r"no run '20260305T070000Z' in .*; the latest is 20260303T070000Z"):
        resolve_run("20260305T070000Z", folder, "Ada")


def test_alerts_are_counted_however_their_rows_read(folder: Path) -> None:
    run = "20260301T070000Z"
    with Journal.open(folder) as journal:
        journal.append(run, sample_alerts())
        assert journal.raised(run) == sum(alert.state == "raised" for alert in journal.alerts(run)) == 3
    with sqlite3.connect(folder / "journal.db") as connection:
        connection.execute(
            "INSERT INTO result (run, stream, mount, t_us, key, body) "
            "VALUES (?, 'alert', '', 9, 'a-rule-of-another-version/raised/9', '{}')",
            (run,),
        )
    connection.close()
    with Journal.open(folder) as journal, pytest.raises(RowError):
        journal.alerts(run)
    rows = list_runs(folder, console=None)["runs"]
    assert isinstance(rows, list)
    assert [row["alerts"] for row in rows] == [4, 0, 0, 0]


def test_a_runner_without_runs_is_told_who_has_some(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"no runs of Eve in .*; there are some of Ada, Ben"):
        resolve_run("last", folder, "Eve")
    text = io.StringIO()
    list_runs(folder, console=Console(file=text, width=80), runner="Eve")
    assert text.getvalue() == f"no runs of Eve in {folder}; there are some of Ada, Ben\n"


def test_of_a_folder_without_runs_nobody_is_named(tmp_path: Path) -> None:
    text = io.StringIO()
    list_runs(tmp_path, console=Console(file=text, width=80))
    assert text.getvalue() == f"no runs in {tmp_path}\n"
