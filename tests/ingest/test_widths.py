"""Rows with more cells than their header are found among the bytes, wherever a piece of the file ends."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.widths import may_be_too_wide

HEAD = "t_s,ax_g,ay_g"
ROWS = st.lists(st.lists(st.sampled_from(["", "1", "-0.25"]), max_size=6), max_size=8)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("widths") / "a.csv"


def too_wide(path: Path) -> bool:
    with path.open(newline="") as file:
        return any(any(cells[3:]) for cells in csv.reader(file))


@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_exactly_the_rows_that_are_too_wide_are_found(
    path: Path, rows: list[list[str]], end: str, last: bool
) -> None:
    path.write_bytes((end.join([HEAD, *map(",".join, rows)]) + (end if last else "")).encode())
    assert may_be_too_wide(path, 3) == too_wide(path)


@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n", "\r"]), piece_bytes=st.integers(1, 60))
def test_none_is_missed_in_however_small_pieces(
    path: Path, rows: list[list[str]], end: str, piece_bytes: int
) -> None:
    path.write_bytes(end.join([HEAD, *map(",".join, rows)]).encode())
    assert may_be_too_wide(path, 3, piece_bytes=piece_bytes) or not too_wide(path)


@given(content=st.binary(max_size=200), piece_bytes=st.integers(1, 60))
def test_any_bytes_have_an_answer(path: Path, content: bytes, piece_bytes: int) -> None:
    path.write_bytes(content)
    assert may_be_too_wide(path, 3, piece_bytes=piece_bytes) in (True, False)
