"""What is drawn in the timeline's plots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.review.counted import counted
from kneeload.review.look import Figure
from kneeload.review.run_data import RunData
from kneeload.review.running_median import SMOOTH, pieces, running_median
from kneeload.review.statistics import Episode
from kneeload.spoken import clock_time

__all__ = [
    "DOTS_MOST",
    "LEVEL_COLOR",
    "ROWS",
    "TRACK_WORDS",
    "Row",
    "axis_clock",
    "episode_traces",
    "fits",
    "lane_of",
    "limit_traces",
    "short",
    "spoken",
    "stamp",
    "stride_traces",
    "track_trace",
]

MIDNIGHT_MS = 946_684_800_000  # 2000-01-01
DOTS_MOST = 4000
"""Above this many strides a sensor only their running median is drawn, where it can be: nobody could tell the
dots apart.
"""

SYMBOL: Mapping[str, str] = {"left": "circle", "right": "diamond"}
DASH: Mapping[str, str] = {"left": "solid", "right": "6px,2px"}
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


@dataclass(frozen=True, slots=True)
class Row:
    """One plot of the timeline. field: Stride's; factor: to the unit shown."""

    title: str
    unit: str
    field: str
    factor: float
    decimals: int
    segment: Literal["shin", "shoe"] | None = None


ROWS: tuple[Row, ...] = (
    Row("Cadence", "steps/min", "cadence_spm", 1.0, 0),
    Row("Contact time", "ms", "contact_time_s", 1000.0, 0),
    Row("Peak tibial acceleration", "g", "peak_resultant_g", 1.0, 1, "shin"),
    Row("Foot shock", "g", "peak_resultant_g", 1.0, 1, "shoe"),
)


def axis_clock(longest_s: float) -> str:
    """How Plotly writes moments, in the form of `clock_time`."""
    return "%-H:%M:%S" if longest_s >= 3600 else "%-M:%S"


def spoken(name: str) -> str:
    """A mount's or a rule's name for the eye; Plotly would read < as the start of a tag."""
    return name.replace("-", " ").replace("<", "‹").replace(">", "›")


def stamp(t_s: float) -> int:
    """Run time as a date in ms, so that Plotly writes the axis as minutes and seconds.

    Counted from a midnight far from 1970: Plotly takes small whole numbers for years.
    """
    # Cut, not rounded: else the next second would be read off.
    return MIDNIGHT_MS + round(t_s * 1e6) // 1000


def fits(row: Row, mount: Mount) -> bool:
    return row.segment in (None, mount.segment)


def short(axis: str) -> str:
    return axis.replace("yaxis", "y")


def lane_of(episode: Episode) -> str:
    """Alerts of one rule at one place share a line."""
    raised = episode.raised
    return spoken(raised.rule if raised.mount is None else f"{raised.rule}, {raised.mount.side}")


def episode_traces(data: RunData, episode: Episode, number: int, axis: str) -> list[Figure]:
    """A bar from raised to cleared and the alert's number where it was raised."""
    raised = episode.raised
    from_s = raised.t_us / 1e6
    to_s = episode.cleared.t_us / 1e6 if episode.cleared else data.duration_s
    name = lane_of(episode)
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
        "customdata": [f"alert-{number}"],
        **common,
    }
    return [bar, mark]


def stride_traces(row: Row, strides: Sequence[Stride], mount: Mount, axis: str) -> list[Figure]:
    """Dots for the strides, a line for their running median, open triangles for clipped peaks."""
    good = counted(strides, row.field)
    if not good:
        return []
    t_s = np.array([s.initial_contact_us / 1e6 for s in good])
    values = np.array([getattr(s, row.field) for s in good], dtype=np.float64) * row.factor
    clipped = np.array([s.clipped and row.unit == "g" for s in good])
    color = f"var(--{mount.side})"
    name = spoken(mount)
    said = f"{name} %{{x|{axis_clock(t_s[-1])}}}<br>%{{y:.{row.decimals}f}} {row.unit}"
    common = {"type": "scatter", "yaxis": short(axis), "name": name}
    traces: list[Figure] = []
    begins = pieces(t_s, running=np.array([s.activity == "run" for s in good]))
    line = running_median(t_s, values, begins=begins)
    dotted = np.isnan(line) | (len(good) <= DOTS_MOST)
    kinds = (
        (dotted & ~clipped, SYMBOL[mount.side], 4, ""),
        (dotted & clipped, "triangle-up-open", 7, "<br>at least: clipped"),
    )
    for chosen, symbol, size, note in kinds:
        if chosen.any():
            traces.append(
                {
                    **common,
                    "mode": "markers",
                    "x": [stamp(t) for t in t_s[chosen]],
                    "y": rounded(values[chosen], row.decimals + 1),
                    "marker": {"color": color, "size": size, "symbol": symbol},
                    "opacity": 0.9 if note else 0.35,
                    "hovertemplate": f"{said}{note}<extra></extra>",
                }
            )
    traces.append(
        {
            **common,
            "mode": "lines",
            "x": [None if np.isnan(t) else stamp(t) for t in np.insert(t_s, begins, np.nan)],
            "y": [
                None if np.isnan(v) else round(float(v), row.decimals + 1)
                for v in np.insert(line, begins, np.nan)
            ],
            "line": {"color": color, "width": 2, "dash": DASH[mount.side]},
            "hovertemplate": f"{said}<br>median of {SMOOTH} strides<extra></extra>",
        }
    )
    return traces


def rounded(values: NDArray[np.float64], decimals: int) -> list[float]:
    return [round(float(v), decimals) for v in values]


def limit_traces(data: RunData, row: Row, happened: Sequence[Episode], axis: str) -> list[Figure]:
    """Each alert's limit, drawn in its metric's plot for as long as it was raised."""
    out: list[Figure] = []
    metric_of = {rule.id: rule.metric for rule in data.rules}
    for episode in happened:
        raised = episode.raised
        if metric_of.get(raised.rule) != row.field or raised.mount is None or not fits(row, raised.mount):
            continue
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


def track_trace(mount: Mount, kind: str, from_s: float, to_s: float, axis: str) -> Figure:
    name = spoken(mount)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [stamp(from_s), stamp(to_s)],
        "y": [name, name],
        "yaxis": short(axis),
        "line": dict(TRACK_LINE[kind]),
        "hovertemplate": f"{name}: {TRACK_WORDS[kind]}<br>"
        f"{clock_time(round(from_s * 1e6))} to {clock_time(round(to_s * 1e6))}<extra></extra>",
    }
