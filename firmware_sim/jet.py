"""A function of time with its first two derivatives: (3, n) arrays, row 0 the value, 1 and 2 its derivatives.

Motion written down once as positions and angles gives velocities and accelerations that agree with it
exactly.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Jet", "Vector", "add", "constant", "product", "sin_cos", "smooth_steps", "sway"]

Jet = NDArray[np.float64]


class Vector(NamedTuple):
    """Three jets: x forward, y up, z to the right."""

    x: Jet
    y: Jet
    z: Jet


def constant(value: float, n: int) -> Jet:
    """(3, n): the value, and derivatives of 0."""
    jet = np.zeros((3, n))
    jet[0] = value
    return jet


def product(a: Jet, b: Jet) -> Jet:
    """(ab, (ab)', (ab)'')."""
    out: Jet = a * b[0]
    out[1] += a[0] * b[1]
    out[2] += 2 * a[1] * b[1] + a[0] * b[2]
    return out


def add(a: Vector, b: Vector) -> Vector:
    """Sum, axis by axis."""
    return Vector(a.x + b.x, a.y + b.y, a.z + b.z)


def sin_cos(angle: Jet) -> tuple[Jet, Jet]:
    """Sine and cosine of an angle in radians."""
    s, c = np.sin(angle[0]), np.cos(angle[0])
    square = angle[1] ** 2
    sine, cosine = np.empty_like(angle), np.empty_like(angle)
    sine[0], sine[1], sine[2] = s, c * angle[1], c * angle[2] - s * square
    cosine[0], cosine[1], cosine[2] = c, -s * angle[1], -s * angle[2] - c * square
    return sine, cosine


def smooth_steps(t_s: NDArray[np.float64], table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Steps from 0 to 1 whose rate is a smooth trapezoid: (m, 3, n) for a table of m rows.

    table: (m, 4) start, end (s), share of the time in which the rate rises, and falls (sum at most 1).
    Three times continuously differentiable, exactly 0 before and 1 after.
    """
    start, end, rise, fall = (column[:, np.newaxis] for column in table.T)
    span = end - start
    u = (t_s - start) / span
    up = np.clip(u / rise, 0.0, 1.0)
    down = np.clip((1.0 - u) / fall, 0.0, 1.0)
    norm = 1.0 - rise / 2 - fall / 2
    value = rise * _ramp_integral(up) + np.clip(u - rise, 0.0, 1.0 - rise - fall)
    value = value + fall * (0.5 - _ramp_integral(down))
    rate = _ramp(up) * _ramp(down)
    bend = _ramp_slope(up) / rise - _ramp_slope(down) / fall
    return np.stack((value / norm, rate / (norm * span), bend / (norm * span**2)), axis=1)


def sway(t_s: NDArray[np.float64], waves: NDArray[np.float64]) -> Jet:
    """Sum of sine waves. waves: (m, 3) amplitude, frequency in Hz, phase in rad."""
    amplitude, frequency, phase = (column[:, np.newaxis] for column in waves.T)
    omega = 2 * np.pi * frequency
    angle = omega * t_s + phase
    return np.stack(
        (
            (amplitude * np.sin(angle)).sum(axis=0),
            (amplitude * omega * np.cos(angle)).sum(axis=0),
            (-amplitude * omega**2 * np.sin(angle)).sum(axis=0),
        )
    )


def _ramp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x**3 * (10 - 15 * x + 6 * x**2)


def _ramp_integral(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x**4 * (2.5 - 3 * x + x**2)


def _ramp_slope(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 30 * x**2 * (1 - x) ** 2
