"""This run in a table above the same runner's earlier ones."""

from collections.abc import Mapping
from html import escape

from dsp.mount import Mount
from kneeload.local_time import common_zone, local, zone
from kneeload.review.distance import Distance, distance, distance_text
from kneeload.review.earlier import Earlier, compared, medians_of
from kneeload.review.metrics import Metric
from kneeload.review.run_data import RunData
from kneeload.review.statistics import Median, median_activity
from kneeload.spoken import lasting

__all__ = ["earlier_section"]

Medians = Mapping[tuple[str, Mount], Median]

CAUTION = """A difference is the runner's only where sensor, place, strap, shoe, surface and speed were the
same. Nothing here compares with other people."""


def earlier_section(data: RunData, *, alerts: int) -> str:
    """Empty where there is no earlier run with the same sensors."""
    if not data.earlier:
        return ""
    activity = median_activity(data.strides)
    name = {"run": "running", "walk": "walking"}[activity]
    own = medians_of(data.strides, data.mounts, activity=activity)
    known = {key for medians in (own, *(run.medians for run in data.earlier)) for key in medians}
    columns = [
        (metric, mounts)
        for mounts in segments(data)
        for metric in compared(mounts[0])
        if not metric.optional or any((metric.name, mount) in known for mount in mounts)
    ]
    heads = "".join(
        f"<th scope='col'>{metric.title}{'' if metric.segment else f', {mounts[0].segment}'}"
        f"<br><small>{metric.unit}, {' / '.join(mount.side for mount in mounts)}</small></th>"
        for metric, mounts in columns
    )

    def row(what: str, medians: Medians, raised: int, lasted_s: float, far: Distance | None) -> str:
        cells = "".join(
            f"<td>{' / '.join(value(metric, mount, medians, own) for mount in mounts)}</td>"
            for metric, mounts in columns
        )
        long = f"<td>{lasting(lasted_s)}</td><td>{'–' if far is None else distance_text(far)}</td>"
        return f"<tr><th scope='row'>{what}</th>{long}{cells}<td>{raised}</td></tr>"

    common = common_zone(run.started for run in data.earlier)

    def start(run: Earlier) -> str:
        return f"{local(run.started):%d %b %Y, %H:%M}{'' if common else f' ({zone(run.started)})'}"

    rows = [row("this run", own, alerts, data.duration_s, distance(data.strides))]
    rows += [
        row(
            f"{start(run)}<br><small>{escape(run.run)}</small>",
            run.medians,
            run.alerts,
            run.duration_s,
            run.far,
        )
        for run in data.earlier
    ]
    return f"""<h2>Earlier runs of {escape(data.runner)}</h2>
<p class="quiet">Medians of {name}, start in local time{f" ({common})" if common else ""}. {CAUTION}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Earlier runs"><table>
<thead><tr><th scope="col">run</th><th scope="col">Duration</th><th scope="col">Distance</th>
{heads}<th scope="col">alerts</th></tr></thead>
<tbody>{"".join(rows)}</tbody></table></div>"""


def segments(data: RunData) -> list[list[Mount]]:
    """This run's mounts, shins apart from shoes."""
    groups = [[mount for mount in data.mounts if mount.segment == name] for name in ("shin", "shoe")]
    return [group for group in groups if group]


def value(metric: Metric, mount: Mount, medians: Medians, own: Medians) -> str:
    """A peak through another filter than this run's is another thing."""
    middle, here = medians.get((metric.name, mount)), own.get((metric.name, mount))
    if middle is None:
        return "–"
    if here is not None and middle.filters != here.filters:
        return "other filter"
    return f"{'≥ ' if middle.at_least else ''}{middle.value * metric.factor:.{metric.decimals}f}"
