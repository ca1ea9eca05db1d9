"""The cost benchmarks measure the real thing, and write only between their marks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.page import BEGIN, END
from benchmarks.sheet import Sheet, number
from benchmarks.speed import page
from benchmarks.speed.core import push_all, push_interleaved
from benchmarks.speed.inputs import RATE_HZ, blocks_of, packets, running, write_csv
from benchmarks.speed.notification import decode, decode_and_push, filter_each
from benchmarks.speed.reference import channels_of, filter_and_find
from benchmarks.speed.timing import interleaved
from dsp.mount import Mount
from ingest.files import read_recording

RUN_S = 40.0


def test_pieces_and_one_array_make_the_same_strides() -> None:
    samples = running(Mount.LEFT_SHIN, RUN_S)
    pieces = blocks_of(samples, Mount.LEFT_SHIN, size=17)
    strides = push_all(pieces)
    assert strides == push_all(blocks_of(samples, Mount.LEFT_SHIN, size=len(samples)))
    assert strides > 20
    assert push_interleaved([pieces, pieces]) >= 2 * (strides - 2)


def test_packets_bring_every_sample_and_its_strides() -> None:
    arrived = packets(Mount.RIGHT_SHIN, RUN_S)
    blocks = decode(arrived)
    assert sum(len(block) for block in blocks) > (RUN_S - 1) * RATE_HZ
    assert decode_and_push(arrived) > 20
    filter_each(blocks)


def test_the_yardstick_finds_about_one_peak_a_stride() -> None:
    samples = running(Mount.LEFT_SHIN, RUN_S)
    peaks = filter_and_find(channels_of(samples.acc_g, samples.gyro_dps), RATE_HZ)
    assert 25 < peaks.size < 80


def test_a_written_csv_is_a_recording(tmp_path: Path) -> None:
    samples = running(Mount.LEFT_SHIN, RUN_S)
    write_csv(tmp_path / "run.csv", samples)
    recording = read_recording(tmp_path / "run.csv", Mount.LEFT_SHIN)
    assert recording.rate_hz == pytest.approx(RATE_HZ)
    assert np.abs(recording.acc_g - samples.acc_g).max() < 1e-4


def test_twice_the_work_costs_more() -> None:
    values = np.random.default_rng(1).standard_normal(20_000)
    ratio = interleaved(
        lambda: [np.sort(values) for _ in range(20)], lambda: [np.sort(values) for _ in range(2)], repeats=5
    )
    assert ratio.ratio > 3


def test_the_page_changes_only_between_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "performance.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    monkeypatch.setattr(page, "PAGE", path)
    sheet = Sheet("What", ("a", "b"), (("one", number(-0.04)),), notes=("said",))
    page.write_page([sheet])
    page.write_page([replace(sheet, title="Another")])
    page.write_page([sheet])
    text = path.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert text.count("### What") == text.count("### Another") == 1
    assert "| one | 0.0 |" in text
    assert "old" not in text
