"""Quotation marks in CSV files: a stray one is told with its line, and never swallows the rows behind it."""

from pathlib import Path

import pytest

from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.files import read_recording
from tests.ingest.test_files import FULL

NOTED = f"{FULL},note"


def rows(n: int, note: str = "") -> list[str]:
    return [f"{k / 100},0.1,0.2,0.9,{k % 7},2,3{note}" for k in range(n)]


def refused(path: Path, lines: list[str], end: str = "\n") -> RecordingError:
    path.write_bytes(end.join([*lines, ""]).encode())
    with pytest.raises(RecordingError) as caught:
        read_recording(path, Mount.LEFT_SHIN)
    return caught.value


# Few rows are one cell of any size, many are more than the module csv takes for one.
@pytest.mark.parametrize("n", [100, 10_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("blank", [0, 3])
def test_a_stray_mark_is_told_with_its_line(tmp_path: Path, n: int, end: str, blank: int) -> None:
    lines = [FULL, *[""] * blank, *rows(n)]
    lines[49] = '"' + lines[49]
    error = refused(tmp_path / "a.csv", lines, end)
    assert str(error) == (
        f"{tmp_path / 'a.csv'}, line 50: has a quotation mark that nothing closes on that line; "
        "remove or close it"
    )


@pytest.mark.parametrize("n", [100, 10_000])
def test_a_stray_mark_in_a_column_that_is_not_read(tmp_path: Path, n: int) -> None:
    """The row that it is in has all of its numbers."""
    lines = [NOTED, *rows(n, ',"a, b"')]
    lines[49] = lines[49].removesuffix('"')
    assert refused(tmp_path / "a.csv", lines).line == 50
    lines[49] = rows(50, ',"ok')[48]
    assert refused(tmp_path / "a.csv", lines).line == 50


def test_two_stray_marks_swallow_no_rows_either(tmp_path: Path) -> None:
    lines = [FULL, *rows(100)]
    lines[49] = '"' + lines[49]
    lines[59] += '"'
    assert refused(tmp_path / "a.csv", lines).line == 50
    lines = [NOTED, *rows(100, ',"a, b"')]
    lines[49], lines[59] = rows(50, ',"ok')[48], rows(60, ',ok"')[58]
    assert refused(tmp_path / "a.csv", lines).line == 50


def test_a_stray_mark_among_the_last_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [FULL, *rows(100)]
    lines[99] = '"' + lines[99]
    assert refused(path, lines).line == 100
    # A single line may still have been cut off.
    path.write_text("\n".join([FULL, *rows(100), '"1.0,0.1']))
    assert len(read_recording(path, Mount.LEFT_SHIN).t_us) == 100


@pytest.mark.parametrize("n", [100, 10_000])
@pytest.mark.parametrize("header", [f'"{FULL}', FULL.replace("gx", '"gx'), f'{FULL},"note'])
def test_a_stray_mark_in_the_header(tmp_path: Path, n: int, header: str) -> None:
    error = refused(tmp_path / "a.csv", [header, *rows(n)])
    assert error.line == 1
    assert "quotation mark" in error.what


def test_notes_may_have_line_breaks(tmp_path: Path) -> None:
    lines = [
        '"note\n(free, text)",' + FULL,
        *('"felt, fine\nthen, tired, but, up, the, hill, of, 100, m",' + row for row in rows(100)),
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    assert len(read_recording(path, Mount.LEFT_SHIN).t_us) == 100
    # The line that a row with something wrong begins in.
    lines[30] = lines[30].replace("0.29,", "0.02,")
    assert refused(path, lines).line == 61


def test_what_is_no_text_is_no_matter_of_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join([NOTED, *rows(100, ',"ä, b"')]).encode("latin-1"))
    with pytest.raises(RecordingError, match="is not text; give a CSV file in UTF-8"):
        read_recording(path, Mount.LEFT_SHIN)


def test_a_cell_without_end_is_told_with_its_line(tmp_path: Path) -> None:
    lines = [FULL, *rows(100)]
    lines[49] += "x" * 200_000
    error = refused(tmp_path / "a.csv", lines)
    assert (error.line, error.what) == (50, "has an endless cell")
