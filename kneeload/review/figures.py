"""The timeline as Plotly's JSON."""

from collections.abc import Sequence

from dsp.stride import Stride
from kneeload.review.counted import why_nothing
from kneeload.review.lanes import (
    LANE_PX,
    LEVEL_COLOR,
    episode_traces,
    lane_axis,
    lane_labels,
    lane_of,
    limit_traces,
    track_trace,
)
from kneeload.review.look import LOOK, Figure, heading, note, upright, value_axis
from kneeload.review.run_data import RunData
from kneeload.review.statistics import bands, episodes
from kneeload.review.traces import ROWS, axis_clock, fits, spoken, stamp, stride_traces
from kneeload.review.tracks import tracks_of

__all__ = ["timeline"]

PLOT_PX, GAP_PX, MARGIN_PX = 190, 46, 48


def timeline(data: RunData) -> Figure:
    """All plots over one time axis: alerts, the metrics with running and walking behind them, the sensors."""
    rows = [row for row in ROWS if any(fits(row, mount) for mount in data.mounts)]
    happened = episodes(data.alerts)
    lanes = list(dict.fromkeys(lane_of(e, data.mounts) for e in happened))
    sensors = tracks_of(data)
    heights = [LANE_PX * len(lanes) + 10] if lanes else []
    heights += [PLOT_PX] * len(rows)
    heights += [LANE_PX * len(sensors) + 10] if sensors else []
    domains = stacked(heights)
    axes = iter(["yaxis", *(f"yaxis{n}" for n in range(2, len(heights) + 1))])
    layout: Figure = {
        **LOOK,
        "height": sum(heights) + GAP_PX * (len(heights) - 1) + 2 * MARGIN_PX,
        "margin": {"l": 64, "r": 16, "t": MARGIN_PX, "b": MARGIN_PX},
        "dragmode": "zoom",
        "showlegend": False,
        "xaxis": {
            "type": "date",
            "range": [stamp(0), stamp(max(data.duration_s, 1.0))],
            "tickformat": axis_clock(data.duration_s),
            "gridcolor": "var(--grid)",
            "zeroline": False,
            "anchor": f"y{len(heights)}" if len(heights) > 1 else "y",
            "title": {"text": "time since the start", "font": {"color": "var(--muted)"}},
        },
        "shapes": band_shapes(data.strides),
        "annotations": [],
    }
    traces: list[Figure] = []
    places = iter(domains)
    if lanes:
        axis = next(axes)
        layout[axis] = lane_axis(next(places), lanes)
        layout["annotations"] += lane_labels(lanes, axis)
        traces += [trace for n, e in enumerate(happened, 1) for trace in episode_traces(data, e, n, axis)]
        layout["shapes"] += [
            upright(stamp(e.raised.t_us / 1e6), LEVEL_COLOR[e.raised.level]) for e in happened
        ]
    for row in rows:
        axis = next(axes)
        domain = next(places)
        layout[axis] = value_axis(domain, from_zero=row.unit == "g")
        layout["annotations"].append(heading(f"{row.title}, {row.unit}", domain[1]))
        nothing = []
        for mount in (mount for mount in data.mounts if fits(row, mount)):
            own = [s for s in data.strides if s.mount is mount]
            drawn = stride_traces(row, own, mount, axis, among=data.mounts)
            traces += drawn
            if not drawn:
                nothing.append(f"{spoken(mount)}: {why_nothing(own)}")
        if nothing:
            layout["annotations"].append(note("<br>".join(nothing), domain))
        traces += limit_traces(data, row, happened, axis)
    if sensors:
        axis = next(axes)
        names = [spoken(track.mount) for track in sensors]
        layout[axis] = lane_axis(next(places), names)
        layout["annotations"] += lane_labels(names, axis)
        for track in sensors:
            traces += [track_trace(track.mount, span, axis) for span in track.spans]
    return {"data": traces, "layout": layout}


def stacked(heights: Sequence[int]) -> list[tuple[float, float]]:
    """Domains from the top down, each as high as asked for."""
    total = sum(heights) + GAP_PX * (len(heights) - 1)
    out, top = [], float(total)
    for height in heights:
        out.append((max(0.0, (top - height) / total), top / total))
        top -= height + GAP_PX
    return out


def band_shapes(strides: Sequence[Stride]) -> list[Figure]:
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": stamp(band.from_s),
            "x1": stamp(band.to_s),
            "y0": 0,
            "y1": 1,
            "fillcolor": f"var(--{band.kind})",
            "line": {"width": 0},
            "layer": "below",
        }
        for band in bands(strides)
    ]
