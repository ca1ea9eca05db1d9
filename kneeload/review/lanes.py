"""The timeline's lanes, one line high: alerts and sensors, each named over its line; and alerts' limits."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from alerts.words import title
from dsp.mount import Mount
from kneeload.review.look import Figure, label
from kneeload.review.run_data import RunData
from kneeload.review.statistics import Episode, Span
from kneeload.review.stroke import doubled
from kneeload.review.traces import ROWS, Row, fits, short, spoken, stamp
from kneeload.spoken import clock_time

__all__ = [
    "LANE_PX",
    "LEVEL_COLOR",
    "TRACK_WORDS",
    "episode_traces",
    "lane_axis",
    "lane_labels",
    "lane_of",
    "limit_traces",
    "limits_drawn",
    "track_trace",
]

LANE_PX = 40
LEVEL_COLOR: Mapping[str, str] = {"info": "var(--info)", "warning": "var(--warning)"}
TRACK_LINE: Mapping[str, Figure] = {
    "ok": {"color": "var(--ok)", "width": 6},
    "lossy": {"color": "var(--warning)", "width": 10},
    "silent": {"color": "var(--lost)", "width": 10, "dash": "3px,3px"},
    "lost": {"color": "var(--lost)", "width": 14},
}
TRACK_WORDS: Mapping[str, str] = {
    "ok": "receiving",
    "lossy": "1 % of the samples lost, or more",
    "silent": "nothing comes",
    "lost": "no link",
}


def lane_axis(domain: tuple[float, float], names: Sequence[str]) -> Figure:
    """An axis of names, the first one on top, with room for its name over it."""
    return {
        "domain": domain,
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(names)[::-1],
        "range": [-0.4, len(names) - 0.2],
        "gridcolor": "rgba(0,0,0,0)",
        "zeroline": False,
        "fixedrange": True,
        "showticklabels": False,
    }


def lane_labels(names: Sequence[str], axis: str) -> Iterator[Figure]:
    """Each name over its line and clear of the numbers on it."""
    return (label(name, y=name, yref=short(axis)) for name in names)


def lane_of(episode: Episode, mounts: Collection[Mount]) -> str:
    """Alerts that say the same of the same place share a line."""
    raised = episode.raised
    said = spoken(title(raised))
    if raised.mount is None:
        return said
    return f"{said}, {spoken(raised.mount) if doubled(mounts) else raised.mount.side}"


def episode_traces(data: RunData, episode: Episode, number: int, axis: str) -> list[Figure]:
    """A bar from raised to cleared and the alert's number where it was raised."""
    raised = episode.raised
    from_s = raised.t_us / 1e6
    to_s = episode.cleared.t_us / 1e6 if episode.cleared else data.duration_s
    name = lane_of(episode, data.mounts)
    color = LEVEL_COLOR[raised.level]
    until = f"until {clock_time(episode.cleared.t_us)}" if episode.cleared else "not cleared"
    where = spoken(raised.mount) if raised.mount else "both sides"
    told = f"{clock_time(raised.t_us)}, {where}, {until}<extra></extra>"
    common = {"yaxis": short(axis), "hovertemplate": told}
    bar = {
        "type": "scatter",
        "mode": "lines",
        "x": [stamp(from_s), stamp(to_s)],
        "y": [name, name],
        "line": {"color": color, "width": 6},
        "opacity": 0.45,
        **common,
    }
    mark = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [stamp(from_s)],
        "y": [name],
        "text": [str(number)],
        "textfont": {"color": "var(--paper)", "size": 11},
        "marker": {"color": color, "size": 19, "symbol": "circle"},
        # Whole at the very beginning of the run, too.
        "cliponaxis": False,
        "customdata": [f"alert-{number}"],
        **common,
    }
    return [bar, mark]


def limit_traces(data: RunData, row: Row, happened: Sequence[Episode], axis: str) -> list[Figure]:
    """Each alert's limit, drawn in its metric's plot for as long as it was raised."""
    out: list[Figure] = []
    for episode in limits_drawn(data, happened, (row,)):
        raised = episode.raised
        to_s = episode.cleared.t_us / 1e6 if episode.cleared else data.duration_s
        level = raised.limit * row.factor
        out.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [stamp(raised.t_us / 1e6), stamp(to_s)],
                "y": [level, level],
                "yaxis": short(axis),
                "line": {"color": LEVEL_COLOR[raised.level], "width": 2, "dash": "dot"},
                "hovertemplate": f"limit {level:.{row.decimals}f} {row.unit}<extra></extra>",
            }
        )
    return out


def limits_drawn(data: RunData, happened: Sequence[Episode], rows: Sequence[Row] = ROWS) -> list[Episode]:
    """Those whose limit is a height in one of these plots."""
    metric_of = {rule.id: rule.metric for rule in data.rules}
    return [
        e
        for e in happened
        if e.raised.mount is not None
        and any(metric_of.get(e.raised.rule) == row.field and fits(row, e.raised.mount) for row in rows)
    ]


def track_trace(mount: Mount, span: Span, axis: str) -> Figure:
    """A stretch of a sensor's bar."""
    name = spoken(mount)
    from_s, to_s = span.from_s, span.to_s
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [stamp(from_s), stamp(to_s)],
        "y": [name, name],
        "yaxis": short(axis),
        "line": dict(TRACK_LINE[span.kind]),
        "hovertemplate": f"{name}: {TRACK_WORDS[span.kind]}<br>"
        f"{clock_time(round(from_s * 1e6))} to {clock_time(round(to_s * 1e6))}<extra></extra>",
    }
