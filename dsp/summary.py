"""A whole run of one sensor in a dozen numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dsp.mount import Mount
from dsp.stride import Stride

__all__ = ["RunSummary", "Totals", "is_lower_bound", "median_or_none", "peak_at_least", "summarise"]


@dataclass(frozen=True, slots=True)
class Totals:
    """What a pipeline counted besides strides. lost: samples the sensor took that never came."""

    mount: Mount
    duration_s: float
    running_s: float
    walking_s: float
    idle_s: float
    samples: int
    lost: int | None
    clipped_samples: int
    rate_hz: float | None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The fields of summary.json. Medians are of strides.csv's columns over running contacts, walking_ ones
    over walking contacts; None where there were none.

    peak_resultant_at_least: the true median is peak_resultant_g or higher. unwatched_s: what is left of
    duration_s, for there were no samples.
    """

    mount: Mount
    duration_s: float
    strides: int
    running_s: float
    walking_s: float
    idle_s: float
    cadence_spm: float | None
    contact_time_s: float | None
    peak_resultant_g: float | None
    clipped_percent: float
    lost_percent: float | None
    rate_hz: float | None
    filter: str | None
    peak_resultant_at_least: bool | None
    unwatched_s: float
    walking_cadence_spm: float | None
    walking_contact_time_s: float | None
    walking_peak_resultant_g: float | None
    walking_peak_resultant_at_least: bool | None


def median_or_none(values: Iterable[float | None]) -> float | None:
    """The median of what is there."""
    present = [v for v in values if v is not None]
    return float(np.median(present)) if present else None


def is_lower_bound(values: Sequence[float], clipped: Sequence[float]) -> bool:
    """Whether the true median may be above that of values; clipped: those of them that are lower bounds.

    What is clipped above the middle may be as high as it likes. Of an even number both in the middle count.
    """
    return bool(clipped) and min(clipped) <= sorted(values)[len(values) // 2]


def peak_at_least(strides: Iterable[Stride]) -> bool | None:
    """Whether the median of the resultant peaks is a lower bound; None where there are no peaks."""
    peaks = [(s.peak_resultant_g, s.clipped) for s in strides if s.peak_resultant_g is not None]
    if not peaks:
        return None
    return is_lower_bound([peak for peak, _ in peaks], [peak for peak, clipped in peaks if clipped])


def _whole(seconds: float) -> float:
    """Without what floats add to whole microseconds."""
    return round(seconds, 6)


def _rest_s(totals: Totals) -> float:
    return max(0.0, _whole(totals.duration_s - totals.running_s - totals.walking_s - totals.idle_s))


def summarise(strides: Sequence[Stride], totals: Totals) -> RunSummary:
    """clipped_percent is of contacts, lost_percent of samples; None where the sensor's losses cannot be seen.

    Clipped peaks count with what was measured: without them a median would be that of the gentle contacts. It
    is right while all of them lie above it, and at least that high otherwise.
    """
    running = [s for s in strides if s.activity == "run"]
    walking = [s for s in strides if s.activity == "walk"]
    lost_percent = None
    if totals.lost is not None:
        taken = totals.samples + totals.lost
        lost_percent = 100.0 * totals.lost / taken if taken else 0.0
    return RunSummary(
        mount=totals.mount,
        duration_s=_whole(totals.duration_s),
        strides=len(strides),
        running_s=_whole(totals.running_s),
        walking_s=_whole(totals.walking_s),
        idle_s=_whole(totals.idle_s),
        cadence_spm=median_or_none(s.cadence_spm for s in running),
        contact_time_s=median_or_none(s.contact_time_s for s in running),
        peak_resultant_g=median_or_none(s.peak_resultant_g for s in running),
        clipped_percent=100.0 * sum(s.clipped for s in strides) / len(strides) if strides else 0.0,
        lost_percent=lost_percent,
        rate_hz=totals.rate_hz,
        filter=strides[0].filter if strides else None,
        peak_resultant_at_least=peak_at_least(running),
        unwatched_s=_rest_s(totals),
        walking_cadence_spm=median_or_none(s.cadence_spm for s in walking),
        walking_contact_time_s=median_or_none(s.contact_time_s for s in walking),
        walking_peak_resultant_g=median_or_none(s.peak_resultant_g for s in walking),
        walking_peak_resultant_at_least=peak_at_least(walking),
    )
