"""Numbers that no sensor gives: scattered ones are rows without a number, most of them are another unit."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.files import read_recording
from tests.ingest.test_files import SIX, G, table, write
from tests.ingest.test_plausible import moving

LEFT = Mount.LEFT_SHIN


@pytest.mark.parametrize("value", [9999.0, -9999.0, 32767.0, -5000.0, 1e300, -1e300])
@pytest.mark.parametrize(("column", "limit"), [(2, "410 g"), (6, "4,500 deg/s")])
def test_impossible_values_are_rows_without_a_number(
    tmp_path: Path, value: float, column: int, limit: str
) -> None:
    rows, empty = table(), table()
    rows[[30, 31, 70], column] = value
    empty[[30, 31, 70], column] = np.nan
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), LEFT)
    expected = read_recording(write(tmp_path / "b.csv", SIX, empty), LEFT)
    assert recording.gyro_dps is not None
    assert expected.gyro_dps is not None
    np.testing.assert_array_equal(recording.t_us, expected.t_us)
    np.testing.assert_array_equal(recording.acc_g, expected.acc_g)
    np.testing.assert_array_equal(recording.gyro_dps, expected.gyro_dps)
    np.testing.assert_array_equal(recording.lost_before, expected.lost_before)
    assert (recording.lost, expected.doubt) == (3, "")
    assert recording.doubt == (
        f"{tmp_path / 'a.csv'}: rows beyond ±{limit}, which no sensor on a leg measures, "
        f"count as empty there: 3 of 100, the first is line 32 ({SIX[column]} is {value:.6g})"
    )


def test_limits_are_in_the_unit_of_the_columns(tmp_path: Path) -> None:
    rows = table() * np.repeat([1, G, np.pi / 180], [1, 3, 3])
    header = ["t_s", "ax_ms2", "ay_ms2", "az_ms2", "gx_rads", "gy_rads", "gz_rads"]
    rows[20, 1], rows[40, 4] = 400 * G, 50.0
    recording = read_recording(write(tmp_path / "a.csv", header, rows), LEFT)
    assert (recording.lost, recording.doubt) == (0, "")
    rows[20, 1], rows[40, 4] = 420 * G, 99.0
    recording = read_recording(write(tmp_path / "a.csv", header, rows), LEFT)
    assert recording.lost == 2
    assert "1 of 100, the first is line 22 (ax_ms2 is 4118.79); also rows beyond ±4,500" in recording.doubt
    assert recording.doubt.endswith("1 of 100, the first is line 42 (gx_rads is 99)")


def test_the_first_of_a_parquet_file_is_told_by_its_row(tmp_path: Path) -> None:
    rows = table()
    rows[[20, 50], 3] = -9999
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({name: rows[:, at] for at, name in enumerate(SIX)}), path)
    recording = read_recording(path, LEFT)
    assert recording.lost == 2
    assert recording.doubt.endswith("2 of 100, the first is row 21 (az_g is -9999)")


def test_many_are_left_out_too_as_long_as_most_are_not(tmp_path: Path) -> None:
    rows = table()
    rows[::5, 1:4] = 9999
    rows[1::5, 1:4] = -9999
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), LEFT)
    assert len(recording.t_us) == 60
    assert "40 of 100, the first is line 2 " in recording.doubt
    assert "also 40 of 100 rows are left out: no number in ax_g, ay_g, az_g" in recording.doubt


@pytest.mark.parametrize(
    ("scale", "remedy"), [(G, "m/s²"), (1000.0, "mg"), (1e300, "another unit"), (-1e305, "another unit")]
)
def test_where_most_are_impossible_the_unit_is_refused(tmp_path: Path, scale: float, remedy: str) -> None:
    rows = table()
    rows[:, 3] = 1.0
    rows[:, 1:4] *= scale
    with pytest.raises(RecordingError, match="no leg does") as caught:
        read_recording(write(tmp_path / "a.csv", SIX, rows), LEFT)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("scale", [16.4, 57.3, 1e6, 1e305])
def test_a_gyroscope_of_another_scale_is_refused_as_a_whole(tmp_path: Path, scale: float) -> None:
    """Most of its rows may be possible ones: a leg turns slowly most of the time."""
    rows = moving(10.0, 800.0)
    rows[:, 4:] *= scale
    for header in (SIX, [*SIX[:4], "gx_rads", "gy_rads", "gz_rads"]):
        with pytest.raises(RecordingError, match=r"the gyroscope reaches .* check the unit") as caught:
            read_recording(write(tmp_path / "a.csv", header, rows), LEFT)
        assert len(str(caught.value)) < 300


def test_infinity_is_an_empty_cell_as_before(tmp_path: Path) -> None:
    rows = table()
    rows[30, 1], rows[50, 6] = np.inf, -np.inf
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), LEFT)
    assert (recording.lost, recording.doubt) == (2, "")
    rows[60, 5] = 9999
    recording = read_recording(write(tmp_path / "b.csv", SIX, rows), LEFT)
    assert recording.lost == 3
    assert recording.doubt.endswith("1 of 100, the first is line 62 (gy_dps is 9999)")
