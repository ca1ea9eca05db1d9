"""CSV files that end in the middle of a row: what was whole before stays."""

from pathlib import Path

import pytest

from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.files import read_recording
from tests.ingest.test_files import FULL, GOOD

ONE = "0.50,-0.12,-0.25,1e-1,-10.5,2e+1,-3e-2"


@pytest.mark.parametrize("size", range(len(ONE)))
@pytest.mark.parametrize("temperature", ["", ",21.5"])
def test_a_file_may_end_anywhere(tmp_path: Path, size: int, temperature: str) -> None:
    """A program that was killed, a disk that was full: what was whole before stays."""
    path = tmp_path / "a.csv"
    header = FULL + (",t_c" if temperature else "")
    whole = [row + temperature for row in GOOD]
    path.write_text("\n".join([header, *whole, ONE[:size]]))
    assert len(read_recording(path, Mount.LEFT_SHIN).t_us) in (50, 51)
    if ONE[size - 1 : size] in ("-", "e", "+"):
        assert len(read_recording(path, Mount.LEFT_SHIN).t_us) == 50


@pytest.mark.parametrize(
    "last",
    [
        "0.50,0.1,0.2,0.9,1,2,-\n",
        "0.50,0.1,0.2,0.9,1,2,-\r\n",
        "0.50,0.1,0.2,0.9,1,2,-\n\n",
        "0.50,0.1,x,0.9,1,2,-",
        "0.50,0.1,0.2,0.9,1,x,3",
        "0.50,0.1,0.2,0.9,1,2,-\n0.51,0.1,0.2,0.9,1,2,3",
    ],
)
def test_only_the_end_of_a_file_cuts_a_cell(tmp_path: Path, last: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join([FULL, *GOOD, last]).encode())
    with pytest.raises(RecordingError, match=r"line 52: '[x-]' is not a number"):
        read_recording(path, Mount.LEFT_SHIN)


def test_a_single_row_that_is_cut_off_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{FULL}\n0.50,0.1,0.2,0.9,1,2,-")
    with pytest.raises(RecordingError, match="line 2: '-' is not a number"):
        read_recording(path, Mount.LEFT_SHIN)
