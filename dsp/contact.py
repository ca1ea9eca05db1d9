"""The events of one stride: initial contact and toe-off, each from several candidates.

A candidate is a landmark of a smoothed curve with a known lead or lag on the event. The best-founded one wins
and names the method. What the landing looked like besides tells how surely it is one (dsp.likeness).
"""

from dataclasses import dataclass
from math import ceil, exp

import numpy as np
from numpy.typing import NDArray

from dsp.filters import hann_smooth
from dsp.likeness import Landing
from dsp.peaks import parabola
from dsp.vectors import size

__all__ = ["Contact", "StrideWindow", "highest", "landing", "push_near"]

Floats = NDArray[np.float64]

PUSH_NEAR_S = 0.08
NEAR_S = 0.1  # of two jolts the one where the last contacts were wins unless it is much the weaker


@dataclass(frozen=True, slots=True)
class Contact:
    """Positions in rows of the grid, fractional."""

    initial_contact: float
    toe_off: float | None
    contact_method: str
    toe_off_method: str
    landing: Landing
    peak: float  # of the smoothed jerk, counted from the window's start
    push: float | None  # rows from the contact to toe-off's landmark
    quality: float = 1.0  # less where the contact is a guess


@dataclass(slots=True)
class StrideWindow:
    """Raw rows of one stride and the curves taken from them; positions count from `start`."""

    start: int
    rate_hz: float
    acc: Floats  # (3, n) g
    gyro: Floats | None  # (3, n) deg/s
    jerk: Floats  # (n,) g/s, not smoothed
    resultant: Floats  # (n,) g

    @classmethod
    def of(cls, start: int, rate_hz: float, *, acc: Floats, gyro: Floats | None) -> "StrideWindow":
        jerk = np.zeros(acc.shape[1])
        jerk[1:] = size(acc[:, 1:] - acc[:, :-1])
        jerk *= rate_hz
        return cls(start, rate_hz, acc, gyro, jerk, size(acc))

    def smooth(self, x: Floats, cutoff_hz: float) -> Floats:
        return hann_smooth(x, cutoff_hz, self.rate_hz)


def highest(x: Floats, a: float, b: float, *, near: tuple[float, float] | None = None) -> float | None:
    """Sub-sample position of the highest interior local maximum of x in [a, b); None where there is none.

    near: (centre, width) of a bell that x is weighed by.
    """
    lo, hi = max(1, ceil(a)), min(x.shape[0] - 1, int(b) + 1)
    if hi - lo < 1:
        return None
    mid = x[lo:hi]
    tops = ((mid > x[lo - 1 : hi - 1]) & (mid >= x[lo + 1 : hi + 1])).nonzero()[0]
    if tops.shape[0] == 0:
        return None
    places = [lo + top for top in tops.tolist()]
    if len(places) == 1:
        return parabola(x, places[0])[0]
    heights = mid[tops].tolist()
    if near is not None:
        heights = [
            height * exp(-0.5 * ((place - near[0]) / near[1]) ** 2)
            for place, height in zip(places, heights, strict=True)
        ]
    return parabola(x, places[heights.index(max(heights))])[0]


def landing(
    window: StrideWindow, jolt: float, *, reach: tuple[float, float], lag_s: float
) -> tuple[float, Landing, float]:
    """(initial contact, what it looked like, the jerk's peak) near `jolt`: the peak less its lag."""
    rate = window.rate_hz
    a, b = jolt - reach[0], jolt + reach[1]
    jerk = window.smooth(window.jerk, 10.0)
    peak = highest(jerk, a, b, near=(jolt, NEAR_S * rate))
    smooth = window.smooth(window.resultant, 20.0)
    slope = np.zeros(smooth.shape[0])
    np.subtract(smooth[1:], smooth[:-1], out=slope[1:])
    rise = highest(slope, a - 0.02 * rate, b)
    if peak is None:
        peak = jolt
    height = float(jerk[min(max(round(peak), 0), jerk.shape[0] - 1)])
    return peak - lag_s * rate, Landing(None if rise is None else (rise - peak) / rate, height), peak


def push_near(contact: float, usual: float | None, rate_hz: float) -> tuple[float, float] | None:
    """Where the last strides had toe-off's landmark, for `highest`."""
    return None if usual is None else (contact + usual, PUSH_NEAR_S * rate_hz)
