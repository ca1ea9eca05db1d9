"""Columns of Parquet files: what other programs write for numbers, for none and for times too long."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.files import Recording, read_recording

__all__: list[str] = []

ROWS = 200


def read(tmp_path: Path, **columns: pa.Array) -> Recording:
    usual = {
        "t_us": pa.array(np.arange(ROWS) * 5000),
        **{f"a{axis}_g": pa.array(np.linspace(0.5, 0.6, ROWS)) for axis in "xyz"},
    }
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({**usual, **columns}), path)
    return read_recording(path, Mount.LEFT_SHIN)


def test_decimals_are_numbers(tmp_path: Path) -> None:
    """As databases write them."""
    exact = [Decimal(k).scaleb(-3) for k in range(ROWS)]
    recording = read(tmp_path, ax_g=pa.array([None, *exact[1:]]))
    assert recording.acc_g[:, 0] == pytest.approx([float(value) for value in exact[1:]])
    assert recording.lost == 1


def test_a_gyroscope_without_any_value_is_none_as_in_csv(tmp_path: Path) -> None:
    recording = read(tmp_path, **{f"g{axis}_dps": pa.nulls(ROWS) for axis in "xyz"})
    assert recording.gyro_dps is None
    assert "the gyroscope is left out: its columns are empty" in recording.doubt
    with pytest.raises(RecordingError, match="has no number in ax_g"):
        read(tmp_path, ax_g=pa.nulls(ROWS))


def test_nanoseconds_in_microseconds_place_are_told_as_in_csv(tmp_path: Path) -> None:
    with pytest.raises(
        RecordingError, match=r"row 1: t_us is 1\.7e\+18, .*; name the column t_s, t_ms or t_us"
    ):
        read(tmp_path, t_us=pa.array(1_700_000_000_000_000_001 + np.arange(ROWS) * 5_000_000))


@pytest.mark.parametrize("kind", [pa.string(), pa.timestamp("us"), pa.duration("us")])
def test_what_has_no_unit_or_no_number_is_refused(tmp_path: Path, kind: pa.DataType) -> None:
    with pytest.raises(RecordingError, match="has no numbers in t_us but"):
        read(tmp_path, t_us=pa.array(np.arange(ROWS) * 5000).cast(kind))
