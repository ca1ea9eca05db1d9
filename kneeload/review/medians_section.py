"""The medians, one card a metric."""

from collections.abc import Sequence
from html import escape

from dsp.mount import Mount
from dsp.stride import Activity
from kneeload.review.cautions import cautions_of, gyroscopes
from kneeload.review.counted import why_nothing
from kneeload.review.metrics import FILTERS, Metric, metrics_of
from kneeload.review.run_data import RunData
from kneeload.review.statistics import Median, median, median_activity, strides_of
from kneeload.review.words import place

__all__ = ["medians_section"]

CLIPPED = "Clipped: the impact went beyond the sensor's range, and its peak was what is told or higher."


def medians_section(data: RunData) -> str:
    """The medians, side by side, each with what it is and how far to trust it."""
    activity = median_activity(data.strides)
    name = {"run": "running", "walk": "walking"}[activity]
    cards = [
        metric_card(data, metric, segment_mounts, activity=activity)
        for segment in ("shin", "shoe")
        for segment_mounts in [[mount for mount in data.mounts if mount.segment == segment]]
        if segment_mounts
        for metric in metrics_of(segment)
        if not metric.optional
        or any(median(data.strides, metric, mount=m, activity=activity) for m in segment_mounts)
    ]
    if not data.strides:
        return "<h2>Medians</h2><p class='quiet'>No foot contact was found in this run.</p>"
    return f"""<h2>Medians of {name}</h2>
<p class="quiet">Over all {name} strides. In brackets: the middle half of the strides, which is how much they
differ among themselves, not how exact a single one is.{lost_in_text(data, activity)}</p>
<div class="metrics">{"".join(cards)}</div>"""


def lost_in_text(data: RunData, activity: Activity) -> str:
    """How many strides lost samples at each sensor, and what that does; empty where none did."""
    counts = []
    for mount in data.mounts:
        own = strides_of(data.strides, mount=mount, activity=activity)
        torn = sum(stride.gap for stride in own)
        if torn:
            counts.append(f"{torn} of {len(own)} strides with lost samples at the {place(mount)}")
    if not counts:
        return ""
    return f" {', '.join(counts)}: each counts with what could be measured in it, and its peak may read low."


def metric_card(data: RunData, metric: Metric, mounts: Sequence[Mount], *, activity: Activity) -> str:
    medians = {mount: median(data.strides, metric, mount=mount, activity=activity) for mount in mounts}
    own = {mount: strides_of(data.strides, mount=mount, activity=activity) for mount in mounts}
    sides = "".join(
        side(mount, metric, medians[mount], why_none=why_nothing(own[mount], metric.name)) for mount in mounts
    )
    names = sorted({name for m in medians.values() if m for name in m.filters})
    filters = [f"{FILTERS[name]} ({name})" if name in FILTERS else name for name in names]
    cautions = cautions_of(
        metric.name,
        segment=mounts[0].segment,
        activity=activity,
        gyroscope=gyroscopes(s for s in data.strides if s.mount in mounts),
    )
    clipped = CLIPPED if any(middle and middle.clipped for middle in medians.values()) else ""
    where = "" if metric.segment else f", {mounts[0].segment} sensors"
    return f"""<section class="metric"><h3>{metric.title}{where}</h3><div class="sides">{sides}</div>
<p>{metric.definition}</p>
<p class="note">Filter: {escape(", ".join([*filters, metric.smoothing]))}.</p>
<p class="note">{" ".join(filter(None, (clipped, metric.uncertainty, cautions)))}</p></section>"""


def side(mount: Mount, metric: Metric, middle: Median | None, *, why_none: str) -> str:
    """One number. Its exact value, in the journal's unit, is in the `value` attribute."""
    if middle is None:
        figures = f"<div class='value'>–</div><div class='spread'>{why_none}</div>"
    else:
        low, value, high = (
            f"{v * metric.factor:.{metric.decimals}f}" for v in (middle.low, middle.value, middle.high)
        )
        bound = "≥ " if middle.at_least else ""
        of = "" if middle.strides == middle.among else f" of {middle.among}"
        clipped = f", {middle.clipped} clipped" if middle.clipped else ""
        slow = ", sampled too slowly: reads low on average" if middle.low_rate else ""
        figures = (
            f"<div class='value'><data value='{middle.value!r}' data-metric='{metric.name}' "
            f"data-mount='{mount.value}'>{bound}{value}</data> <small>{metric.unit}</small></div>"
            f"<div class='spread'>({low} to {high}) · {middle.strides}{of} strides{clipped}{slow}</div>"
        )
    return f"<div class='side {mount.side}'><div class='who'>{mount.side}</div>{figures}</div>"
