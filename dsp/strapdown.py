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
        w, q = a.real, (-b.imag, -b.real, -a.imag)
        x, y, z = once = cross(q, v)
        xx, yy, zz = cross(q, once)
        return (v[0] + 2.0 * (xx - w * x), v[1] + 2.0 * (yy - w * y), v[2] + 2.0 * (zz - w * z))


def turned(gyro_dps: Floats, rate_hz: float, offset_dps: Vector) -> Turned:
    """(3, n) angular rate, less the sensor's offset, integrated by the trapezoid rule."""
    x, y, z = offset_dps
    half = gyro_dps[:, 1:] + gyro_dps[:, :-1]
    half -= ((2.0 * x,), (2.0 * y,), (2.0 * z,))
    half *= radians(0.25 / rate_hz)
    # Of half a row's turn, as series: at 2000 deg/s it is 0.9 rad at 20 Hz, and the error 1e-5.
    squared = np.add.reduce(half * half)
    parts = np.empty((4, squared.shape[0]))
    parts[0] = squared * (0.5 - squared * (1.0 / 24.0 - squared * (1.0 / 720.0))) - 1.0
    sine = 1.0 - squared * (1.0 / 6.0 - squared * (1.0 / 120.0 - squared * (1.0 / 5040.0)))
    np.multiply(half[::-1], sine, out=parts[1:])
    return _one_after_another(parts)


def _one_after_another(parts: Floats) -> Turned:
    """(4, n) rotations, each as -w, z, y, x -> (n + 1,) where they lead, one after another, from none.

    a, b of each row are sums of those of the row before: a triangular system, which BLAS solves in one call
    where numpy has no running product of matrices.
    """
    n = parts.shape[1] + 1
    # Of each row two columns of the matrix, of its a and of its b, and of each the four diagonals. They are
    # written as floats, real and imaginary parts in turn: that spares complex arrays in between.
    band = np.zeros((n, 2, 4), dtype=np.complex128)
    of_a, of_b = band.view(np.float64)[:-1].transpose(1, 2, 0)
    of_a[4:6], of_a[6:8] = parts[:2], parts[2:]  # -a, -b
    of_b[2], of_b[3] = -parts[2], parts[3]  # b conjugate
    of_b[4], of_b[5] = parts[0], -parts[1]  # -a conjugate
    begin = np.zeros(2 * n, dtype=np.complex128)
    begin[0] = 1.0
    solved: Complexes = ztbsv(3, band.reshape(2 * n, 4).T, begin, lower=1, diag=1, overwrite_x=1)
    return Turned(solved[::2], solved[1::2])
