"""Recordings in which a sensor stopped: what it still measured counts, and what it did not is told."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dsp.block import ImuBlock
from dsp.mount import Mount
from ingest.files import blocks, read_recording
from kneeload.analyze import Analysis, analyze
from kneeload.export import table_of, write_table
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
        path = write_table(table_of(off), tmp_path / "samples-left-shin")
    found = [stride.initial_contact_us for stride in analysed(path).strides]
    expected = [stride.initial_contact_us for stride in analysed(bare(run, tmp_path / "bare.csv")).strides]
    assert len(found) == len(expected) > 35
    np.testing.assert_allclose(found, expected, atol=1000)
