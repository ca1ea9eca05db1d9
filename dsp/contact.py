"""The events of one stride: initial contact and toe-off, each from several candidates.

A candidate is a landmark of a smoothed curve with a known lead or lag on the event. The best-founded one wins
and names the method; how far the others are from it is the quality.
"""

from dataclasses import dataclass
from math import exp
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dsp.filters import hann_smooth
from dsp.peaks import parabola

__all__ = ["Contact", "StrideWindow", "agreement", "highest", "landing", "push_near"]

Floats = NDArray[np.float64]

STEEPEST_LEAD_S = 0.015
PUSH_NEAR_S = 0.08
NEAR_S = 0.1  # of two jolts the one where the last contacts were wins unless it is much the weaker


@dataclass(frozen=True, slots=True)
class Contact:
    """Positions in rows of the grid, fractional."""

    initial_contact: float
    toe_off: float | None
    contact_method: str
    toe_off_method: str
    quality: float
    peak: float  # of the smoothed jerk, counted from the window's start
    push: float | None  # rows from the contact to toe-off's landmark


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
        step = acc[:, 1:] - acc[:, :-1]
        jerk = np.zeros(acc.shape[1])
        jerk[1:] = np.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2) * rate_hz
        resultant = np.sqrt(acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2)
        return cls(start, rate_hz, acc, gyro, jerk, resultant)

    def smooth(self, x: Floats, cutoff_hz: float) -> Floats:
        return hann_smooth(x, cutoff_hz, self.rate_hz)


def highest(x: Floats, a: float, b: float, *, near: tuple[float, float] | None = None) -> float | None:
    """Sub-sample position of the highest interior local maximum of x in [a, b); None where there is none.

    near: (centre, width) of a bell that x is weighed by.
    """
    lo, hi = max(1, int(np.ceil(a))), min(x.shape[0] - 1, int(b) + 1)
    if hi - lo < 1:
        return None
    mid = x[lo:hi]
    tops = np.flatnonzero((mid > x[lo - 1 : hi - 1]) & (mid >= x[lo + 1 : hi + 1]))
    if tops.shape[0] == 0:
        return None
    heights = mid[tops]
    if near is not None:
        heights = heights * np.exp(-0.5 * ((tops + lo - near[0]) / near[1]) ** 2)
    k = lo + int(tops[np.argmax(heights)])
    return parabola(x, k)[0]


def landing(
    window: StrideWindow, jolt: float, *, reach: tuple[float, float], lag_s: float
) -> tuple[float, list[float], float]:
    """(initial contact, the other candidates, the jerk's peak) near `jolt`: the peak less its lag.

    The other candidate is the steepest rise of the resultant, which leads the jerk's peak by about 15 ms.
    """
    rate = window.rate_hz
    a, b = jolt - reach[0], jolt + reach[1]
    peak = highest(window.smooth(window.jerk, 10.0), a, b, near=(jolt, NEAR_S * rate))
    size = window.smooth(window.resultant, 20.0)
    slope = np.zeros(size.shape[0])
    slope[1:] = size[1:] - size[:-1]
    rise = highest(slope, a - 0.02 * rate, b)
    if peak is None:
        peak = jolt
    contact = peak - lag_s * rate
    return contact, [] if rise is None else [rise + (STEEPEST_LEAD_S - lag_s) * rate], peak


def push_near(contact: float, usual: float | None, rate_hz: float) -> tuple[float, float] | None:
    """Where the last strides had toe-off's landmark, for `highest`."""
    return None if usual is None else (contact + usual, PUSH_NEAR_S * rate_hz)


def agreement(best: float, others: list[float], rate_hz: float, scale_s: float) -> float:
    """1 where the candidates coincide, falling to 0 as their median distance passes `scale_s`."""
    if not others:
        return 0.5
    apart = median(abs(other - best) for other in others) / rate_hz
    return exp(-((apart / scale_s) ** 2))
