"""Tables of numbers from CSV and Parquet files, their columns chosen by name and unit."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import RecordingError
from ingest.rows import LEAST_CELLS, holds_rows, is_number, open_quote, read_rows
from ingest.widths import may_be_too_wide

__all__ = ["ACC_UNITS", "GYRO_UNITS", "READERS", "Columns", "choose", "read_csv", "read_parquet"]

STANDARD_GRAVITY: Final = 9.80665
# Unit -> factor to what we use inside.
TIME_UNITS: Final = {"s": 1e6, "ms": 1e3, "us": 1.0}
ACC_UNITS: Final = {"g": 1.0, "ms2": 1 / STANDARD_GRAVITY}
GYRO_UNITS: Final = {"dps": 1.0, "rads": 180 / np.pi}
ACC_COLUMNS: Final = "ax, ay, az with _g or _ms2"
# A day at 500 Hz. Repeated values take no room in a Parquet file and 56 bytes a row in memory: no leg repeats
# itself so that more than this many rows fit into fewer bytes than rows.
MOST_ROWS: Final = 50_000_000
MOST_REPEATED_ROWS: Final = 1_000_000
# gx, gyr_x, GyroX, gyro-x (deg/s), wx_radps, omega_x, angular_velocity.x …
LIKE_GYRO: Final = re.compile(
    r"(g|gyr|gyro|gyroscope|w|omega|ang\w*vel\w*)[ _.-]?[xyz](?![a-z])", re.IGNORECASE
)
OTHER_SEPARATORS: Final = frozenset(";\t| ")
COMMENT_MARKS: Final = ("#", "%", "//")


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns, in this order: the time, three of acceleration, three of rotation or none.

    unread: what looks like a gyroscope's and names no unit that is known.
    """

    names: tuple[str, ...]
    time_name: str
    time_factor: float
    acc_unit: str
    gyro_unit: str | None
    unread: tuple[str, ...] = ()


def choose(path: Path, header: Sequence[str]) -> Columns:
    """Which columns to read, from their names."""
    names = [name.strip() for name in header]
    times = [f"t_{unit}" for unit in TIME_UNITS if f"t_{unit}" in names]
    if not times and names and all(is_number(name) for name in names):
        remedy = "begin with t_s,ax_g,ay_g,az_g[,gx_dps,gy_dps,gz_dps] in the order and units of its columns"
        raise RecordingError(path, "has no header, numbers only", remedy, line=1)
    if not times:
        found = ", ".join(name[:20] for name in names[:8]) or "nothing"
        what = f"has no column t_s, t_ms or t_us (found {found})"
        raise RecordingError(path, what, _remedy_of_names(names), line=1)
    double = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
    if double is not None:
        raise RecordingError(path, f"has two columns {double!r}", "remove one", line=1)
    if len(times) > 1:
        raise RecordingError(path, f"has {' and '.join(times)}", "keep one of them", line=1)
    acc_unit = _unit(path, names, "a", ACC_UNITS)
    gyro_unit = _unit(path, names, "g", GYRO_UNITS)
    if acc_unit is None:
        raise RecordingError(path, "has no acceleration", f"it needs the columns {ACC_COLUMNS}", line=1)
    chosen = [times[0], *(f"a{axis}_{acc_unit}" for axis in "xyz")]
    if gyro_unit is not None:
        chosen += [f"g{axis}_{gyro_unit}" for axis in "xyz"]
    unread = tuple(name for name in names if gyro_unit is None and LIKE_GYRO.match(name))
    factor = TIME_UNITS[times[0].removeprefix("t_")]
    return Columns(tuple(chosen), times[0], factor, acc_unit, gyro_unit, unread)


def _remedy_of_names(names: Sequence[str]) -> str:
    """What to do about a first line that names no time."""
    first = names[0] if names else ""
    bare = first.lstrip("#%/ ") if first.startswith(COMMENT_MARKS) else first
    by_commas = "separate the columns by commas, with decimal points"
    separated = len(names) == 1 and any(mark in bare for mark in OTHER_SEPARATORS)
    if first.startswith("sep="):
        return f"remove this line, and {by_commas}"
    if bare == first:
        return by_commas if separated else "name them as t_s,ax_g,ay_g,az_g[,gx_dps,gy_dps,gz_dps]"
    if not any(bare.startswith(f"t_{unit}") for unit in TIME_UNITS):
        return "remove this line and all others above the names of the columns"
    # Some programs write the names as a comment.
    remedy = f"remove the {first.removesuffix(bare).strip()} before the names"
    return f"{remedy}, and {by_commas}" if separated else remedy


