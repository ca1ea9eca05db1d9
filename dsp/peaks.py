"""Where exactly a sampled curve peaks or crosses zero."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["falling_zero", "parabola", "rising_zero"]

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


def _crossing(x: Floats, start: int, sign: float) -> float | None:
    y = sign * x[start:]
    below = y < 0.0
    hits = below[:-1] > below[1:]
    k = int(hits.argmax()) if hits.shape[0] else 0
    if hits.shape[0] == 0 or not hits[k]:
        return None
    return start + k + float(-y[k] / (y[k + 1] - y[k]))


def rising_zero(x: Floats, start: int) -> float | None:
    """First position from `start` on where x goes from below zero to zero or above."""
    return _crossing(x, start, 1.0)


def falling_zero(x: Floats, start: int) -> float | None:
    """First position from `start` on where x goes from above zero to zero or below."""
    return _crossing(x, start, -1.0)
