"""Recordings in CSV or Parquet: one sensor a file, units in the column names, times on the file's axis."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.grid import LARGEST_T_US, missing_before, period_us
from ingest.impossible import empty_impossible
from ingest.plausible import (
    check_acc,
    check_gyro,
    doubts_of_acc,
    doubts_of_gyro,
    doubts_of_times,
    is_dead,
)
from ingest.rows import line_of
from ingest.tables import ACC_UNITS, GYRO_UNITS, READERS, Columns, read_csv
from ingest.torn import doubt_of_ends, doubts_of_left_out, gyro_stops, watched_us, whole_rows

__all__ = ["Recording", "blocks", "check_file", "read_recording"]

PACKED: Final = frozenset({".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".tar", ".tgz"})
# Slower, what is told of contacts is mostly made up.
RATES_HZ: Final = (20.0, 20_000.0)
# Samples that share arrival times come in bursts: then the mean step is far above the median one.
LARGEST_BURST: Final = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A file's samples in our units. lost_before: (n,) samples missing before each; lost: all of them.

    t_us: (n,) int64 strictly increasing; acc_g: (n, 3) float64; gyro_dps: the same, None without gyroscope
    or where it told nothing for long. Rows without a number, or with one that no sensor gives, count as
    missing samples: begin_us and end_us are the times of the first and the last row, be there a sample in it
    or not, and lost counts both ends.
    doubt: what a person should look at, in one line; empty when nothing is strange.
    """

    mount: Mount
    t_us: NDArray[np.int64]
    acc_g: NDArray[np.float64]
    gyro_dps: NDArray[np.float64] | None
    rate_hz: float
    lost: int
    lost_before: NDArray[np.int64]
    begin_us: int
    end_us: int
    doubt: str = ""


def read_recording(path: Path, mount: Mount) -> Recording:
    """Read NAME.csv or NAME.parquet. Raises RecordingError with the place and the remedy."""
    check_file(path)
    try:
        columns, table = READERS[path.suffix.lower()](path)
    except OSError as error:
        # Not its own words: Arrow's name the file once more.
        why = os.strerror(error.errno) if error.errno else str(error)
        raise RecordingError(path, why, "give a readable file") from error
    return _recording(path, mount, columns, table)


def check_file(path: Path, *others: str) -> None:
    """Raises RecordingError where there is no file, or none of a known kind. others: the caller reads too."""
    why, kind = "is no file that can be read twice", 0
    try:
        kind = path.stat().st_mode
    except OSError as error:
        why = error.strerror or str(error)
    if stat.S_ISDIR(kind):
        raise RecordingError(path, "is a folder", "give the files in it")
    *first, last = (*READERS, *others)
    if path.suffix.lower() not in (*first, last):
        remedy = "unpack it" if path.suffix.lower() in PACKED else "convert it to one of them"
        raise RecordingError(path, f"is neither {', '.join(first)} nor {last}", remedy)
    if not stat.S_ISREG(kind):
        raise RecordingError(path, why, "give a readable file")


def blocks(recording: Recording, *, size: int = 4096) -> Iterator[ImuBlock]:
    """The recording as a stream: blocks of at most size samples, cut where samples are missing."""
    n = len(recording.t_us)
    cuts = np.union1d(np.arange(0, n, size), np.flatnonzero(recording.lost_before))
    ends = np.append(cuts[1:], n)
    for begin, end in zip(cuts.tolist(), ends.tolist(), strict=True):
        gyro = recording.gyro_dps
        yield ImuBlock(
            recording.mount,
            recording.t_us[begin:end],
            recording.acc_g[begin:end],
            None if gyro is None else gyro[begin:end],
            recording.rate_hz,
            lost_before=int(recording.lost_before[begin]),
            restart=begin == 0,
        )


def _recording(path: Path, mount: Mount, columns: Columns, table: NDArray[np.float64]) -> Recording:
    _check_rows(path, table)
    doubts = list(_doubts_of_names(columns))
    doubts += empty_impossible(path, columns, table)
    columns, table, silent = _without_silent_gyro(columns, table)
    doubts += silent
    whole = whole_rows(table)
    _check_numbers(path, columns, table, whole)
    rows = np.arange(len(table))
    begin_us, end_us = watched_us(np.rint(table[:, 0] * columns.time_factor), whole)
    if not whole.all():
        doubts += doubts_of_left_out(columns, table, whole)
        table, rows = table[whole], rows[whole]
    t_us = _microseconds(path, columns, table[:, 0], rows)
    t_us, table = _increasing(path, columns, t_us, table, rows)
    if len(t_us) < 2:
        raise RecordingError(path, "has a single sample", "a recording needs at least two")
    period = period_us(t_us)
    _check_times(path, columns, t_us, period)
    lost_before = missing_before(t_us, period)
    doubts += doubts_of_times(columns.time_name, t_us, period, lost_before)
    acc_g, gyro_dps = _in_our_units(path, columns, table)
    doubts += doubts_of_acc(acc_g, period)
    if gyro_dps is not None:
        doubts += doubts_of_gyro(columns, acc_g, gyro_dps, period)
    before_us, after_us = int(t_us[0]) - begin_us, end_us - int(t_us[-1])
    at_ends = round(before_us / period) + round(after_us / period)
    if ends := doubt_of_ends(before_us, after_us, end_us - begin_us):
        doubts.append(ends)
    return Recording(
        mount,
        t_us,
        acc_g,
        gyro_dps,
        1e6 / period,
        lost=int(lost_before.sum()) + at_ends,
        lost_before=lost_before,
        begin_us=begin_us,
        end_us=end_us,
        doubt=f"{path}: {'; also '.join(doubts)}" if doubts else "",
    )


