"""The raw samples around one alert as Plotly's JSON, with the contacts and toe-offs found in them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dsp.stride import Stride
from kneeload.review.run_data import Waveform
from kneeload.review.traces import MODEBAR, Figure, spoken
from kneeload.spoken import clock_time

__all__ = ["waveform_figure"]

HEIGHT_PX, GAP_PX, MARGIN_PX, BELOW_PX = 210, 48, 44, 100
PEAK_US = (10_000, 75_000)
"""Before and after a contact: where docs/metrics.md has the peak."""
AXES: Mapping[str, tuple[int, str]] = {"x": (0, "dot"), "y": (1, "dash"), "z": (2, "dashdot")}


def waveform_figure(
    waveforms: Sequence[Waveform], strides: Sequence[Stride], *, at_us: int, limit_g: float | None = None
) -> Figure:
    """One plot a sensor over the time from the alert, in seconds: magnitude of acceleration and its events.

    The single axes are there too, hidden until asked for in the legend. limit_g: what the peaks were held
    against.
    """
    total = HEIGHT_PX * len(waveforms) + GAP_PX * (len(waveforms) - 1)
    from_s = min([-3.0, *((int(w.t_us[0]) - at_us) / 1e6 for w in waveforms)])
    layout: Figure = {
        "height": total + MARGIN_PX + BELOW_PX,
        "margin": {"l": 52, "r": 16, "t": MARGIN_PX, "b": BELOW_PX},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": "var(--ink)"},
        "hovermode": "closest",
        "modebar": MODEBAR,
        "hoverlabel": {
            "bgcolor": "var(--paper)",
            "bordercolor": "var(--line)",
            "font": {"color": "var(--ink)"},
        },
        "legend": {
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "itemwidth": 30,
        },
        "xaxis": {
            "range": [from_s - 0.05, 3.05],
            "gridcolor": "var(--grid)",
            "zeroline": False,
            "title": {"text": "s from the alert", "standoff": 8, "font": {"color": "var(--muted)"}},
            "anchor": "y" if len(waveforms) == 1 else f"y{len(waveforms)}",
        },
        "shapes": [
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": 0,
                "x1": 0,
                "y0": 0,
                "y1": 1,
                "line": {"color": "var(--muted)", "width": 1, "dash": "dot"},
            }
        ],
        "annotations": [],
    }
    traces: list[Figure] = []
    for place, waveform in enumerate(waveforms):
        top = (total - place * (HEIGHT_PX + GAP_PX)) / total
        number = "" if place == 0 else str(place + 1)
        layout[f"yaxis{number}"] = {
            "domain": [max(0.0, top - HEIGHT_PX / total), top],
            "gridcolor": "var(--grid)",
            "zeroline": False,
            "rangemode": "tozero",
        }
        layout["annotations"].append(
            {
                "text": f"{spoken(waveform.mount)}, acceleration, g",
                "xref": "paper",
                "yref": "paper",
                "x": 0,
                "y": top,
                "xanchor": "left",
                "yanchor": "bottom",
                "yshift": 3,
                "showarrow": False,
                "font": {"size": 13, "color": "var(--ink)"},
            }
        )
        own = [s for s in strides if s.mount is waveform.mount]
        traces += sensor_traces(waveform, own, at_us=at_us, axis=f"y{number}", legend=place == 0)
        if limit_g is not None:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": "limit",
                    "legendgroup": "limit",
                    "showlegend": place == 0,
                    "x": [from_s, 3.0],
                    "y": [limit_g, limit_g],
                    "yaxis": f"y{number}",
                    "line": {"color": "var(--warning)", "width": 2, "dash": "dot"},
                    "hovertemplate": f"limit {limit_g:.1f} g<extra></extra>",
                }
            )
    return {"data": traces, "layout": layout}


def sensor_traces(
    waveform: Waveform, strides: Sequence[Stride], *, at_us: int, axis: str, legend: bool
) -> list[Figure]:
    t_s = np.round((waveform.t_us - at_us) / 1e6, 4)
    magnitude = np.linalg.norm(waveform.acc_g, axis=1)
    color = f"var(--{waveform.mount.side})"
    common = {"type": "scatter", "yaxis": axis}
    # Where samples are missing the line is interrupted, not drawn across.
    steps = np.diff(waveform.t_us)
    broken = np.flatnonzero(steps > 3 * np.median(steps)) + 1 if len(steps) else np.array([], dtype=np.int64)
    x = with_breaks(t_s.tolist(), broken)
    traces: list[Figure] = [
        {
            **common,
            "mode": "lines",
            "name": "magnitude",
            "legendgroup": "magnitude",
            "showlegend": legend,
            "x": x,
            "y": with_breaks(np.round(magnitude, 3).tolist(), broken),
            "line": {"color": color, "width": 1.6},
            "hovertemplate": "%{x:.3f} s<br>%{y:.2f} g<extra>magnitude</extra>",
        }
    ]
    for name, (column, dash) in AXES.items():
        traces.append(
            {
                **common,
                "mode": "lines",
                "name": f"sensor's {name}",
                "legendgroup": name,
                "showlegend": legend,
                "visible": "legendonly",
                "x": x,
                "y": with_breaks(np.round(waveform.acc_g[:, column], 3).tolist(), broken),
                "line": {"color": "var(--muted)", "width": 1, "dash": dash},
                "hovertemplate": f"%{{x:.3f}} s<br>%{{y:.2f}} g<extra>{name}</extra>",
            }
        )
    kinds = (
        ("foot contact", "triangle-down", [(s.initial_contact_us, None, s) for s in strides]),
        ("toe-off", "circle-open", [(s.toe_off_us, None, s) for s in strides if s.toe_off_us is not None]),
        (
            "measured peak",
            "line-ew-open",
            [
                (peak_us(waveform.t_us, magnitude, s), s.peak_resultant_g, s)
                for s in strides
                if s.peak_resultant_g is not None
            ],
        ),
    )
    for name, symbol, found in kinds:
        inside = [(t, v, s) for t, v, s in found if waveform.t_us[0] <= t <= waveform.t_us[-1]]
        traces.append(
            {
                **common,
                "mode": "markers",
                "name": name,
                "legendgroup": name,
                "showlegend": legend,
                "x": [round((t - at_us) / 1e6, 4) for t, _, _ in inside],
                "y": [
                    round(float(np.interp(t, waveform.t_us, magnitude)) if v is None else v, 3)
                    for t, v, _ in inside
                ],
                "text": [words(s) for _, _, s in inside],
                "marker": {
                    "symbol": symbol,
                    "size": 10 if name != "measured peak" else 16,
                    "color": "var(--ink)",
                    "line": {"width": 2, "color": "var(--ink)"},
                },
                "hovertemplate": f"{name}<br>%{{text}}<extra></extra>",
            }
        )
    return traces


def peak_us(t_us: NDArray[np.int64], magnitude: NDArray[np.float64], stride: Stride) -> int:
    """Where the unfiltered samples peak in the window that the stride's own peak comes from."""
    near = (t_us >= stride.initial_contact_us - PEAK_US[0]) & (t_us <= stride.initial_contact_us + PEAK_US[1])
    if not near.any():
        return stride.initial_contact_us
    return int(t_us[near][np.argmax(magnitude[near])])


def with_breaks(
    values: Sequence[float], broken: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[float | None]:
    """None before each place in broken."""
    out: list[float | None] = list(values)
    for place in reversed(broken.tolist()):
        out.insert(place, None)
    return out


def words(stride: Stride) -> str:
    """What was computed for this foot contact."""
    parts = [f"stride {stride.stride} at {clock_time(stride.initial_contact_us)}"]
    if stride.peak_resultant_g is not None:
        parts.append(f"peak {'≥ ' if stride.clipped else ''}{stride.peak_resultant_g:.1f} g")
    if stride.contact_time_s is not None:
        parts.append(f"contact time {stride.contact_time_s * 1000:.0f} ms")
    if stride.gap:
        parts.append("samples lost inside")
    return "<br>".join(parts)
