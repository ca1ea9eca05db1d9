"""Numbers in a recording that no sensor on a leg gives: an exporter's 9999, 32767 or 1e300 for "nothing"."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.plausible import FASTEST_DPS
from ingest.rows import line_of
from ingest.tables import ACC_UNITS, GYRO_UNITS, READERS, Columns, read_csv

__all__ = ["empty_impossible"]

# Ranges of sensors that a leg can wear end at 400 g, or a little above where scale and offset are trimmed.
LARGEST_ACC_G: Final = 410.0
# Too fast for a leg: where rotations lead up to impossible ones, they are real and their scale is wrong.
LED_UP_DPS: Final = 3_000.0


def empty_impossible(path: Path, columns: Columns, table: NDArray[np.float64]) -> Iterator[str]:
    """Makes such cells of the table, which is the file's, NaN as empty ones are; yields what is to be said.

    Only where they are scattered: where most are impossible, the unit is wrong, and it is checked later.
    """
    acc, limit = table[:, 1:4], LARGEST_ACC_G / ACC_UNITS[columns.acc_unit]
    if not _within(acc, limit):
        odd = _scattered(acc, limit)
        yield from _empty(path, columns.names[1:4], acc, odd, limit=f"{LARGEST_ACC_G:g} g")
    if columns.gyro_unit is None:
        return
    gyro, factor = table[:, 4:7], GYRO_UNITS[columns.gyro_unit]
    if not _within(gyro, FASTEST_DPS / factor):
        odd = _scattered(gyro, FASTEST_DPS / factor)
        if not (np.isfinite(gyro) & ~odd & (np.abs(gyro) > LED_UP_DPS / factor)).any():
            yield from _empty(path, columns.names[4:7], gyro, odd, limit=f"{FASTEST_DPS:,.0f} deg/s")


def _within(values: NDArray[np.float64], limit: float) -> bool:
    """Whether all are numbers within ±limit: as nearly all files are, told without a copy of them."""
    return bool(values.max() <= limit and values.min() >= -limit)


def _scattered(values: NDArray[np.float64], limit: float) -> NDArray[np.bool_]:
    """(n, 3) which are beyond; none where most of the rows that tell something are. Infinity is no number."""
    odd: NDArray[np.bool_] = np.abs(values) > limit
    if not odd.any():
        return odd
    finite = np.isfinite(values)
    odd &= finite
    most = 2 * np.count_nonzero(odd.any(axis=1)) > np.count_nonzero(finite.any(axis=1))
    return np.zeros_like(odd) if most else odd


def _empty(
    path: Path, names: tuple[str, ...], values: NDArray[np.float64], odd: NDArray[np.bool_], *, limit: str
) -> Iterator[str]:
    rows = np.flatnonzero(odd.any(axis=1))
    if not len(rows):
        return
    row = int(rows[0])
    at = int(odd[row].argmax())
    yield (
        f"rows beyond ±{limit}, which no sensor on a leg measures, count as empty there: {len(rows)} of "
        f"{len(values)}, the first is {_place(path, row)} ({names[at]} is {values[row, at]:.6g})"
    )
    values[odd] = np.nan


def _place(path: Path, row: int) -> str:
    line = line_of(path, row) if READERS[path.suffix.lower()] is read_csv else None
    return f"row {row + 1}" if line is None else f"line {line}"
