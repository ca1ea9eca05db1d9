"""The raw samples around one alert as Plotly's JSON, with the contacts and toe-offs found in them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.stride import Stride
from kneeload.review.look import LOOK, Figure, heading, upright, value_axis
from kneeload.review.run_data import Waveform
from kneeload.review.traces import spoken
from kneeload.spoken import clock_time

__all__ = ["waveform_figure"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

HEIGHT_PX, GAP_PX, MARGIN_PX, BELOW_PX = 210, 48, 44, 100
AROUND_S = 3.0
"""Shown before and after the alert, at least."""
PEAK_US = (10_000, 75_000)
"""Before and after a contact: where docs/metrics.md has the peak."""
AXES: Mapping[str, tuple[int, str]] = {"x": (0, "dot"), "y": (1, "dash"), "z": (2, "dashdot")}
"""Column and dash of each axis of the sensor."""
LEGEND = {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "itemwidth": 30}


class Place(NamedTuple):
    """Where a trace is drawn. first: in the figure's first plot, whose traces stand in the legend for all."""

    axis: str
    first: bool

    def named(self, name: str, **more: Any) -> Figure:
        """A trace under this name, which the legend shows and hides in all plots at once."""
        group = {"name": name, "legendgroup": name, "showlegend": self.first}
        return {"type": "scatter", "yaxis": self.axis, **group, **more}


def waveform_figure(
    waveforms: Sequence[Waveform], strides: Sequence[Stride], *, at_us: int, limit_g: float | None = None
) -> Figure:
    """One plot a sensor over the time from the alert, in seconds: magnitude of acceleration and its events.

    The single axes are there too, hidden until asked for in the legend. limit_g: what the peaks were held
    against.
    """
    total = HEIGHT_PX * len(waveforms) + GAP_PX * (len(waveforms) - 1)
    from_s = min([-AROUND_S, *((int(w.t_us[0]) - at_us) / 1e6 for w in waveforms)])
    layout: Figure = {
        **LOOK,
        "height": total + MARGIN_PX + BELOW_PX,
        "margin": {"l": 52, "r": 16, "t": MARGIN_PX, "b": BELOW_PX},
        "legend": LEGEND,
        "xaxis": time_axis(from_s, len(waveforms)),
        "shapes": [upright(0, "var(--muted)")],
        "annotations": [],
    }
    traces: list[Figure] = []
    for n, waveform in enumerate(waveforms):
        top = (total - n * (HEIGHT_PX + GAP_PX)) / total
        number = "" if n == 0 else str(n + 1)
        layout[f"yaxis{number}"] = value_axis((max(0.0, top - HEIGHT_PX / total), top), from_zero=True)
        layout["annotations"].append(
            heading(f"{spoken(waveform.mount)}, acceleration, g", top, ground="card")
        )
        place = Place(f"y{number}", n == 0)
        own = [s for s in strides if s.mount is waveform.mount]
        traces += sample_traces(waveform, place, at_us=at_us) + event_traces(
            waveform, own, place, at_us=at_us
        )
        if limit_g is not None:
            traces.append(limit_trace(limit_g, from_s, place))
    return {"data": traces, "layout": layout}


def time_axis(from_s: float, plots: int) -> Figure:
    """Under the lowest plot, for all of them."""
    return {
        "range": [from_s - 0.05, AROUND_S + 0.05],
        "gridcolor": "var(--grid)",
        "zeroline": False,
        "title": {"text": "s from the alert", "standoff": 8, "font": {"color": "var(--muted)"}},
        "anchor": "y" if plots == 1 else f"y{plots}",
    }


def sample_traces(waveform: Waveform, place: Place, *, at_us: int) -> list[Figure]:
    """Magnitude and single axes. Where samples are missing a line is interrupted, not drawn across."""
    steps = np.diff(waveform.t_us)
    broken = np.flatnonzero(steps > 3 * np.median(steps)) + 1 if len(steps) else np.zeros(0, dtype=np.intp)
    x = with_breaks(np.round((waveform.t_us - at_us) / 1e6, 4), broken)

    def line(name: str, of: Floats, said: str, **more: Any) -> Figure:
        y = with_breaks(np.round(of, 3), broken)
        hover = f"%{{x:.3f}} s<br>%{{y:.2f}} g<extra>{said}</extra>"
        return place.named(name, mode="lines", x=x, y=y, hovertemplate=hover, **more)

    color = f"var(--{waveform.mount.side})"
    traces = [line("magnitude", magnitude(waveform), "magnitude", line={"color": color, "width": 1.6})]
    for name, (column, dash) in AXES.items():
        style = {"color": "var(--muted)", "width": 1, "dash": dash}
        acc_g = waveform.acc_g[:, column]
        traces.append(line(f"sensor's {name}", acc_g, name, line=style, visible="legendonly"))
    return traces


def event_traces(waveform: Waveform, strides: Sequence[Stride], place: Place, *, at_us: int) -> list[Figure]:
    """Foot contacts and toe-offs on the magnitude's curve, and peaks as high as they were measured."""
    t_us, felt_g = waveform.t_us, magnitude(waveform)

    def marks(name: str, symbol: str, size: int, found: Sequence[tuple[int, float | None, Stride]]) -> Figure:
        inside = [(t, g, s) for t, g, s in found if t_us[0] <= t <= t_us[-1]]
        heights = [float(np.interp(t, t_us, felt_g)) if g is None else g for t, g, _ in inside]
        return place.named(
            name,
            mode="markers",
            x=[round((t - at_us) / 1e6, 4) for t, _, _ in inside],
            y=[round(height, 3) for height in heights],
            text=[words(s) for _, _, s in inside],
            marker={
                "symbol": symbol,
                "size": size,
                "color": "var(--ink)",
                "line": {"width": 2, "color": "var(--ink)"},
            },
            hovertemplate=f"{name}<br>%{{text}}<extra></extra>",
        )

    contacts = [(s.initial_contact_us, None, s) for s in strides]
    lifts = [(s.toe_off_us, None, s) for s in strides if s.toe_off_us is not None]
    peaks = [
        (peak_us(t_us, felt_g, s), s.peak_resultant_g, s) for s in strides if s.peak_resultant_g is not None
    ]
    return [
        marks("foot contact", "triangle-down", 10, contacts),
        marks("toe-off", "circle-open", 10, lifts),
        marks("measured peak", "line-ew-open", 16, peaks),
    ]


def limit_trace(limit_g: float, from_s: float, place: Place) -> Figure:
    return place.named(
        "limit",
        mode="lines",
        x=[from_s, AROUND_S],
        y=[limit_g, limit_g],
        line={"color": "var(--warning)", "width": 2, "dash": "dot"},
        hovertemplate=f"limit {limit_g:.1f} g<extra></extra>",
    )


def magnitude(waveform: Waveform) -> Floats:
    """(n,) g."""
    return np.asarray(np.linalg.norm(waveform.acc_g, axis=1))


def peak_us(t_us: NDArray[np.int64], felt_g: Floats, stride: Stride) -> int:
    """Where the unfiltered samples peak in the window that the stride's own peak comes from."""
    near = (t_us >= stride.initial_contact_us - PEAK_US[0]) & (t_us <= stride.initial_contact_us + PEAK_US[1])
    if not near.any():
        return stride.initial_contact_us
    return int(t_us[near][np.argmax(felt_g[near])])


def with_breaks(values: Floats, broken: Rows) -> list[float | None]:
    """None before each place in broken."""
    out: list[float | None] = list(values.tolist())
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
