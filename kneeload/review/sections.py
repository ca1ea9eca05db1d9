"""The parts of the page. Every text that comes from outside goes through `escape`."""

from collections.abc import Collection, Sequence
from html import escape

from alerts.words import advice, title
from dsp.mount import Mount
from dsp.stride import Activity
from kneeload.results import SensorHealth
from kneeload.review.caption import caption
from kneeload.review.cautions import cautions_of, gyroscopes
from kneeload.review.counted import why_nothing
from kneeload.review.metrics import FILTERS, Metric, metrics_of
from kneeload.review.run_data import RunData
from kneeload.review.running_median import MOST_S, SMOOTH
from kneeload.review.statistics import (
    Episode,
    Median,
    distance_m,
    median,
    median_activity,
    spent,
    strides_of,
)
from kneeload.review.traces import DOTS_MOST
from kneeload.review.waveform import MOST
from kneeload.review.words import how_it_is_raised, number, place, what_happened, whence_the_limit
from kneeload.spoken import clock_time, lasting

__all__ = ["SAFETY", "alerts_section", "distance_text", "head_section", "metrics_section", "timeline_section"]

SAFETY = """<aside class="safety" role="note">
<p><strong>No medical device.</strong> These numbers come from motion sensors. They do not measure the load on
knee or bone, do not tell the risk of an injury, and do not compare with other runners.</p>
<p><strong>When something hurts:</strong> stop. See a doctor if it stays, swells or comes back. Return slowly:
first walking, then short easy runs, and only as long as it stays free of pain.</p>
</aside>"""


def distance_text(distance_m: float | None, *, by_shoe: bool) -> str:
    """As precise as it is: a shin's is good for a few percent."""
    if distance_m is None:
        return "not measured"
    return f"{distance_m / 1000:.2f} km" if by_shoe else f"about {distance_m / 1000:.1f} km"


def head_section(data: RunData, *, alerts: int) -> str:
    """Who, when, how long, how much."""
    started = data.started
    when = started.strftime("%A, %d %B %Y, %H:%M UTC") if started else escape(data.run)
    time = spent(data.summaries, data.strides, data.duration_s)
    by_shoe = distance_m([stride for stride in data.strides if stride.mount.segment == "shoe"]) is not None
    facts = [
        ("Duration", lasting(data.duration_s)),
        ("Distance", distance_text(distance_m(data.strides), by_shoe=by_shoe)),
        ("Foot contacts", str(len(data.strides))),
        ("Running", lasting(time["running"])),
        ("Walking", lasting(time["walking"])),
        ("Otherwise", lasting(time["otherwise"])),
        # Else the times would not seem to add up.
        *([("Without samples", lasting(time["unwatched"]))] if time["unwatched"] >= 1 else []),
        ("Samples lost", lost_text(data.health)),
        ("Alerts", str(alerts)),
    ]
    names = [
        f"{place(mount)}: {escape(data.sensors[mount])}" if data.sensors.get(mount) else place(mount)
        for mount in data.mounts
    ]
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    note = f"<p>{escape(data.note)}</p>" if data.note else ""
    return f"""<h1>{escape(data.runner)}: {when}</h1>
<p class="sub">Run {escape(data.run)} · sensors at {", ".join(names) or "no place"}</p>
{note}<dl class="facts">{rows}</dl>"""


def lost_text(health: Sequence[SensorHealth]) -> str:
    """Of the sensor that lost most, by its last report; of some nobody can tell."""
    last = {row.mount: row for row in health}
    shares = [
        row.samples_lost / taken
        for row in last.values()
        if row.samples_lost is not None and (taken := row.samples_received + row.samples_lost)
    ]
    return f"{100 * max(shares):.1f} %" if shares else "not known"


def metrics_section(data: RunData) -> str:
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
    sides = "".join(side(mount, metric, medians[mount], why_none=why_nothing(own[mount])) for mount in mounts)
    names = sorted({name for m in medians.values() if m for name in m.filters})
    filters = [f"{FILTERS[name]} ({name})" if name in FILTERS else name for name in names]
    cautions = cautions_of(
        metric.name,
        segment=mounts[0].segment,
        activity=activity,
        gyroscope=gyroscopes(s for s in data.strides if s.mount in mounts),
    )
    where = "" if metric.segment else f", {mounts[0].segment} sensors"
    return f"""<section class="metric"><h3>{metric.title}{where}</h3><div class="sides">{sides}</div>
<p>{metric.definition}</p>
<p class="note">Filter: {escape(", ".join([*filters, metric.smoothing]))}.</p>
<p class="note">{metric.uncertainty} {cautions}</p></section>"""


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


