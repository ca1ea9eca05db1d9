"""The runs of a data folder."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ingest.text import printable
from kneeload.config import data_folder
from kneeload.errors import JournalLockedError
from kneeload.failures import UsageError
from kneeload.journal import Journal, Run
from kneeload.resume import recover_old
from kneeload.shown import cell

__all__ = ["list_runs", "resolve_run", "show_runs"]


def list_runs(data_dir: Path | None, *, console: Console | None) -> dict[str, object]:
    """Every run of the data folder, oldest first; printed where there is a console."""
    folder = data_folder(data_dir)
    rows = []
    if (folder / "journal.db").exists():
        with Journal.open(folder) as journal:
            rows = [_row(journal, run) for run in journal.runs()]
    if console is not None:
        if not rows:
            console.print(
                f"no runs in {printable(str(folder))}", highlight=False, soft_wrap=True, markup=False
            )
        else:
            show_runs(rows, console)
    return {"data_dir": str(folder), "runs": rows}


def resolve_run(name: str, data_dir: Path | None) -> tuple[Path, str]:
    """The data folder and the run that a person means; `last` is the latest."""
    folder = data_folder(data_dir)
    runs: list[str] = []
    if (folder / "journal.db").exists():
        with Journal.open(folder) as journal:
            # What its process did not live to journal belongs to a run that was cut off, too.
            with suppress(JournalLockedError):
                recover_old(journal, folder)
            runs = [run.run for run in journal.runs()]
    if not runs:
        raise UsageError(f"there are no runs in {folder}; say where they are with --data-dir")
    if name == "last":
        return folder, runs[-1]
    if name not in runs:
        raise UsageError(f"no run {name!r} in {folder}; the latest is {runs[-1]}, kneeload runs shows all")
    return folder, name


def _row(journal: Journal, run: Run) -> dict[str, object]:
    duration_s = None if run.ended_ns is None else round((run.ended_ns - run.started_ns) / 1e9, 1)
    return {
        "run": run.run,
        "runner": run.runner,
        "started": datetime.fromtimestamp(run.started_ns / 1e9, UTC).isoformat(timespec="seconds"),
        "duration_s": duration_s,
        "state": run.state,
        "strides": journal.count(run.run, "stride"),
        "alerts": sum(alert.state == "raised" for alert in journal.alerts(run.run)),
        "note": run.note,
    }


def show_runs(rows: list[dict[str, object]], console: Console) -> None:
    """As a table that fits 80 columns. Whatever a journal holds is shown as text."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in ("run", "runner", "UTC", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("minutes", "strides", "alerts"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        seconds = row["duration_s"]
        minutes = f"{seconds / 60:.1f}" if isinstance(seconds, float) else "–"
        table.add_row(
            cell(row["run"]),
            cell(row["runner"]),
            cell(str(row["started"])[5:16].replace("T", " ")),
            cell(row["state"]),
            minutes,
            str(row["strides"]),
            str(row["alerts"]),
        )
    console.print(table)
