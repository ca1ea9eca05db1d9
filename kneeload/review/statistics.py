"""Numbers of a run: medians, bands of running and walking, alerts from raised to cleared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Activity, Stride
from dsp.summary import is_lower_bound
from kneeload.results import Summary
from kneeload.review.counted import counted
from kneeload.review.metrics import Metric

__all__ = [
    "Episode",
    "Median",
    "Span",
    "bands",
    "episodes",
    "median",
    "median_activity",
    "spent",
    "strides_of",
]

BREAK_S = 3.0
"""A foot contact later than this after the one before: something else went on in between."""

FEW = 3
"""Contacts that do not make a band of their own."""
STANCE_S = 0.3
"""How long a band goes on after its last foot contact."""


@dataclass(frozen=True, slots=True)
class Median:
    """Median and middle half of a metric over `strides` strides, out of `among` of this activity.

    at_least: so many peaks exceeded the sensor's range that the true median is this or higher.
    low_rate: some were sampled too slowly for a peak and read low on average.
    """

    value: float
    low: float
    high: float
    strides: int
    among: int
    clipped: int
    at_least: bool
    low_rate: bool
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, seconds since the run's start."""

    kind: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Episode:
    """An alert from raised to cleared; place: in RunData.alerts; cleared None = never."""

    place: int
    raised: Alert
    cleared: Alert | None


def median_activity(strides: Sequence[Stride]) -> Activity:
    """What medians speak of: running; walking only where nobody ran."""
    return "run" if any(s.activity == "run" for s in strides) or not strides else "walk"


def strides_of(strides: Iterable[Stride], *, mount: Mount, activity: Activity) -> list[Stride]:
    """Of one sensor in one gait."""
    return [stride for stride in strides if stride.mount is mount and stride.activity == activity]


def median(strides: Iterable[Stride], metric: Metric, *, mount: Mount, activity: Activity) -> Median | None:
    """Over this mount's strides of this activity that have the value; None when there are none.

    Clipped peaks are kept: each is a lower bound, so the median is right as long as they lie above it, and
    leaving them out would make it read low.
    """
    own = strides_of(strides, mount=mount, activity=activity)
    chosen = counted(own, metric.name)
    if not chosen:
        return None
    values = np.array([getattr(s, metric.name) for s in chosen], dtype=np.float64)
    low, middle, high = (float(v) for v in np.percentile(values, [25, 50, 75]))
    clipped = [float(v) for s, v in zip(chosen, values, strict=True) if s.clipped and metric.filtered]
    return Median(
        value=middle,
        low=low,
        high=high,
        strides=len(chosen),
        among=len(own),
        clipped=len(clipped),
        at_least=is_lower_bound(values.tolist(), clipped),
        low_rate=metric.filtered and any(s.low_rate for s in chosen),
        filters=tuple(sorted({s.filter for s in chosen})) if metric.filtered else (),
    )


def bands(strides: Iterable[Stride]) -> list[Span]:
    """Stretches of running and walking, from the foot contacts of all sensors, each up to the next one.

    A contact or two between others of another kind are taken for these: a band is to show what went on.
    """
    pieces: list[tuple[str, list[float]]] = []
    for s in sorted(strides, key=lambda s: s.initial_contact_us):
        from_s = s.initial_contact_us / 1e6
        if pieces and pieces[-1][0] == s.activity and from_s - pieces[-1][1][-1] <= BREAK_S:
            pieces[-1][1].append(from_s)
        else:
            pieces.append((s.activity, [from_s]))
    joined: list[tuple[str, list[float]]] = []
    for kind, at_s in pieces:
        near = bool(joined) and at_s[0] - joined[-1][1][-1] <= BREAK_S
        if near and (len(at_s) < FEW or kind == joined[-1][0]):
            joined[-1][1].extend(at_s)
        else:
            joined.append((kind, list(at_s)))
    ends_s = [at_s[-1] + STANCE_S for _, at_s in joined]
    for n, (_, after) in enumerate(joined[1:]):
        if after[0] - joined[n][1][-1] <= BREAK_S:
            ends_s[n] = after[0]
    return [Span(kind, at_s[0], end_s) for (kind, at_s), end_s in zip(joined, ends_s, strict=True)]


def spent(summaries: Sequence[Summary], strides: Iterable[Stride], duration_s: float) -> dict[str, float]:
    """Seconds of running, walking, anything else and without samples: by the last summary, or counted from
    the bands, which do not tell the last two apart.
    """
    if summaries:
        last = summaries[-1]
        unwatched = max(0.0, duration_s - last.running_s - last.walking_s - last.idle_s)
        return {
            "running": last.running_s,
            "walking": last.walking_s,
            "otherwise": last.idle_s,
            "unwatched": unwatched,
        }
    time = {"run": 0.0, "walk": 0.0}
    for band in bands(strides):
        time[band.kind] += band.to_s - band.from_s
    rest = max(0.0, duration_s - time["run"] - time["walk"])
    return {"running": time["run"], "walking": time["walk"], "otherwise": rest, "unwatched": 0.0}


def episodes(alerts: Sequence[Alert]) -> list[Episode]:
    """Each alert raised, with the clearing that belongs to it, in the order of their times.

    They are told in another one where a sensor that was away catches up.
    """
    out: list[Episode] = []
    for place, alert in enumerate(alerts):
        if alert.state == "raised":
            out.append(Episode(place, alert, None))
            continue
        for at in reversed(range(len(out))):
            open_one = out[at]
            if (open_one.raised.rule, open_one.raised.mount) == (alert.rule, alert.mount):
                if open_one.cleared is None:
                    out[at] = Episode(open_one.place, open_one.raised, alert)
                break
    return sorted(out, key=lambda episode: episode.raised.t_us)
