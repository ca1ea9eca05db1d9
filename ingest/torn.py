"""Rows of a recording in which something has no number: what is done without, and what they still tell."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.grid import LARGEST_T_US
from ingest.tables import Columns

__all__ = ["doubt_of_ends", "doubts_of_left_out", "gyro_stops", "watched_us", "whole_rows"]

# The share of rows without a number that a lossy link explains; more is worth a look.
LARGEST_LEFT_OUT: Final = 0.05
# Strides need acceleration alone: more of it than this is not given away for a gyroscope that was off.
LARGEST_WITHOUT_GYRO: Final = 0.1
# A person cuts a file into so many parts, not into one for each second row.
MOST_STRETCHES: Final = 5
# No sensor that is on writes rows so seldom: beyond is a row of another time, such as a counter's 0.
LARGEST_STEP_US: Final = 60e6


def whole_rows(table: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) which rows are all numbers."""
    whole: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(table), axis=1)
    return whole


def gyro_stops(columns: Columns, table: NDArray[np.float64]) -> str:
    """The doubt of a table whose gyroscope would cost too much of its acceleration; else nothing."""
    measured = whole_rows(table[:, :4])
    without = np.flatnonzero(measured & ~whole_rows(table))
    if len(without) <= LARGEST_WITHOUT_GYRO * measured.sum():
        return ""
    torn = [name for at, name in enumerate(columns.names[4:], 4) if not np.isfinite(table[without, at]).all()]
    first_s, last_s = table[without[[0, -1]], 0] * columns.time_factor / 1e6
    return (
        f"the gyroscope is left out: {len(without)} of {len(table)} rows, "
        f"from {first_s:.2f} to {last_s:.2f} s, have acceleration and no number in {', '.join(torn)}; "
        f"to have it used, {_gyro_remedy(columns, table)}"
    )


def _gyro_remedy(columns: Columns, table: NDArray[np.float64]) -> str:
    """Cutting helps where a gyroscope was off for a while, not where it has rows or a rate of its own."""
    acc, gyro = whole_rows(table[:, :4]), whole_rows(table[:, 4:])
    # A row without either belongs to the stretch that it is in.
    off = ~gyro[acc | gyro]
    if int(off[0]) + np.count_nonzero(off[1:] & ~off[:-1]) <= MOST_STRETCHES:
        return "cut the file into parts with and without it"
    return f"write {', '.join(columns.names[1:4])} and {', '.join(columns.names[4:])} at each time"


def doubts_of_left_out(
    columns: Columns, table: NDArray[np.float64], whole: NDArray[np.bool_]
) -> Iterator[str]:
    """Rows that are left out, where they are many."""
    left_out = len(table) - int(whole.sum())
    if left_out > LARGEST_LEFT_OUT * len(table):
        torn = [name for at, name in enumerate(columns.names) if not np.isfinite(table[:, at]).all()]
        yield f"{left_out} of {len(table)} rows are left out: no number in {', '.join(torn)}"


def doubt_of_ends(before_us: int, after_us: int, watched_us: int) -> str:
    """Ends that were watched and have no sample, where they are much of what was watched; else nothing."""
    if before_us + after_us <= LARGEST_LEFT_OUT * watched_us:
        return ""
    ends = [f"the {end} {us / 1e6:.2f} s" for end, us in (("first", before_us), ("last", after_us)) if us]
    return f"{' and '.join(ends)} of {watched_us / 1e6:.2f} s have rows and no sample"


def watched_us(times_us: NDArray[np.float64], whole: NDArray[np.bool_]) -> tuple[int, int]:
    """When watching began and ended: a row without a sample at either end says that the sensor was on.

    times_us: of all rows, unchecked: followed from the samples to the ends for as long as they make sense,
    that is go on, and by no more than LARGEST_STEP_US.
    """
    first, last = np.flatnonzero(whole)[[0, -1]].tolist()
    begin = first - _in_order(-times_us[first::-1])
    end = last + _in_order(times_us[last:])
    return int(times_us[begin]), int(times_us[end])


def _in_order(times_us: NDArray[np.float64]) -> int:
    """How many steps from the first time on lead forward."""
    steps = np.diff(times_us)
    sensible = (steps > 0) & (steps <= LARGEST_STEP_US) & (np.abs(times_us[1:]) <= LARGEST_T_US)
    wrong = np.flatnonzero(~sensible)
    return int(wrong[0]) if len(wrong) else len(times_us) - 1