def _unit(path: Path, names: Sequence[str], letter: str, units: dict[str, float]) -> str | None:
    """The unit in which all three axes are there; None when none of them is."""
    firsts = {
        unit: next((name for axis in "xyz" if (name := f"{letter}{axis}_{unit}") in names), None)
        for unit in units
    }
    there = [unit for unit, first in firsts.items() if first is not None]
    if len(there) > 1:
        both = " and ".join(filter(None, firsts.values()))
        raise RecordingError(path, f"has columns in two units ({both})", "keep one of them", line=1)
    for partly in there:
        lacks = [f"{letter}{axis}_{partly}" for axis in "xyz" if f"{letter}{axis}_{partly}" not in names]
        if not lacks:
            return partly
        raise RecordingError(path, f"lacks {', '.join(lacks)}", "give all three axes", line=1)
    return None


def read_csv(path: Path) -> tuple[Columns, NDArray[np.float64]]:
    """The chosen columns and their numbers, (n, 4 or 7), an empty cell NaN. RecordingError or OSError."""
    header = _header(path)
    columns = choose(path, header)
    places = [[name.strip() for name in header].index(name) for name in columns.names]
    if may_be_too_wide(path, len(header)):
        # Its cells would be taken for their neighbours.
        return columns, read_rows(path, places, len(header))
    try:
        # An empty table is a warning there and an error here, with the place.
        table = (
            np.loadtxt(
                path, delimiter=",", skiprows=1, usecols=places, ndmin=2, comments=None, encoding="utf-8"
            )
            if _has_rows(path)
            else np.empty((0, len(places)))
        )
    except ValueError:
        # Slower, and can tell what is wrong in which line, or that cells are merely empty.
        table = read_rows(path, places, len(header))
    return columns, table


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        try:
            header = next(lines, None)
        except (UnicodeDecodeError, csv.Error) as error:
            if isinstance(error, csv.Error) and lines.line_num > 1:
                raise open_quote(path, 1) from error
            raise RecordingError(path, "is not text", "give a CSV file in UTF-8") from error
    if header is None:
        raise RecordingError(path, "is empty", "record again or give another file")
    if holds_rows(header, LEAST_CELLS):
        raise open_quote(path, 1)
    return header


def _has_rows(path: Path) -> bool:
    with path.open("rb") as file:
        return any(line.strip() for line in islice(file, 1, None))


def read_parquet(path: Path) -> tuple[Columns, NDArray[np.float64]]:
    """The same from Parquet; a null is NaN. Raises RecordingError or OSError."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError as error:
        raise RecordingError(
            path, "needs pyarrow to be read", "install it: pip install 'kneeload[report]'"
        ) from error
    try:
        about = pyarrow.parquet.read_metadata(path)
        schema = about.schema.to_arrow_schema()
        columns = _chosen(path, schema.names)
        most = MOST_ROWS if about.num_rows <= path.stat().st_size else MOST_REPEATED_ROWS
        if about.num_rows > most:
            raise RecordingError(
                path,
                f"claims {about.num_rows} rows, more than a recording of its size has",
                "cut it into several recordings",
            )
        # Arrow makes room for what a group of rows claims, whatever the file has.
        groups = [about.row_group(k).num_rows for k in range(about.num_row_groups)]
        if min(groups, default=0) < 0 or sum(groups) != about.num_rows:
            raise RecordingError(
                path,
                f"has {about.num_rows} rows, and {sum(groups)} in its groups of rows",
                "write it again",
            )
        fields = {field.name.strip(): field for field in schema}
        table = np.empty((about.num_rows, len(columns.names)))
        kinds = pyarrow.types
        # A column without any value has no other type than null.
        number_kinds = (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_null)
        for at, name in enumerate(columns.names):
            kind = fields[name].type
            # Anything else could be one value of gigabytes.
            if not any(is_kind(kind) for is_kind in number_kinds):
                raise RecordingError(path, f"has no numbers in {name} but {kind}", "write it as numbers")
            values = pyarrow.parquet.read_table(path, columns=[fields[name].name]).column(0)
            # Not safe: what a double cannot hold exactly is judged as in CSV.
            table[:, at] = values.cast(pyarrow.float64(), safe=False).to_numpy()
    except (pyarrow.ArrowException, ValueError) as error:
        reason = str(error).splitlines()[0][:120]
        raise RecordingError(path, f"cannot be read as Parquet ({reason})", "write it again") from error
    return columns, table


def _chosen(path: Path, names: Sequence[str]) -> Columns:
    """As in CSV; but nothing is on a line."""
    try:
        return choose(path, names)
    except RecordingError as error:
        raise RecordingError(path, error.what, error.remedy) from None


READERS: Final = {".csv": read_csv, ".parquet": read_parquet}
