"""Sample times of recordings: at which rate they were taken, which are missing, and what of it is doubted."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.files import read_recording
from ingest.grid import missing_before, period_us
from tests.ingest.test_files import SIX, table, write


@given(
    st.floats(20, 1700),
    st.lists(st.integers(0, 999), max_size=300, unique=True),
    st.floats(0, 0.25),
    st.integers(0, 2**32),
)
def test_missing_samples_are_found_behind_jitter(
    rate_hz: float, removed: list[int], jitter: float, seed: int
) -> None:
    """A grid with up to a third of its places removed, jitter of up to a quarter period either way."""
    rng = np.random.default_rng(seed)
    places = np.delete(np.arange(1000), removed)
    t_us = np.rint((places + rng.uniform(-jitter, jitter, len(places))) * 1e6 / rate_hz).astype(np.int64)
    period = period_us(t_us)
    # Runs of missing samples may make two-period steps the median; then there is nothing to be known.
    if np.median(np.diff(places)) == 1:
        assert period == pytest.approx(1e6 / rate_hz, rel=0.02)
        np.testing.assert_array_equal(missing_before(t_us, 1e6 / rate_hz)[1:], np.diff(places) - 1)


@given(
    st.floats(20, 1700),
    st.sampled_from([(1, 1), (1, 2), (1, 1, 2), (3, 2, 1, 2)]),
    st.floats(0, 0.55),
    st.integers(60, 900),
    st.integers(0, 5),
    st.integers(0, 2**32),
)
def test_times_that_are_uneven_in_a_pattern_are_those_of_their_mean(
    rate_hz: float, pattern: tuple[int, ...], share: float, n: int, missing: int, seed: int
) -> None:
    """As of a clock that ticks coarsely, or of two samples that are read at a time; a few may be missing."""
    even = np.full(len(pattern), np.mean(pattern))
    steps = np.resize(even + share * (np.array(pattern) - even), n) / np.mean(pattern)
    lost = np.random.default_rng(seed).choice(np.arange(20, n - 20), missing * n // 900, replace=False)
    t_us = np.delete(np.rint(np.cumsum(steps) * 1e6 / rate_hz).astype(np.int64), lost)
    period = period_us(t_us)
    assert period == pytest.approx(1e6 / rate_hz, rel=0.01)
    assert missing_before(t_us, period).sum() == len(lost)


@pytest.mark.parametrize("steps_ms", [(4, 10), (10, 4), (3.5, 6.5), (6.5, 3.5)])
@pytest.mark.parametrize("n", [1999, 2000])
def test_of_two_steps_neither_is_left_out(steps_ms: tuple[float, float], n: int) -> None:
    t_us = np.append(0, np.cumsum(np.resize(steps_ms, n)) * 1000).astype(np.int64)
    period = period_us(t_us)
    assert period == pytest.approx(500 * sum(steps_ms), rel=1e-3)
    assert missing_before(t_us, period).sum() == 0


@given(
    st.floats(20, 1700),
    st.floats(0.5, 0.65),
    st.floats(0, 0.1),
    st.integers(600, 3000),
    st.integers(0, 2**32),
)
@example(rate_hz=300.0, share=0.53125, jitter=0.0, n=627, seed=629)
def test_of_a_recording_more_than_half_may_be_missing(
    rate_hz: float, share: float, jitter: float, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    places = np.flatnonzero(rng.random(n) >= share)
    t_us = np.rint((places + rng.uniform(-jitter, jitter, len(places))) * 1e6 / rate_hz).astype(np.int64)
    assert period_us(t_us) == pytest.approx(1e6 / rate_hz, rel=0.03)


def test_uneven_times_are_doubted(tmp_path: Path) -> None:
    rows = table(400)
    rows[1::2, 0] -= 0.0015
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.rate_hz == pytest.approx(200, rel=1e-3)
    assert recording.lost == 0
    assert "only 0 % of the steps of t_s are near 5 ms" in recording.doubt
    assert "steps" not in read_recording(write(tmp_path / "b.csv", SIX, table(400)), Mount.LEFT_SHIN).doubt


@pytest.mark.parametrize("together", [5, 17, 40])
def test_arrivals_that_are_taken_for_samples_are_doubted(together: int, tmp_path: Path) -> None:
    """A packet's samples, each with the time at which a program had got to it."""
    rows = table(4000)
    packet, within = np.divmod(np.arange(len(rows)), together)
    rows[:, 0] = packet * together * 0.01 + within * 0.0002
    if together == 5:
        with pytest.raises(RecordingError, match="comes in bursts"):
            read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    else:
        doubt = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN).doubt
        assert f"% of the samples are missing, and only {together} come between two holes" in doubt


@pytest.mark.parametrize("rate_hz", [833, 952])
def test_a_clock_of_whole_milliseconds_is_doubted(rate_hz: float, tmp_path: Path) -> None:
    rows = table(4000)
    rows[:, 0] = np.floor(np.arange(len(rows)) * 1e3 / rate_hz) / 1000
    coarse = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert "t_s is in whole milliseconds" in coarse.doubt
    rows[:, 0] = np.arange(len(rows)) / 1000
    kept = rows[np.random.default_rng(1).random(len(rows)) >= 0.1]
    lossy = read_recording(write(tmp_path / "b.csv", SIX, kept), Mount.LEFT_SHIN)
    assert lossy.lost > 300
    assert "milliseconds" not in lossy.doubt


@pytest.mark.parametrize("lost", [[1000], [1000, 2000, 3000]])
def test_a_few_lost_samples_are_no_coarse_clock(lost: list[int], tmp_path: Path) -> None:
    """Even where they happen to be evenly spread."""
    rows = table(4000)
    rows[:, 0] = np.arange(len(rows)) / 1000
    recording = read_recording(write(tmp_path / "a.csv", SIX, np.delete(rows, lost, axis=0)), Mount.LEFT_SHIN)
    assert recording.lost == len(lost)
    assert recording.doubt == ""


def test_a_long_pause_is_no_burst(tmp_path: Path) -> None:
    rows = table(2000)
    rows[1000:, 0] += 3600
    assert "missing" not in read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN).doubt


def test_what_is_missing_at_random_is_no_burst(tmp_path: Path) -> None:
    rows = table(2000)[np.random.default_rng(1).random(2000) >= 0.6]
    recording = read_recording(write(tmp_path / "a.csv", SIX, rows), Mount.LEFT_SHIN)
    assert recording.rate_hz == pytest.approx(200, rel=0.01)
    assert recording.lost == pytest.approx(1200, abs=80)
    assert "rest on uneven times" in recording.doubt


def test_one_late_or_early_sample_is_not_a_loss() -> None:
    t_us = np.arange(400) * 5000
    t_us[100] += 3900
    t_us[200] -= 3900
    t_us[300] += 4900
    assert missing_before(t_us, 5000.0).sum() == 0


def test_a_clock_that_drifts_loses_nothing() -> None:
    n = 200_000
    t_us = np.rint(np.cumsum(np.full(n, 5000.0) * (1 + 2e-3 * np.sin(np.arange(n) / 20_000)))).astype(
        np.int64
    )
    t_us[50_000:] += 5000
    missing = missing_before(t_us, period_us(t_us))
    assert np.flatnonzero(missing).tolist() == [50_000]
    assert missing.sum() == 1
