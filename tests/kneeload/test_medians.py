"""What stands for a stretch of running: medians that hard landers can trust too."""

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


def test_a_summary_counts_clipped_peaks() -> None:
    totals = Totals(LEFT, 5.0, 5.0, 0.0, 0.0, samples=1000, lost=0, clipped_samples=9, rate_hz=200.0)
    assert summarise(STRIDES, totals).peak_resultant_g == 15.0
