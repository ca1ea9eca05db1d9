"""Recordings in which a sensor stopped: what it still measured counts, and what it did not is told."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.plan import Activity
from ingest.files import blocks, read_recording
from kneeload.analysis import Analysis, lines_of
from kneeload.analyze import analyze
from kneeload.export import samples_name, samples_suffix, table_of, write_table
from tests.kneeload.test_analyze import write_run

LEFT = Mount.LEFT_SHIN


def analysed(path: Path) -> Analysis:
    (analysis,) = analyze([path], LEFT)
    return analysis


def torn(source: Path, path: Path, *, cells: int) -> Path:
    """The second half of its rows with so many cells and no more."""
    header, *lines = source.read_text(encoding="utf-8").splitlines()
    half = len(lines) // 2
    rest = [",".join([*line.split(",")[:cells], *[""] * (7 - cells)]) for line in lines[half:]]
    path.write_text("\n".join([header, *lines[:half], *rest]) + "\n", encoding="utf-8")
    return path


def bare(source: Path, path: Path) -> Path:
    """The same without a gyroscope."""
    lines = source.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(",".join(line.split(",")[:4]) for line in lines), encoding="utf-8")
    return path


def test_a_gyroscope_that_stops_costs_no_stride(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run.csv")
    without = analysed(bare(run, tmp_path / "bare.csv"))
    stopped = analysed(torn(run, tmp_path / "torn.csv", cells=4))
    assert stopped.strides == without.strides
    assert stopped.summary == without.summary
    assert without.origin.doubt == ""
    assert "the gyroscope is left out" in stopped.origin.doubt


def test_a_sensor_that_stops_measuring_is_watched_and_its_samples_are_lost(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run.csv")
    summary = analysed(torn(run, tmp_path / "torn.csv", cells=1)).summary
    assert summary.duration_s == pytest.approx(30, abs=0.01)
    assert summary.lost_percent == pytest.approx(50, abs=0.1)
    assert summary.running_s == pytest.approx(15, abs=2)


@pytest.mark.parametrize("told", ["9999", "-32768", "1e300"])
@pytest.mark.parametrize("column", [1, 6])
def test_a_number_for_nothing_spoils_no_more_than_an_empty_cell(
    tmp_path: Path, told: str, column: int
) -> None:
    lines = write_run(tmp_path / "run.csv").read_text(encoding="utf-8").splitlines()
    found = []
    for value in ("", told):
        cells = [line.split(",") for line in lines]
        for row in cells[400:5000:500]:
            row[column] = value
        path = tmp_path / f"run{len(value)}.csv"
        path.write_text("\n".join(",".join(row) for row in cells), encoding="utf-8")
        found.append(analysed(path))
    empty, sentinel = found
    assert sentinel.strides == empty.strides
    assert sentinel.summary == empty.summary
    assert sentinel.summary.lost_percent is not None
    assert sentinel.summary.lost_percent > 0
    assert "the first is line 401 " in sentinel.origin.doubt
    assert empty.origin.doubt == ""


@pytest.mark.parametrize("pyarrow", [True, False], ids=["parquet", "csv"])
def test_samples_that_are_exported_lose_no_strides_where_the_gyroscope_was_off(
    tmp_path: Path, pyarrow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(tmp_path / "run.csv")
    sent: list[ImuBlock] = list(blocks(read_recording(run, LEFT), size=500))
    off = [replace(block, gyro_dps=None) if at >= len(sent) // 2 else block for at, block in enumerate(sent)]
    with monkeypatch.context() as patch:
        if not pyarrow:
            patch.setitem(sys.modules, "pyarrow", None)
        path = tmp_path / samples_name(LEFT, samples_suffix())
        write_table(path, table_of(off))
    found = [stride.initial_contact_us for stride in analysed(path).strides]
    expected = [stride.initial_contact_us for stride in analysed(bare(run, tmp_path / "bare.csv")).strides]
    assert len(found) == len(expected) > 35
    np.testing.assert_allclose(found, expected, atol=1000)


# Holes of up to so many samples are bridged: a second at 208 Hz.
BRIDGED = 208
STAND_OR_RUN: tuple[Activity, ...] = ("stand", "run")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, list[str]]:
    """The lines of a recording of standing (True) and one of running."""
    path = tmp_path_factory.mktemp("whole") / "run.csv"
    return {
        activity == "stand": write_run(path, duration_s=20, activity=activity).read_text().splitlines()
        for activity in STAND_OR_RUN
    }


@settings(max_examples=50, deadline=None)
@given(
    holes=st.lists(st.tuples(st.integers(0, 4160), st.integers(1, 900)), max_size=5),
    empty=st.lists(st.booleans(), min_size=5, max_size=5),
    stand=st.booleans(),
)
def test_the_times_of_a_recording_add_up(
    whole: dict[bool, list[str]],
    tmp_path_factory: pytest.TempPathFactory,
    holes: list[tuple[int, int]],
    empty: list[bool],
    stand: bool,
) -> None:
    """Whatever is missing: rows, or the samples in them."""
    path = tmp_path_factory.mktemp("holes") / "run.csv"
    header, *lines = whole[stand]
    measured = np.ones(len(lines), np.bool_)
    for (first, size), row_stays in zip(holes, empty, strict=False):
        measured[first : first + size] = False
        for row in range(first, min(first + size, len(lines))):
            lines[row] = lines[row].split(",")[0] + ",,,,,," if row_stays and lines[row] else ""
    path.write_text("\n".join([header, *filter(None, lines)]) + "\n", encoding="utf-8")
    told = [row for row, line in enumerate(lines) if line]
    at = np.flatnonzero(measured)
    if len(at) < 500:
        return
    summary = analysed(path).summary
    parts = (summary.running_s, summary.walking_s, summary.idle_s, summary.unwatched_s)
    assert summary.duration_s == pytest.approx((told[-1] - told[0]) / BRIDGED, abs=1e-5)
    assert sum(parts) == pytest.approx(summary.duration_s, abs=1e-6)
    without = np.diff(at)
    gone = without[without > BRIDGED + 1].sum() + at[0] - told[0] + told[-1] - at[-1]
    assert summary.unwatched_s == pytest.approx(gone / BRIDGED, abs=1e-5)


def test_time_without_samples_is_told_where_there_is_some(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run.csv")
    assert "without samples" not in next(lines_of(analysed(run)))
    stopped = torn(run, tmp_path / "torn.csv", cells=1)
    assert " s running, 0 s walking, 15 s without samples; " in next(lines_of(analysed(stopped)))