def _check_rows(path: Path, table: NDArray[np.float64]) -> None:
    """Raises RecordingError where there are none, or one has no time."""
    if not len(table):
        raise RecordingError(path, "has a header and no samples", "record again or give another file")
    timeless = np.flatnonzero(~np.isfinite(table[:, 0]))
    if len(timeless):
        raise _wrong(path, int(timeless[0]), "has no time", "every sample needs its time")


def _check_numbers(
    path: Path, columns: Columns, table: NDArray[np.float64], whole: NDArray[np.bool_]
) -> None:
    """Raises RecordingError where no row is whole."""
    if whole.any():
        return
    empty = [name for at, name in enumerate(columns.names) if not np.isfinite(table[:, at]).any()]
    what = f"has no number in {', '.join(empty)}" if empty else "has no row that is all numbers"
    raise RecordingError(path, what, "record again or give another file")


def _doubts_of_names(columns: Columns) -> Iterator[str]:
    if columns.unread:
        yield (
            f"{', '.join(name[:20] for name in columns.unread[:3])} are not read: "
            "name them gx_dps, gy_dps, gz_dps or gx_rads, gy_rads, gz_rads by their unit"
        )


def _without_silent_gyro(
    columns: Columns, table: NDArray[np.float64]
) -> tuple[Columns, NDArray[np.float64], list[str]]:
    """Without a gyroscope that tells nothing, or nothing for much of the recording; and what to say of it."""
    if columns.gyro_unit is None:
        return columns, table, []
    if is_dead(table[:, 4:7]):
        why = "the gyroscope is left out: its columns are empty or never change"
    else:
        why = gyro_stops(columns, table)
    if not why:
        return columns, table, []
    return replace(columns, names=columns.names[:4], gyro_unit=None), table[:, :4], [why]


def _in_our_units(
    path: Path, columns: Columns, table: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """(n, 3) g, and (n, 3) deg/s or None. Raises RecordingError where no sensor gives such numbers."""
    acc_g = np.ascontiguousarray(table[:, 1:4]) * ACC_UNITS[columns.acc_unit]
    check_acc(path, columns, acc_g)
    if columns.gyro_unit is None:
        return acc_g, None
    gyro = np.ascontiguousarray(table[:, 4:7])
    check_gyro(path, columns.gyro_unit, gyro)
    return acc_g, gyro * GYRO_UNITS[columns.gyro_unit]


def _wrong(path: Path, row: int, what: str, remedy: str) -> RecordingError:
    """Of a row of the file's table, by what a person finds it with."""
    if READERS[path.suffix.lower()] is read_csv:
        return RecordingError(path, what, remedy, line=line_of(path, row))
    return RecordingError(path, what, remedy, row=row + 1)


def _microseconds(
    path: Path, columns: Columns, times: NDArray[np.float64], rows: NDArray[np.int_]
) -> NDArray[np.int64]:
    t_us = np.rint(times * columns.time_factor)
    far = np.flatnonzero(np.abs(t_us) > LARGEST_T_US)
    if len(far):
        raise _wrong(
            path,
            int(rows[far[0]]),
            f"{columns.time_name} is {times[far[0]]:.6g}, too far from 0 to tell microseconds apart",
            "name the column t_s, t_ms or t_us by its unit, or begin nearer 0",
        )
    return t_us.astype(np.int64)


def _increasing(
    path: Path,
    columns: Columns,
    t_us: NDArray[np.int64],
    table: NDArray[np.float64],
    rows: NDArray[np.int_],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows written twice are taken once; time standing still or going back otherwise is refused."""
    steps = np.diff(t_us)
    if len(steps) == 0 or steps.min() > 0:
        return t_us, table
    twice = (steps == 0) & (table[1:] == table[:-1]).all(axis=1)
    wrong = np.flatnonzero((steps <= 0) & ~twice)
    if len(wrong):
        row = int(wrong[0]) + 1
        back = steps[row - 1] < 0
        raise _wrong(
            path,
            int(rows[row]),
            f"{columns.time_name} {'goes back' if back else 'stands still'} "
            f"({t_us[row - 1] * 1e-6:.6f} s, then {t_us[row] * 1e-6:.6f} s)",
            "put one recording in a file, in order" if back else "give each sample its own time",
        )
    keep = np.append(True, ~twice)
    return t_us[keep], table[keep]


def _check_times(path: Path, columns: Columns, t_us: NDArray[np.int64], period: float) -> None:
    rate_hz = 1e6 / period
    name = columns.time_name
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise RecordingError(
            path,
            f"{name} means {rate_hz:.4g} samples a second, and contacts can be found in "
            f"{RATES_HZ[0]:g} to {RATES_HZ[1]:,.0f}",
            "name the column t_s, t_ms or t_us by its unit"
            + (", or record at 50 Hz or more" if rate_hz < RATES_HZ[0] else ""),
        )
    steps = np.diff(t_us)
    # Few of them, however long, are pauses.
    long = np.quantile(steps, 0.9)
    if len(steps) >= 20 and min(long, np.minimum(steps, long).mean()) > LARGEST_BURST * period:
        raise RecordingError(
            path, f"{name} comes in bursts, as arrival times do", "give each sample the time it was taken"
        )
