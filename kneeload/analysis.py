"""What one sensor's recording holds, and how it is told."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride
from dsp.summary import RunSummary, median_or_none, peak_at_least
from kneeload.results_folder import Origin
from kneeload.spoken import alert_line, bounded, counted, milliseconds, number

__all__ = ["Analysis", "lines_of", "report_of"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one sensor's recording holds, times on its own axis, which begins at begin_us.

    directory: None when nothing was written.
    """

    path: Path
    mount: Mount
    strides: tuple[Stride, ...]
    alerts: tuple[Alert, ...]
    summary: RunSummary
    origin: Origin
    directory: Path | None
    begin_us: int = 0


def report_of(analysis: Analysis) -> dict[str, object]:
    """One recording for programs."""
    return {
        "file": str(analysis.path),
        **asdict(analysis.summary),
        "alerts": sum(alert.state == "raised" for alert in analysis.alerts),
        **{name: value for name, value in asdict(analysis.origin).items() if name != "source"},
        "output": None if analysis.directory is None else str(analysis.directory),
    }


def lines_of(analysis: Analysis) -> Iterator[str]:
    """One recording for people."""
    summary = analysis.summary
    lost = (
        "lost samples not known"
        if summary.lost_percent is None
        else (f"{summary.lost_percent:.1f} % of samples lost")
    )
    rate = "" if summary.rate_hz is None else f" at {summary.rate_hz:.0f} Hz"
    # Else the times would not seem to add up.
    unwatched = f", {summary.unwatched_s:.0f} s without samples" if summary.unwatched_s >= 0.5 else ""
    yield (
        f"{analysis.path.name} {analysis.mount}: {counted(summary.strides, 'stride')} in "
        f"{summary.duration_s:.0f} s{rate}, "
        f"{summary.running_s:.0f} s running, {summary.walking_s:.0f} s walking{unwatched}; "
        f"{summary.clipped_percent:.1f} % of strides clipped, {lost}"
    )
    if not analysis.strides:
        segment = analysis.mount.segment
        yield f"  neither walking nor running is in it: nothing that repeats as a {segment}'s strides do"
    for activity, name in (("run", "running"), ("walk", "walking")):
        strides = [stride for stride in analysis.strides if stride.activity == activity]
        if strides:
            yield f"  {name}: {_medians(strides)}"
    for alert in analysis.alerts:
        # An axis may begin in 1970, or below zero.
        yield f"  {alert_line(replace(alert, t_us=alert.t_us - analysis.begin_us))}"
    if analysis.directory is not None:
        yield f"  {analysis.directory}"


def _medians(strides: Sequence[Stride]) -> str:
    """As in summary.json where known; of peaks what they are, through which filter, and what spoils them."""
    cadence = median_or_none(s.cadence_spm for s in strides)
    contact_ms = milliseconds(median_or_none(s.contact_time_s for s in strides))
    peaks = [s for s in strides if s.peak_resultant_g is not None]
    peak = median_or_none(s.peak_resultant_g for s in peaks)
    told = bounded(peak, 1, at_least=peak_at_least(peaks))
    low = ", sampled too slowly: reads low on average" if any(s.low_rate for s in peaks) else ""
    name = "peak tibial acceleration" if strides[0].mount.segment == "shin" else "foot shock"
    known = [] if cadence is None else [f"cadence {number(cadence, 1)} steps/min"]
    known += [] if contact_ms is None else [f"contact {number(contact_ms, 0)} ms"]
    return ", ".join([*known, f"{name} {told} g ({strides[0].filter}{low})"])
