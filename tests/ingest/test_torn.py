"""Rows in which something has no number: in the middle, at the ends, and for want of a gyroscope alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.mount import Mount
from ingest.files import read_recording
from tests.ingest.test_files import SIX, table, write


@pytest.mark.parametrize(("first", "last"), [(60, 100), (0, 30), (40, 51)])
def test_a_gyroscope_that_stops_costs_no_acceleration(tmp_path: Path, first: int, last: int) -> None:
    rows = table()
    rows[first:last, 5] = np.nan
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.gyro_dps is None
    assert (len(recording.t_us), recording.lost) == (100, 0)
    assert recording.doubt == (
        f"{tmp_path / 'a.csv'}: the gyroscope is left out: {last - first} of 100 rows, "
        f"from {first / 200:.2f} to {(last - 1) / 200:.2f} s, have acceleration and no number in gy_dps; "
        "to have it used, cut the file into parts with and without it"
    )


def test_a_few_rows_without_rotation_are_missing_samples(tmp_path: Path) -> None:
    rows = table()
    rows[40:50, 4:] = np.nan
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.gyro_dps is not None
    assert (len(recording.t_us), recording.lost) == (90, 10)
    assert recording.doubt.endswith("a.csv: 10 of 100 rows are left out: no number in gx_dps, gy_dps, gz_dps")


def test_rows_without_anything_are_no_reason_to_give_up_a_gyroscope(tmp_path: Path) -> None:
    rows = table()
    rows[40:70, 1:] = np.nan
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.gyro_dps is not None
    assert (len(recording.t_us), recording.lost) == (70, 30)


def test_a_gyroscope_that_stops_among_other_losses(tmp_path: Path) -> None:
    """Only what it costs alone counts: here 20 of the 90 rows that have acceleration."""
    rows = table()
    rows[:10, 1:4] = np.nan
    rows[50:70, 4:] = np.nan
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.gyro_dps is None
    assert (len(recording.t_us), recording.lost) == (90, 10)


@pytest.mark.parametrize("torn", [slice(0, 20), slice(70, 100), [*range(7), *range(40, 45), *range(99, 100)]])
def test_what_is_missing_at_the_ends_is_missing(tmp_path: Path, torn: slice | list[int]) -> None:
    rows = table()
    rows[torn, 1:] = np.nan
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert len(recording.t_us) + recording.lost == 100
    assert recording.lost == np.isnan(rows[:, 1]).sum()
    assert (recording.begin_us, recording.end_us) == (0, 495_000)


@pytest.mark.parametrize("time_s", [0.1, 0.48, 1e30], ids=["back", "still", "far"])
def test_times_of_empty_rows_that_make_no_sense_are_not_believed(tmp_path: Path, time_s: float) -> None:
    rows = table()
    rows[95:, 1:] = np.nan
    rows[97, 0] = time_s
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert (recording.begin_us, recording.end_us, recording.lost) == (0, 480_000, 2)


@pytest.mark.parametrize("at", [0, -1], ids=["first", "last"])
def test_one_row_of_another_time_does_not_stretch_a_recording(tmp_path: Path, at: int) -> None:
    """A counter's 0 before the time was set, and a file was a recording of a day of which all was lost."""
    rows = table()
    rows[:, 0] += 100_000.0
    rows[at, 1:] = np.nan
    rows[at, 0] = 0.0 if at == 0 else 200_000.0
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.end_us - recording.begin_us == 98 * 5_000
    assert (recording.lost, recording.doubt) == (0, "")


@pytest.mark.parametrize(
    ("first_s", "last_s", "doubt"),
    [
        (-10.0, 0.5, "the first 10.01 s and the last 0.01 s of 10.50 s have rows and no sample"),
        (0.0, 50.0, "the first 0.01 s and the last 49.51 s of 50.00 s have rows and no sample"),
        (0.0, 0.5, ""),
    ],
)
def test_ends_that_are_much_of_a_recording_are_doubted(
    tmp_path: Path, first_s: float, last_s: float, doubt: str
) -> None:
    rows = table()
    rows[[0, -1], 0] = first_s, last_s
    rows[0, 1:] = np.nan
    rows[-1, 1:] = np.nan
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.end_us - recording.begin_us == round((last_s - first_s) * 1e6)
    assert recording.doubt == (f"{tmp_path / 'a.csv'}: {doubt}" if doubt else "")


def alternating(rows: NDArray[np.float64]) -> None:
    rows[1::2, 4:] = np.nan


def in_turn(rows: NDArray[np.float64]) -> None:
    rows[::2, 4:] = np.nan
    rows[1::2, 1:4] = np.nan


def stretches(rows: NDArray[np.float64]) -> None:
    for first in (0, 20, 40, 60, 80):
        rows[first : first + 9, 4:] = np.nan
        rows[first + 4, 1:] = np.nan


@pytest.mark.parametrize(
    ("tear", "remedy"),
    [
        (alternating, "write ax_g, ay_g, az_g and gx_dps, gy_dps, gz_dps at each time"),
        (in_turn, "write ax_g, ay_g, az_g and gx_dps, gy_dps, gz_dps at each time"),
        (stretches, "cut the file into parts with and without it"),
    ],
)
def test_what_helps_a_gyroscope_depends_on_where_it_is_missing(
    tmp_path: Path, tear: Callable[[NDArray[np.float64]], None], remedy: str
) -> None:
    rows = table()
    tear(rows)
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.gyro_dps is None
    assert f"; to have it used, {remedy}" in recording.doubt
