"""The strides in the timeline's plots."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.review.counted import counted
from kneeload.review.look import Figure
from kneeload.review.running_median import SMOOTH, pieces, running_median
from kneeload.review.stroke import stroke

__all__ = [
    "DOTS_MOST",
    "ROWS",
    "Row",
    "axis_clock",
    "fits",
    "short",
    "spoken",
    "stamp",
    "stride_traces",
]

MIDNIGHT_MS = 946_684_800_000  # 2000-01-01
DOTS_MOST = 4000
"""Above this many strides a sensor only their running median is drawn, where it can be: nobody could tell the
dots apart.
"""


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


def stride_traces(
    row: Row, strides: Sequence[Stride], mount: Mount, axis: str, *, among: Collection[Mount] = ()
) -> list[Figure]:
    """Dots for the strides, a line for their running median, open triangles for clipped peaks.

    among: all sensors of the run.
    """
    drawn = stroke(mount, among)
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
        (dotted & ~clipped, drawn.symbol, 4, ""),
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
            "line": {"color": color, "width": drawn.width, "dash": drawn.dash},
            "hovertemplate": f"{said}<br>median of {SMOOTH} strides<extra></extra>",
        }
    )
    return traces


def rounded(values: NDArray[np.float64], decimals: int) -> list[float]:
    return [round(float(v), decimals) for v in values]
