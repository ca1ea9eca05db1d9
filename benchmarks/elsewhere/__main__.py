"""python -m benchmarks.elsewhere: tables in the terminal; --write puts them into docs/elsewhere.md too."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.elsewhere.golden import GOLDEN_FILE, write_golden
from benchmarks.elsewhere.originals import changed, originals_folder
from benchmarks.elsewhere.results import DATA_SETS, judge
from benchmarks.elsewhere.sheets import elsewhere_sheets
from benchmarks.page import replace_measured
from kneeload import docs_tables

__all__ = ["main"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "elsewhere.md"
FETCH = f"python -m benchmarks.recordings {' '.join(DATA_SETS)}"


def main(
    write: Annotated[
        bool,
        typer.Option(help=f"write docs/{PAGE.name}, what docs/metrics.md quotes, and {GOLDEN_FILE.name}"),
    ] = False,
) -> None:
    """Accuracy on other people's recordings (KNEELOAD_ORIGINALS or .recordings)."""
    folders = _folders()
    console = Console()
    if not console.is_terminal:
        console = Console(width=170)
    with console.status("…") as status:
        found = judge(folders, progress=status.update)
    sheets = elsewhere_sheets(found)
    for sheet in sheets:
        sheet.show(console)
    if write:
        replace_measured(PAGE, "\n".join(sheet.markdown() for sheet in sheets))
        write_golden(found)
        docs_tables.main([])
        console.print(f"wrote {PAGE} and {GOLDEN_FILE}", soft_wrap=True)


def _folders() -> dict[str, Path]:
    """Where the originals of each data set are, just as they were published; else exits with 2."""
    folders: dict[str, Path] = {}
    for data_set in DATA_SETS:
        folder = originals_folder(data_set)
        if folder is None:
            print(
                f"no recordings of {data_set}: {FETCH} fetches them; KNEELOAD_ORIGINALS names their folder",
                file=sys.stderr,
            )
            raise typer.Exit(2)
        other = changed(data_set, folder)
        if other:
            print(f"{folder}: not as published: {', '.join(other)}; remove and {FETCH}", file=sys.stderr)
            raise typer.Exit(2)
        folders[data_set] = folder
    return folders


if __name__ == "__main__":
    typer.run(main)