def timeline_section(data: RunData) -> str:
    sides = {mount.side for mount in data.mounts}
    key = [
        f"<li><span class='swatch {name}'></span>{name}</li>" for name in ("left", "right") if name in sides
    ]
    key += [
        "<li><span class='swatch run'></span>running</li>",
        "<li><span class='swatch walk'></span>walking</li>",
    ]
    if data.health:
        key += [
            "<li><span class='swatch ok'></span>receiving</li>",
            "<li><span class='swatch lossy'></span>samples lost</li>",
            "<li><span class='swatch lost'></span>no link</li>",
        ]
    dense = any(sum(s.mount is mount for s in data.strides) > DOTS_MOST for mount in data.mounts)
    dots = "" if dense else "Dots are single strides, open triangles peaks beyond the sensor's range. "
    said = (
        f"The metrics over the {lasting(data.duration_s)} of the run, stride by stride; medians and "
        "alerts are told in the text"
    )
    return f"""<h2>The run</h2>
<ul class="key">{"".join(key)}</ul>
<p class="quiet">{dots}Lines are medians of {SMOOTH} strides, interrupted where these would lie over more than
{MOST_S:.0f} s. Numbered marks are alerts, with a dotted line at their limit.<span class="screen"> Drag to
look closer, double-click to see all again, click a number to read the alert.</span></p>
<div class="figure" id="timeline" role="img" aria-label="{escape(said)}"></div>
<noscript><p>The figures need JavaScript; all numbers and alerts are in the text.</p></noscript>"""


def alerts_section(data: RunData, happened: Sequence[Episode], *, with_figure: Collection[str]) -> str:
    """One card an alert raised."""
    if not happened:
        return "<h2>Alerts</h2><p class='quiet'>None was raised.</p>"
    cards = "".join(
        alert_card(data, episode, number, drawn=f"waveform-{number}" in with_figure)
        for number, episode in enumerate(happened, start=1)
    )
    return f"<h2>Alerts</h2>{cards}"


def alert_card(data: RunData, episode: Episode, number_: int, *, drawn: bool) -> str:
    raised, cleared = episode.raised, episode.cleared
    rule = next((rule for rule in data.rules if rule.id == raised.rule), None)
    at = clock_time(raised.t_us)
    until = (
        f"cleared after {lasting((cleared.t_us - raised.t_us) / 1e6)}"
        if cleared
        else "not cleared in this run"
    )
    why = whence_the_limit(raised, rule) if rule else "This version of kneeload has no such rule."
    rows = [
        ("What happened", what_happened(raised, rule)),
        ("Why the alert", why),
    ]
    if rule:
        rows.append(("What you can do", advice(raised)))
    if cleared:
        rows.append(("At the end", f"{number(cleared.value, rule)} when it was cleared."))
    if rule:
        rows.append(("The rule", how_it_is_raised(rule)))
    definition = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    figure = (
        f"<p class='quiet'>{escape(caption(data.waveforms[episode.place], data.strides))}</p>"
        f"<div class='figure' id='waveform-{number_}' role='img' aria-label='Acceleration of "
        f"{place(raised.mount)} in the seconds around alert {number_}, with the foot contacts found'></div>"
        if drawn
        else f"<p class='quiet'>{escape(why_undrawn(data, episode))}</p>"
    )
    return f"""<article class="alert {raised.level}" id="alert-{number_}">
<header><span class="number">{number_}</span><h3>{escape(title(raised))}</h3>
<span class="when">{raised.level} · {place(raised.mount)} · at {at}, {until}</span></header>
<dl>{definition}</dl>
{figure}
</article>"""


def why_undrawn(data: RunData, episode: Episode) -> str:
    """Why there is no figure: that nothing was recorded is said only where that is so."""
    mount = episode.raised.mount
    unreadable = [
        data.unreadable[one] for one in data.mounts if one in data.unreadable and mount in (None, one)
    ]
    if unreadable:
        return f"No samples around this alert can be read ({'; '.join(dict.fromkeys(unreadable))})."
    if data.waveforms and episode.place not in data.waveforms:
        return f"Samples are shown around the first {MOST} alerts only."
    return "No samples were recorded around this alert."
