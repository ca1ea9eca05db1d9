"""What stands for a stretch of running: medians that hard landers can trust too."""

import csv
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from dsp.mount import Mount
from dsp.stride import Stride
from dsp.summary import Totals, summarise
from kneeload.analyze import run_analyze
from kneeload.period import PERIOD_NS, Period
from kneeload.review.metrics import METRICS
from kneeload.review.statistics import median

LEFT = Mount.LEFT_SHIN
RAIL_G = 16.0


def stride(number: int, peak_g: float) -> Stride:
    """One contact of steady running whose peak was peak_g, as a sensor of ±16 g sees it."""
    contact_us = number * 700_000
    return Stride(
        stride=number,
        mount=LEFT,
        initial_contact_us=contact_us,
        toe_off_us=contact_us + 250_000,
        contact_time_s=0.25,
        flight_time_s=0.1,
        stride_time_s=0.7,
        cadence_spm=171.0,
        activity="run",
        peak_resultant_g=min(peak_g, RAIL_G),
        peak_axial_g=None,
        jerk_g_per_s=None,
        clipped=peak_g > RAIL_G,
        gap=False,
        quality=1.0,
        filter="none",
        contact_method="test",
        toe_off_method="test",
    )


# The median of these is 15; that of the whole ones alone, 12.
STRIDES = [stride(number, peak) for number, peak in enumerate((9.0, 12.0, 15.0, 19.0, 24.0))]


def test_a_period_counts_clipped_peaks() -> None:
    period = Period([LEFT])
    for one in STRIDES:
        period.push(one, 0)
    assert period.peak_resultant_g("left") == 15.0


def test_a_period_forgets_what_is_five_seconds_old() -> None:
    period = Period([LEFT])
    period.push(STRIDES[0], 0)
    period.push(STRIDES[1], 1)
    period.advance(PERIOD_NS - 1)
    assert period.peak_resultant_g("left") == 10.5
    period.advance(PERIOD_NS)
    assert period.peak_resultant_g("left") == 12.0


TOTALS = Totals(LEFT, 5.0, 5.0, 0.0, 0.0, samples=1000, lost=0, clipped_samples=9, rate_hz=200.0)


def test_a_summary_counts_clipped_peaks() -> None:
    assert summarise(STRIDES, TOTALS).peak_resultant_g == 15.0


@pytest.mark.parametrize(
    ("peaks_g", "at_least"),
    [
        ((9.0, 12.0, 15.0, 19.0, 24.0), False),
        ((9.0, 12.0, 18.0, 19.0, 24.0), True),
        # Of an even number the median is between two: the upper one is clipped, or it is not.
        ((9.0, 12.0, 19.0, 24.0), True),
        ((9.0, 12.0, 15.0, 24.0), False),
        ((19.0,), True),
        ((), None),
    ],
)
def test_a_median_that_clipped_peaks_reach_is_told_as_a_lower_bound(
    peaks_g: tuple[float, ...], at_least: bool | None
) -> None:
    strides = [stride(number, peak) for number, peak in enumerate(peaks_g)]
    period = Period([LEFT])
    for one in strides:
        period.push(one, 0)
    assert period.peak_at_least("left") is at_least
    assert period.peak_at_least("right") is None
    assert summarise(strides, TOTALS).peak_resultant_at_least is at_least


def test_where_a_side_has_two_sensors_the_shins_clipping_counts() -> None:
    period = Period([LEFT, Mount.LEFT_SHOE])
    period.push(replace(stride(0, 30.0), mount=Mount.LEFT_SHOE), 0)
    assert period.peak_at_least("left") is None
    period.push(stride(1, 9.0), 0)
    assert period.peak_at_least("left") is False


def test_a_runs_cadence_is_the_median_of_what_its_strides_have() -> None:
    """Stride by stride it lags behind the stride times, and 120 over theirs would be another number."""
    told = (None, 171.0, 171.0, 168.0, 160.0)
    strides = [
        replace(one, cadence_spm=spm, stride_time_s=0.75) for one, spm in zip(STRIDES, told, strict=True)
    ]
    walked = [replace(one, activity="walk", cadence_spm=110.0) for one in STRIDES]
    summary = summarise([*strides, *walked], TOTALS)
    assert summary.cadence_spm == 169.5
    cadence = next(metric for metric in METRICS if metric.name == "cadence_spm")
    shown = median(strides, cadence, mount=LEFT, activity="run")
    assert shown is not None
    assert shown.value == summary.cadence_spm


def test_a_recordings_cadence_is_the_same_in_all_places(recordings: Path, tmp_path: Path) -> None:
    """A run that changes its pace, where the two numbers were 4 steps/min apart."""
    path, text = recordings / "vicon_shoe" / "run-2017-11-27-11-13-41.csv", StringIO()
    run_analyze([path], mount=Mount.RIGHT_SHOE, output=tmp_path, console=Console(file=text))
    with (tmp_path / "strides.csv").open(encoding="utf-8", newline="") as file:
        running = [row["cadence_spm"] for row in csv.DictReader(file) if row["activity"] == "run"]
    column = float(np.median([float(cell) for cell in running if cell]))
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["cadence_spm"] == pytest.approx(column, rel=1e-5)
    assert f"running: cadence {column:.1f} steps/min" in text.getvalue()


def test_walking_peaks_say_nothing_of_a_runs_median() -> None:
    walked = replace(stride(0, 30.0), activity="walk")
    assert summarise([walked, stride(1, 9.0)], TOTALS).peak_resultant_at_least is False


def test_walking_has_medians_of_its_own() -> None:
    walked = [
        replace(stride(n, 17.0), activity="walk", cadence_spm=110.0, contact_time_s=0.7) for n in range(3)
    ]
    summary = summarise([*walked, *STRIDES], TOTALS)
    assert (summary.cadence_spm, summary.contact_time_s, summary.peak_resultant_g) == (171.0, 0.25, 15.0)
    assert (summary.walking_cadence_spm, summary.walking_contact_time_s) == (110.0, 0.7)
    assert (summary.walking_peak_resultant_g, summary.walking_peak_resultant_at_least) == (RAIL_G, True)
    assert summarise(STRIDES, TOTALS).walking_cadence_spm is None


def test_the_lines_of_a_walk_are_in_its_summary(recordings: Path, tmp_path: Path) -> None:
    path, text = recordings / "treadmill_shank" / "walk-03.csv", StringIO()
    run_analyze([path], mount=Mount.RIGHT_SHIN, output=tmp_path, console=Console(file=text))
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["cadence_spm"] is None
    assert (
        f"walking: cadence {summary['walking_cadence_spm']:.1f} steps/min, "
        f"contact {1000 * summary['walking_contact_time_s']:.0f} ms, "
        f"peak tibial acceleration {summary['walking_peak_resultant_g']:.1f} g"
    ) in text.getvalue()
