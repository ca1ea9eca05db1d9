"""CSV row by row: slower than numpy, and can tell what is wrong in which line, or that cells are empty."""

import csv
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from os import SEEK_END
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import RecordingError

__all__ = ["LEAST_CELLS", "holds_rows", "is_number", "line_of", "open_quote", "read_rows"]

LEAST_CELLS: Final = 4  # a time and three of acceleration
EMPTY_CELLS: Final = frozenset({"", "nan", "na", "n/a", "null", "none"})


def read_rows(path: Path, places: Sequence[int], width: int) -> NDArray[np.float64]:
    """Row by row; empty cells become NaN, anything else that is no number is refused.

    A last row that the end of the file cut off, between its cells or inside one, is left out: of one line,
    for a quotation mark that nothing closes makes one row of all lines behind it.
    """
    rows = array("d")  # lists of lists would take thirty bytes for each one of the file
    cut: RecordingError | None = None  # what is wrong with a row unless it is the last
    inside = False  # a cell of it
    for line, last, cells in _numbered(path):
        if cut is not None:
            raise cut
        if last > line and (_torn(cells, places) or holds_rows(cells, width)):
            raise open_quote(path, line)
        if len(cells) <= max(places):
            cut = RecordingError(path, f"has fewer than {width} cells", "complete or remove it", line=line)
            continue
        _check_width(path, cells, width, line)
        try:
            rows.extend([_number(path, cells[place], line) for place in places])
        except RecordingError as error:
            for place in places:
                if place < len(cells) - 1:
                    _number(path, cells[place], line)
            cut, inside = error, True
    if cut is not None and (not rows or (inside and _ends_a_line(path))):
        raise cut
    return np.frombuffer(rows, np.float64).reshape(-1, len(places))


def holds_rows(cells: Sequence[str], width: int) -> bool:
    """Whether a cell with line breaks holds what looks like other rows of so many cells, and is no note."""
    lines = (line.split(",") for cell in cells for line in cell.splitlines()[1:])
    return any(len(row) >= width and sum(map(is_number, row)) >= LEAST_CELLS for row in lines)


def open_quote(path: Path, line: int) -> RecordingError:
    what = "has a quotation mark that nothing closes on that line"
    return RecordingError(path, what, "remove or close it", line=line)


def _numbered(path: Path) -> Iterator[tuple[int, int, list[str]]]:
    """Rows below the header in which there is something, with their first and last line, counted from 1.

    Raises RecordingError where there are no more, or OSError.
    """
    line = 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        try:
            next(lines)
            line = lines.line_num + 1
            for cells in lines:
                if any(cells):
                    yield line, lines.line_num, cells
                line = lines.line_num + 1
        except UnicodeDecodeError as error:
            raise RecordingError(path, "is not text", "give a CSV file in UTF-8") from error
        except csv.Error as error:  # a cell of more than 131,072 characters
            if lines.line_num > line:
                raise open_quote(path, line) from error
            raise RecordingError(path, "has an endless cell", "correct or remove it", line=line) from error


def _torn(cells: Sequence[str], places: Sequence[int]) -> bool:
    """Whether a row lacks cells or has line breaks where numbers are."""
    return len(cells) <= max(places) or any(len(cells[place].splitlines()) > 1 for place in places)


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, SEEK_END)
        return file.read() in (b"\n", b"\r")


def line_of(path: Path, row: int) -> int | None:
    """The line of a row of the table, both as they are counted there: rows from 0, lines from 1.

    Blank lines are no rows. Reads the file again: only for what is wrong in it.
    """
    try:
        return next((line for line, _, _ in islice(_numbered(path), row, None)), None)
    except (OSError, RecordingError):
        return None  # what is wrong in the row is worth more than where it is


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text  # to Python 1_5 is 15; in a file it is a slip


def _check_width(path: Path, cells: Sequence[str], width: int, line: int) -> None:
    """A row may end in empty cells; others beyond the header's are decimal commas, and move what follows."""
    if any(cells[width:]):
        raise RecordingError(
            path,
            f"has {len(cells)} cells under a header of {width}",
            "write decimal points, not commas, and a name above each column",
            line=line,
        )


def _number(path: Path, cell: str, line: int) -> float:
    try:
        if "_" not in cell:
            return float(cell)
    except ValueError:
        if cell.strip().lower() in EMPTY_CELLS:
            return float("nan")
    comma = is_number(cell.replace(",", ".", 1))
    remedy = "write a decimal point, not a comma" if comma else "correct or remove it"
    raise RecordingError(path, f"{cell[:20]!r} is not a number", remedy, line=line)
