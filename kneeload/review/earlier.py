"""This runner's runs before this one, in the same medians: a change is read against one's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dsp.mount import Mount
from dsp.stride import Activity, Stride
from kneeload.errors import JournalError, RowError
from kneeload.journal import Journal, Run
from kneeload.last_runs import MOST_RUNS, is_demo, to_compare
from kneeload.review.distance import Distance, distance
from kneeload.review.lasted import duration_s
from kneeload.review.metrics import Metric, metrics_of
from kneeload.review.statistics import Median, median, median_activity

__all__ = ["Earlier", "compared", "earlier_runs", "medians_of"]


@dataclass(frozen=True, slots=True)
class Earlier:
    """One run. medians: Metric.name and mount -> over its strides of the activity compared.

    far: None where too few lengths are known.
    """

    run: str
    started: datetime
    medians: Mapping[tuple[str, Mount], Median]
    alerts: int
    duration_s: float
    far: Distance | None


def earlier_runs(
    journal: Journal, about: Run, known: Sequence[Run], strides: Sequence[Stride]
) -> tuple[Earlier, ...]:
    """The newest first, of those that alerts compare with; only with a sensor where this run had one."""
    mounts = {stride.mount for stride in strides}
    activity = median_activity(strides)
    before = known[: known.index(about)]
    found: list[Earlier] = []
    for run in to_compare(before, about.runner, now_ns=about.started_ns, demos=is_demo(about)):
        try:
            known_strides = journal.strides(run.run)
        except (RowError, JournalError):
            continue  # a damaged row of an old run must not keep a newer one from being looked at
        medians = medians_of(known_strides, mounts, activity=activity)
        if medians:
            started = datetime.fromtimestamp(run.started_ns / 1e9, UTC)
            reported_us = [journal.last_us(run.run, stream) or 0 for stream in ("summary", "sensor")]
            lasted = duration_s(run, known_strides, reported_us)
            far = distance(known_strides)
            found.append(Earlier(run.run, started, medians, journal.raised(run.run), lasted, far))
        if len(found) == MOST_RUNS:
            break
    return tuple(found)


def medians_of(
    strides: Sequence[Stride], mounts: Iterable[Mount], *, activity: Activity
) -> dict[tuple[str, Mount], Median]:
    """Metric.name and mount -> median, where there is one."""
    found = {
        (metric.name, mount): median(strides, metric, mount=mount, activity=activity)
        for mount in mounts
        for metric in compared(mount)
    }
    return {key: middle for key, middle in found.items() if middle is not None}


def compared(mount: Mount) -> tuple[Metric, ...]:
    """What runs are compared in: what every sensor has, and speed, by which the rest changes."""
    return tuple(
        metric
        for metric in metrics_of(mount.segment)
        if not metric.optional or metric.name == "speed_m_per_s"
    )
