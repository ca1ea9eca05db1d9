"""The runs of a data folder."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table

from ingest.text import printable
from kneeload.adopting import unknown_runs
from kneeload.config import data_folder
from kneeload.errors import JournalFullError, JournalLockedError
from kneeload.failures import UsageError
from kneeload.journal import Journal, Run
from kneeload.local_time import common_zone, local, zone
from kneeload.place import journal_of
from kneeload.resume import recover_old
from kneeload.shown import cell, fitting, width_of
from kneeload.spoken import counted

__all__ = ["list_runs", "resolve_run", "runs_folder", "show_runs"]

COLUMNS: Final = ("run", "runner", "start", "state", "min", "strides", "alerts")
NUMBERS: Final = ("min", "strides", "alerts")
# A run's name is its start, too, in UTC.
DISPENSABLE: Final = ("start", "state", "min")
# Between two columns.
GAP: Final = 2
SHORTEST_RUNNER: Final = 6


def runs_folder(data_dir: Path | None, config_file: Path | None = None) -> Path:
    """Where to look for runs. One that is named must be there, the usual one may come with the first run.

    Raises UsageError or ConfigError.
    """
    folder = data_folder(data_dir, config_file)
    why = ""
    try:
        if not folder.exists():
            why = "there is no such folder" if data_dir is not None else ""
        elif not folder.is_dir():
            why = "it is a file"
        elif not os.access(folder, os.R_OK | os.X_OK):
            why = "you may not look into it"
    except OSError as error:  # a folder above it lets nobody look, or its name is none
        why = error.strerror or str(error)
    if why:
        raise UsageError(f"there are no runs in {folder}: {why}; say where they are with --data-dir")
    return folder


def list_runs(folder: Path, *, console: Console | None, runner: str | None = None) -> dict[str, object]:
    """Every run of the data folder, or of one runner, oldest first; printed where there is a console."""
    rows: list[dict[str, object]] = []
    kept: list[Run] = []
    if journal_of(folder).exists():
        with Journal.open(folder) as journal:
            kept = journal.runs()
            rows = [_row(journal, run) for run in kept if runner in (None, run.runner)]
    if console is not None:
        if rows:
            show_runs(rows, console)
        else:
            of = "" if runner is None else f" of {runner}"
            _say(console, f"no runs{of} in {folder}{_others(kept)}")
        if unknown := unknown_runs(folder, kept):
            _say(console, _come_back(unknown))
    return {"data_dir": str(folder), "runs": rows}


def resolve_run(name: str, folder: Path, runner: str | None = None) -> str:
    """The run of a data folder that a person means; `last` is the latest, runner: of this person."""
    runs: list[Run] = []
    if journal_of(folder).exists():
        with Journal.open(folder) as journal:
            # What its process did not live to journal belongs to a run that was cut off, too.
            if journal.writable:
                with suppress(JournalLockedError, JournalFullError):
                    recover_old(journal, folder)
            runs = journal.runs()
    if not runs:
        unknown = unknown_runs(folder)
        remedy = _come_back(unknown) if unknown else "say where they are with --data-dir"
        raise UsageError(f"there are no runs in {folder}; {remedy}")
    own = [run.run for run in runs if runner in (None, run.runner)]
    if not own:
        raise UsageError(f"there are no runs of {runner} in {folder}{_others(runs)}")
    if name == "last":
        return own[-1]
    if name not in own:
        if whose := next((run.runner for run in runs if run.run == name), None):
            raise UsageError(f"run {name} in {folder} is of {whose}, not of {runner}; leave --runner out")
        raise UsageError(f"no run {name!r} in {folder}; the latest is {own[-1]}, kneeload runs shows all")
    return name


def _say(console: Console, line: str) -> None:
    console.print(printable(line), highlight=False, soft_wrap=True, markup=False)


def _come_back(unknown: Sequence[str]) -> str:
    """What to do about runs that the journal lacks."""
    return (
        f"there are packets of {counted(len(unknown), 'run')} that the journal does not know: "
        "kneeload runs --recover computes them"
    )


def _others(runs: Sequence[Run]) -> str:
    """Whose runs there are."""
    return f"; there are some of {', '.join(sorted({run.runner for run in runs}))}" if runs else ""


def _row(journal: Journal, run: Run) -> dict[str, object]:
    duration_s = None if run.ended_ns is None else round((run.ended_ns - run.started_ns) / 1e9, 1)
    return {
        "run": run.run,
        "runner": run.runner,
        "started": datetime.fromtimestamp(run.started_ns / 1e9, UTC).isoformat(timespec="seconds"),
        "duration_s": duration_s,
        "state": run.state,
        "strides": journal.count(run.run, "stride"),
        "alerts": journal.raised(run.run),
        "note": run.note,
    }


def show_runs(rows: Sequence[Mapping[str, object]], console: Console) -> None:
    """As a table with the columns that fit. Whatever a journal holds is shown as text.

    A run's name is what other commands are given, and is never cut. A runner's is, where it has no room; but
    before little is left of it the numbers go.
    """

    common = common_zone(started for row in rows if (started := _started(row)))

    def table_of(columns: Sequence[str], runner_most: int | None = None) -> Table:
        table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
        for name in columns:
            justify: JustifyMethod = "right" if name in NUMBERS else "left"
            if columns == ["run"]:
                # Where not even that has room it goes on in the next line.
                table.add_column(name, overflow="fold")
            else:
                most = runner_most if name == "runner" else None
                heading = f"start, {common}" if name == "start" and common else name
                table.add_column(heading, justify=justify, no_wrap=True, max_width=most)
        for row in rows:
            texts = _texts(row, with_zone=not common)
            table.add_row(*(cell(texts[name]) for name in columns))
        return table

    table = fitting(console, table_of, COLUMNS, first=DISPENSABLE)
    few = [name for name in COLUMNS if name not in DISPENSABLE]
    while width_of(table, console) > console.width and few != ["run"]:
        room = console.width - width_of(table_of([name for name in few if name != "runner"]), console) - GAP
        if room >= SHORTEST_RUNNER:
            table = table_of(few, room)
        else:
            del few[-1]
            table = table_of(few)
    console.print(table)


def _started(row: Mapping[str, object]) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(str(row["started"]))
    return None


def _start(row: Mapping[str, object], *, with_zone: bool) -> str:
    """By the clock here; what is no time as it is."""
    started = _started(row)
    if started is None:
        return str(row["started"])
    return f"{local(started):%Y-%m-%d %H:%M}{f' {zone(started)}' if with_zone else ''}"


def _texts(row: Mapping[str, object], *, with_zone: bool) -> dict[str, object]:
    seconds = row["duration_s"]
    return {
        "run": row["run"],
        "runner": row["runner"],
        "start": _start(row, with_zone=with_zone),
        "state": row["state"],
        "min": f"{seconds / 60:.1f}" if isinstance(seconds, float) else "–",
        "strides": row["strides"],
        "alerts": row["alerts"],
    }
