"""What stands for a stretch of running: medians that hard landers can trust too."""

from dataclasses import replace

import pytest

from dsp.mount import Mount
from dsp.stride import Stride
from dsp.summary import Totals, summarise
from kneeload.period import PERIOD_NS, Period

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


def test_walking_peaks_say_nothing_of_a_runs_median() -> None:
    walked = replace(stride(0, 30.0), activity="walk")
    assert summarise([walked, stride(1, 9.0)], TOTALS).peak_resultant_at_least is False
