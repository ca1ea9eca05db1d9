"""CSV and Parquet recordings: units, losses, and what is wrong with them in one line."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.files import blocks, read_recording

G = 9.80665
SIX = ["t_s", "ax_g", "ay_g", "az_g", "gx_dps", "gy_dps", "gz_dps"]


def table(n: int = 100, rate_hz: float = 200.0) -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    return np.column_stack(
        [np.arange(n) / rate_hz, rng.normal([0, 0, 1], 0.3, (n, 3)), rng.normal(0, 100, (n, 3))]
    )


def write(path: Path, header: list[str], rows: NDArray[np.float64]) -> Path:
    lines = [",".join(header)] + [",".join(f"{value:.9g}" for value in row) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(("time", "per_s"), [("t_s", 1), ("t_ms", 1e3), ("t_us", 1e6)])
@pytest.mark.parametrize(("acc", "per_g"), [("g", 1), ("ms2", G)])
@pytest.mark.parametrize(("gyro", "per_dps"), [("dps", 1), ("rads", np.pi / 180), (None, 1)])
def test_units(
    tmp_path: Path, time: str, per_s: float, acc: str, per_g: float, gyro: str | None, per_dps: float
) -> None:
    rows = table() * np.repeat([per_s, per_g, per_dps], [1, 3, 3])
    header = [time, *(f"a{axis}_{acc}" for axis in "xyz")]
    if gyro:
        header += [f"g{axis}_{gyro}" for axis in "xyz"]
    recording = read_recording(write(tmp_path / "a.csv", header, rows[:, : len(header)]), Mount.LEFT_SHIN)
    np.testing.assert_array_equal(recording.t_us, np.arange(100) * 5000)
    np.testing.assert_allclose(recording.acc_g, table()[:, 1:4], rtol=1e-7)
    assert (recording.rate_hz, recording.lost) == (200.0, 0)
    if gyro:
        assert recording.gyro_dps is not None
        np.testing.assert_allclose(recording.gyro_dps, table()[:, 4:], rtol=1e-7)
    else:
        assert recording.gyro_dps is None


def test_column_order_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        '﻿az_g, "note" ,ay_g,t_s,ax_g\r\n' + "".join(f"1.0,ok,0.5,{k / 100},0.25\r\n" for k in range(10))
    )
    recording = read_recording(path, Mount.RIGHT_SHOE)
    np.testing.assert_array_equal(recording.acc_g, [[0.25, 0.5, 1.0]] * 10)


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    rows = table()
    columns = {
        name: pa.array(rows[:, at], pa.float32() if at else pa.float64()) for at, name in enumerate(SIX)
    }
    pq.write_table(pa.table({"comment": ["x"] * 100, **columns}), tmp_path / "a.parquet")
    recording = read_recording(tmp_path / "a.parquet", Mount.LEFT_SHIN)
    np.testing.assert_allclose(recording.acc_g, rows[:, 1:4], rtol=1e-6)
    assert recording.rate_hz == pytest.approx(200)
    for array in (recording.acc_g, recording.gyro_dps):
        assert array is not None
        assert array.flags.c_contiguous
        assert array.dtype == np.float64


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(RecordingError, match=r"pip install 'kneeload\[report\]'"):
        read_recording(path, Mount.LEFT_SHIN)


def test_rows_without_numbers_are_missing_samples(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", SIX, table())
    lines = path.read_text().splitlines()
    lines[10] = lines[10].split(",")[0] + ",,,,,,"
    lines[11] = ",".join([lines[11].split(",")[0], "nan", *lines[11].split(",")[2:]])
    lines[20] = ",".join([*lines[20].split(",")[:6], "inf"])
    path.write_text("\n".join(lines))
    recording = read_recording(path, Mount.LEFT_SHIN)
    assert (len(recording.t_us), recording.lost) == (97, 3)
    assert recording.lost_before[9] == 2
    assert recording.lost_before[17] == 1


def test_blocks_are_cut_at_losses(tmp_path: Path) -> None:
    rows = np.delete(table(), [30, 31, 32, 60], axis=0)
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    found = list(blocks(recording, size=25))
    assert [(len(b), b.lost_before, b.restart) for b in found] == [
        (25, 0, True),
        (5, 0, False),
        (20, 3, False),
        (7, 0, False),
        (18, 1, False),
        (21, 0, False),
    ]
    np.testing.assert_array_equal(np.concatenate([b.t_us for b in found]), recording.t_us)
    np.testing.assert_array_equal(np.vstack([b.acc_g for b in found]), recording.acc_g)
    assert all(b.acc_g.flags.c_contiguous for b in found)


FULL = ",".join(SIX)
ROW = "{t},0.1,0.2,0.9,1,2,3"
GOOD = [ROW.format(t=k / 100) for k in range(50)]


@pytest.mark.parametrize(
    ("lines", "line", "what", "remedy"),
    [
        ([], None, "is empty", "give another file"),
        ([FULL], None, "has a header and no samples", "give another file"),
        ([FULL, *GOOD[:1]], None, "single sample", "at least two"),
        ([FULL, *GOOD[:9], "0.09,0.1,x,1,1,1,1", *GOOD[10:]], 11, "'x' is not a number", "correct"),
        *(
            ([FULL, *GOOD[:9], f"0.09,0.1,{cell},1,1,1,1", *GOOD[10:]], 11, f"'{cell}' is not", "correct")
            for cell in ("1_5", "0_0.1", "1e1_0")
        ),
        ([FULL, *GOOD[:9], "0.09,0.1", *GOOD[10:]], 11, "fewer than 7 cells", "complete"),
        ([FULL, *GOOD[:9], GOOD[4], *GOOD[10:]], 11, "t_s goes back", "in order"),
        ([FULL, *GOOD[:9], "0.08,0,0,1,0,0,0", *GOOD[9:]], 11, "t_s stands still", "its own time"),
        ([FULL, *GOOD[:9], ",0,0,1,0,0,0", *GOOD[9:]], 11, "has no time", "needs its time"),
        (GOOD, 1, "no header", "begin with t_s,ax_g"),
        (["0,0,0,1", *GOOD], 1, "no header", "begin with t_s,ax_g"),
        (["t_s,ax_g,ay_g,az_g", '0,"0,1",0,1'], 2, "'0,1' is not a number", "decimal point"),
        (
            ["t_ms,ax_g,ay_g,az_g", "", *(f"{k},0,1,0,2,0,9" for k in range(50))],
            3,
            "7 cells",
            "decimal points",
        ),
        ([FULL, *GOOD[:9], "0.09,,1,0,2,0,9,1,2,3", *GOOD[10:]], 11, "10 cells", "decimal points"),
        # A comma for a point in the fourth cell: seven numbers are there, and all are of other columns.
        ([FULL, *GOOD[:30], "0.30,0.1,0.2,0,9,1,2,3", *GOOD[31:]], 32, "8 cells", "decimal points"),
        ([FULL, *GOOD, "0.50,0.1,0.2,0.9,1,2,3,4"], 52, "8 cells", "a name above each column"),
        (["time,x,y,z", "0,0,0,1"], 1, "no column t_s", "t_s,ax_g"),
        *(
            (
                [FULL.replace(",", mark), mark.join("0001")],
                1,
                "no column t_s",
                "separate the columns by commas",
            )
            for mark in ";\t| "
        ),
        # What other programs write before the names, or in front of them.
        *(
            ([comment, FULL, *GOOD], 1, "no column t_s", "remove this line and all others above the names")
            for comment in ("# from xyz", "#xyz", "% t;unit s", "// a, b", "# of a, b, b", "# 2024-01-01")
        ),
        ([f"# {FULL}", *GOOD], 1, "found # t_s, ax_g", "remove the # before the names"),
        (
            [f"%{FULL}".replace(",", " "), *GOOD],
            1,
            "found %t_s ax_g",
            "remove the % before the names, and sep",
        ),
        # What some spreadsheets write before everything else.
        (["sep=,", FULL, *GOOD], 1, "found sep=", "remove this line"),
        (["sep=;", FULL.replace(",", ";")], 1, "found sep=;", "remove this line"),
        (["t_s,ax_g,ay_g", "0,0,1"], 1, "lacks az_g", "all three"),
        (["t_s,ax_g,ay_g,az_g,gx_dps", "0,0,1,1,1"], 1, "lacks gy_dps, gz_dps", "all three"),
        (["t_s,gx_dps,gy_dps,gz_dps", "0,0,1,1"], 1, "no acceleration", "ax, ay, az"),
        (["t_s,t_s,ax_g,ay_g,az_g", "0,0,1,1,1"], 1, "two columns 't_s'", "remove one"),
        (["t_s,ax_g,ay_g,az_g"] + [f"{k / 100},0.1,0.2,9.8" for k in range(50)], None, "9.8", "ax_ms2"),
        (
            ["t_s,ax_g,ay_g,az_g"] + [f"{k / 100},100,200,980" for k in range(50)],
            None,
            "1.01e+03",
            "mg (divide by 1000) or counts",
        ),
        (["t_s,ax_ms2,ay_ms2,az_ms2"] + [f"{k / 100},0,0,1" for k in range(50)], None, "median", "ax_g"),
        (["t_s,ax_g,ay_ms2,az_g", "0,0,1,0"], 1, "two units (ax_g and ay_ms2)", "keep one"),
        (
            ["t_s,ax_g,ay_g,az_g"] + [f"{k / 100},0,0,1e300" for k in range(50)],
            None,
            "median of 1e+300 g",
            "unit",
        ),
        (["t_s,ax_g,ay_g,az_g"] + [f"{k / 100},0,0,0" for k in range(50)], None, "median of 0", "gravity"),
        (["t_s,ax_g,ay_g,az_g"] + [f"{k * 10},0,0,1" for k in range(50)], None, "0.1 samples", "t_ms"),
        (
            ["t_s,ax_g,ay_g,az_g"] + [f"{k / 10},0,0,1" for k in range(50)],
            None,
            "means 10 samples a second",
            "or t_us by its unit, or record at 50 Hz or more",
        ),
        (["t_ms,ax_g,ay_g,az_g"] + [f"{k / 100},0,0,1" for k in range(50)], None, "in 20 to 20,000", "t_s"),
        (["t_s,ax_g,ay_g,az_g"] + [",,," for _ in range(50)], None, "no samples", "another file"),
        (["t_s,ax_g,ay_g,az_g"] + [f"{k},,," for k in range(50)], None, "ax_g, ay_g, az_g", "another file"),
        (
            ["t_s,ax_g,ay_g,az_g"] + [f"{k / 100},,0,1" for k in range(50)],
            None,
            "no number in ax_g",
            "another",
        ),
        (
            ["t_s,ax_g,ay_g,az_g"] + [f"{k / 100},{'0,' if k % 2 else ',0'},1" for k in range(50)],
            None,
            "no row",
            "another file",
        ),
        (["t_s,ax_g,ay_g,az_g", "1e16,0,0,1", "1e16,0,0,1"], 2, "too far from 0", "by its unit"),
        (
            ["t_s,ax_g,ay_g,az_g"] + [f"{k // 5 * 0.1 + k % 5 * 1e-3:.3f},0,0,1" for k in range(100)],
            None,
            "bursts",
            "the time it was taken",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, lines: list[str], line: int | None, what: str, remedy: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("\n".join(lines) + "\n" if lines else "")
    with pytest.raises(RecordingError) as caught:
        read_recording(path, Mount.LEFT_SHIN)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    assert caught.value.line == line
    assert what in caught.value.what
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("blank", ["", ",,,,,,"], ids=["nothing", "commas"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (",0,0,1,0,0,0", "has no time"),
        ("0.01,0,0,1,0,0,0", "goes back"),
        ("1e16,0,0,1,0,0,0", "too far from 0"),
        ("0.20,0,x,1,0,0,0", "'x' is not a number"),
        ("0.20,0,0,1,0,0,0,5", "8 cells"),
    ],
)
def test_blank_lines_are_lines(tmp_path: Path, wrong: str, what: str, end: str, blank: str) -> None:
    """Some before the first row, some between others, and rows of which nothing is taken."""
    path = tmp_path / "a.csv"
    good = [*GOOD[:5], blank, blank, *GOOD[5:8], "0.085,,,,,,", blank, *GOOD[9:12]]
    lines = [FULL, blank, blank, blank, *good, wrong, *GOOD[13:]]
    path.write_bytes(end.join([*lines, ""]).encode())
    with pytest.raises(RecordingError, match=what) as caught:
        read_recording(path, Mount.LEFT_SHIN)
    assert caught.value.line == lines.index(wrong) + 1
    assert f"a.csv, line {lines.index(wrong) + 1}: " in str(caught.value)


def test_what_is_wrong_in_a_parquet_file_is_told_by_its_row(tmp_path: Path) -> None:
    rows = table()
    rows[20, 0] = 0.0
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({name: rows[:, at] for at, name in enumerate(SIX)}), path)
    with pytest.raises(RecordingError, match=r"a.parquet, row 21: t_s goes back") as caught:
        read_recording(path, Mount.LEFT_SHIN)
    assert caught.value.line is None


def test_what_is_wrong_with_a_parquet_files_columns_is_on_no_line(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"t_s": [0.0, 1.0], "ax_g": [0.0, 1.0]}), path)
    with pytest.raises(RecordingError, match=r"a\.parquet: lacks ay_g, az_g") as caught:
        read_recording(path, Mount.LEFT_SHIN)
    assert caught.value.line is None


def test_rows_may_end_in_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([FULL, *(f"{row},," for row in GOOD)]))
    assert len(read_recording(path, Mount.LEFT_SHIN).t_us) == 50


def test_a_comma_in_a_quoted_cell_moves_no_others(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = (f'"{"a, b" if k == 7 else "ok"}",{k / 100 - 0.005},{k / 100},0.25,0.5,1' for k in range(10))
    path.write_text("\n".join(["note,taken_s,t_s,ax_g,ay_g,az_g", *rows]))
    np.testing.assert_array_equal(read_recording(path, Mount.LEFT_SHIN).acc_g, [[0.25, 0.5, 1.0]] * 10)


def test_a_cut_off_last_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([FULL, *GOOD, "0.50,0.1"]))
    assert len(read_recording(path, Mount.LEFT_SHIN).t_us) == 50


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
@given(content=st.binary(max_size=400))
def test_random_bytes_are_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("junk") / name
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        read_recording(path, Mount.LEFT_SHIN)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="0123456789.,-+eE naif\n\r\"';", max_size=400))
def test_random_text_below_a_good_header(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("junk") / "a.csv"
    path.write_text("t_s,ax_g,ay_g,az_g\n" + text)
    try:
        recording = read_recording(path, Mount.LEFT_SHIN)
    except RecordingError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert (np.diff(recording.t_us) > 0).all()


def test_missing_and_odd_paths(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, what in (
        ("none.csv", "No such file"),
        ("folder.csv", "is a folder; give the files"),
        ("a.txt", "neither .*convert it"),
        ("a.csv.gz", "neither .*unpack it"),
    ):
        with pytest.raises(RecordingError, match=what):
            read_recording(tmp_path / name, Mount.LEFT_SHIN)


@pytest.mark.parametrize(
    ("folder", "name", "rate_hz", "lost"),
    [
        ("ble_foot", "run.csv", 100.0, 1128),
        ("vicon_shoe", "run-2017-12-15-18-01-51.csv", 200.0, 0),
        ("vicon_shoe", "walk-2017-11-22-11-26-05.csv", 200.0, 0),
        ("treadmill_shank", "run-01.csv", 142.857, 0),
        ("outdoor_shoe", "run-left-shoe.csv", 100.0, 0),
    ],
)
def test_real_recordings(recordings: Path, folder: str, name: str, rate_hz: float, lost: int) -> None:
    recording = read_recording(recordings / folder / name, Mount.LEFT_SHOE)
    assert recording.doubt == ""
    assert recording.rate_hz == pytest.approx(rate_hz, rel=1e-4)
    assert recording.lost == lost
