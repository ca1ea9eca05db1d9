"""Where exactly a sampled curve peaks or crosses zero."""

from math import ceil, exp

import numpy as np
from numpy.typing import NDArray

__all__ = ["falling_zero", "highest", "parabola", "rising_zero"]

Floats = NDArray[np.float64]


def parabola(x: Floats, i: int) -> tuple[float, float]:
    """(position, value) of the vertex through x[i - 1], x[i], x[i + 1]; the sample itself at an end."""
    if i <= 0 or i >= x.shape[0] - 1:
        return float(i), float(x[i])
    a, b, c = x[i - 1 : i + 2].tolist()
    bend = a - 2.0 * b + c
    if bend == 0.0:
        return float(i), b
    offset = 0.5 * (a - c) / bend
    if abs(offset) > 1.0:
        return float(i), b
    return i + offset, b - 0.25 * (a - c) * offset


def highest(
    x: Floats, a: float, b: float, *, near: tuple[float, float] | None = None, share: float = 1.0
) -> float | None:
    """Sub-sample position of the highest interior local maximum of x in [a, b); None where there is none.

    near: (centre, width) of a bell that x, above zero, is weighed by. share: the first that has that share of
    the highest, None where that is not above zero: of what falls all the time nothing is a share.
    """
    lo, hi = max(1, ceil(a)), min(x.shape[0] - 1, int(b) + 1)
    if hi - lo < 1:
        return None
    mid = x[lo:hi]
    if near is None and share == 1.0:
        top = lo + int(mid.argmax())
        if x[top - 1] < x[top] >= x[top + 1]:
            return parabola(x, top)[0]
    rises = x[lo : hi + 1] > x[lo - 1 : hi]
    tops = (rises[:-1] > rises[1:]).nonzero()[0]
    if tops.shape[0] == 0:
        return None
    places = [lo + top for top in tops.tolist()]
    if len(places) == 1 and share == 1.0:
        return parabola(x, places[0])[0]
    heights = mid[tops].tolist()
    if near is not None:
        heights = [
            height * exp(-0.5 * ((place - near[0]) / near[1]) ** 2)
            for place, height in zip(places, heights, strict=True)
        ]
    most = max(heights)
    if share < 1.0 and most <= 0.0:
        return None
    least = share * most
    return parabola(x, next(k for k, height in zip(places, heights, strict=True) if height >= least))[0]


def rising_zero(x: Floats, start: int) -> float | None:
    """First position from `start` on where x goes from below zero to zero or above."""
    return _crossing(x, start, x[start:] < 0.0)


def falling_zero(x: Floats, start: int) -> float | None:
    """First position from `start` on where x goes from above zero to zero or below."""
    return _crossing(x, start, x[start:] > 0.0)


def _crossing(x: Floats, start: int, before: NDArray[np.bool_]) -> float | None:
    """before: of each x from `start` on whether it lies before zero."""
    hits = before[:-1] > before[1:]
    if hits.shape[0] == 0:
        return None
    k = int(hits.argmax())
    if not hits[k]:
        return None
    here, after = float(x[start + k]), float(x[start + k + 1])
    return start + k - here / (after - here)
