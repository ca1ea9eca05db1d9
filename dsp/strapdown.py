"""How a segment is turned, row by row, from its angular rate.

A rotation is the upper row (a, b) of a unitary 2x2 matrix, |a|² + |b|² = 1: of a unit quaternion with parts
w, x, y, z it is a = w - iz, b = -y - ix. One rotation after another is one matrix times another.
"""

from math import radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import ztbsv

from dsp.vectors import Vector, cross

__all__ = ["Turned", "turned"]

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]


class Turned(NamedTuple):
    """(n,) each: the rotations from each row's frame into that of the first row."""

    a: Complexes
    b: Complexes

    def forward(self, v: Floats) -> tuple[Complexes, Floats]:
        """(3, n) vectors of the segment in the first row's frame: (n,) x + iy, and (n,) z."""
        across, z = v[0] + 1j * v[1], v[2]
        a, b = self.a.conj(), self.b.conj()
        c, d = a * across - b * z, b * across.conj() + a * z
        return a * c - b * d, (self.a * d + self.b * c).real

    def back(self, row: int, v: Vector) -> Vector:
        """A vector of the first row's frame in that of another row."""
        a, b = complex(self.a[row]), complex(self.b[row])
        q = (-b.imag, -b.real, -a.imag)
        once = cross(q, v)
        x, y, z = cross(q, once)
        w = a.real
        return (
            v[0] + 2.0 * (x - w * once[0]),
            v[1] + 2.0 * (y - w * once[1]),
            v[2] + 2.0 * (z - w * once[2]),
        )


def turned(gyro_dps: Floats, rate_hz: float, offset_dps: Vector) -> Turned:
    """(3, n) angular rate, less the sensor's offset, integrated by the trapezoid rule."""
    x, y, z = offset_dps
    half = gyro_dps[:, 1:] + gyro_dps[:, :-1]
    half -= ((2.0 * x,), (2.0 * y,), (2.0 * z,))
    half *= radians(0.25 / rate_hz)
    # Of half a row's turn, as series: at 2000 deg/s it is 0.9 rad at 20 Hz, and the error 1e-5.
    squared = np.add.reduce(half * half)
    sine = squared * (1.0 / 6.0 - squared * (1.0 / 120.0 - squared * (1.0 / 5040.0))) - 1.0
    cosine = 1.0 - squared * (0.5 - squared * (1.0 / 24.0 - squared * (1.0 / 720.0)))
    across, along = (half[1] + 1j * half[0]) * sine, half[2] * sine
    return _one_after_another(cosine + 1j * along, across)


def _one_after_another(a: Complexes, b: Complexes) -> Turned:
    """(n,) rotations -> (n + 1,) where they lead, one after another, from none.

    a, b of each row are sums of those of the row before: a triangular system, which BLAS solves in one call
    where numpy has no running product of matrices.
    """
    n = 2 * a.shape[0] + 2
    band = np.zeros((4, n), dtype=np.complex128, order="F")
    band[1, 1:-1:2] = b.conj()
    band[2, :-2:2] = -a
    band[2, 1:-1:2] = -a.conj()
    band[3, :-2:2] = -b
    begin = np.zeros(n, dtype=np.complex128)
    begin[0] = 1.0
    solved: Complexes = ztbsv(3, band, begin, lower=1, diag=1, overwrite_x=1)
    return Turned(solved[::2], solved[1::2])
