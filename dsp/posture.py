"""Angles and distance of one stride from a gyroscope: strapdown integration in the plane of the swing.

Between two moments of one phase (foot flat to foot flat) velocity does not change, so the mean of the rotated
specific force over that stride is gravity: it needs no standing still, no filter and no start value. Twice
integrating what is left gives the way between the two (zero-velocity integration: Skog 2010; Rebula 2013).
Both ends have the same pitch on level ground, which takes out the gyroscope's offset.
"""

from cmath import phase
from functools import lru_cache
from math import degrees, hypot, pi, radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from dsp.vectors import Vector, cross, dot, unit

__all__ = ["Plane", "Posture", "plane_of", "posture_of"]

Floats = NDArray[np.float64]

G_MPS2 = 9.80665
# Mean force over a stride against 1 g: beyond these it was not between two equal phases.
ANGLE_TOLERANCE, LENGTH_TOLERANCE = 0.35, 0.12
# Share of stance at which a shank's stride is cut: the middle, where the leg carries and turns evenly.
SHANK_PHASE = 0.42


class Plane(NamedTuple):
    """The swing axis z and two axes across it, sensor frame; y is near up."""

    x: Vector
    y: Vector
    z: Vector


class StridePath(NamedTuple):
    """pitch_rad: (n,) y from the vertical, positive where its lower end is ahead. length_m: the level way.

    gravity: direction of the vertical at both ends, in the plane's x + iy.
    """

    pitch_rad: Floats
    length_m: float | None
    gravity: complex


class Posture(NamedTuple):
    """flat: its row; whole: the rest is known. pitch_from_flat_deg: contact against flat; roll: of a shoe."""

    flat: int
    pitch_at_contact_deg: float = 0.0
    pitch_from_flat_deg: float = 0.0
    roll_in_deg: float = 0.0
    whole: bool = False
    length_m: float | None = None
    duration_s: float = 0.0


def plane_of(axis: Vector, up: Vector) -> Plane | None:
    """None where up lies along the axis."""
    tilt = dot(up, axis)
    across = (up[0] - tilt * axis[0], up[1] - tilt * axis[1], up[2] - tilt * axis[2])
    if hypot(*across) < 0.5:
        return None
    y = unit(across)
    return Plane(cross(y, axis), y, axis)


@lru_cache(maxsize=512)
def _around(n: int, reach: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each of n rows the first of those within reach, and the one after the last."""
    rows = np.arange(n)
    return np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, n)


def flattest(gyro: Floats, a: int, b: int, reach: int) -> int:
    """Row in [a, b) around which the segment turns least."""
    total = np.zeros(b - a + 1)
    np.add.reduce(gyro[:, a:b] ** 2).cumsum(out=total[1:])
    lo, hi = _around(b - a, reach)
    return a + int(((total[hi] - total[lo]) / (hi - lo)).argmin())


@lru_cache(maxsize=512)
def _sums(n: int) -> Floats:
    """(2, n): mean over n rows and, of what is left of the mean, twice the sum; both by the trapezoid rule.

    A velocity from zero to zero, summed to the way: each force counts as often as rows follow it.
    """
    steps = np.zeros((2, n - 1))
    steps[0] = 1.0 / (n - 1)
    follow = np.arange(n - 2, -1, -1.0)
    steps[1] = follow - follow.mean()
    sums = np.zeros((2, n))
    sums[:, :-1] += 0.5 * steps
    sums[:, 1:] += 0.5 * steps
    return sums


def stride_path(acc: Floats, gyro: Floats, plane: Plane, rate_hz: float) -> StridePath | None:
    """(3, n) rows from one flat moment to the next; None where the mean force is not gravity."""
    w = np.array(plane.z) @ gyro
    n = w.shape[0]
    angle = np.zeros(n)
    (w[1:] + w[:-1]).cumsum(out=angle[1:])
    angle *= radians(0.5 / rate_hz)
    angle -= np.arange(n) * (angle[-1] / (n - 1))
    x, y = np.array((plane.x, plane.y)) @ acc
    turned = (x + 1j * y) * np.exp(1j * angle)
    mean, way = (_sums(n) @ turned).tolist()
    gravity, way_m = complex(mean), complex(way) * G_MPS2 / rate_hz**2
    upright = abs(gravity)
    if abs(upright - 1.0) > ANGLE_TOLERANCE:
        return None
    level = way_m * gravity.conjugate() / upright  # real along gravity, imaginary across it
    angle -= phase(gravity) - 0.5 * pi
    far = abs(level.imag) if abs(upright - 1.0) <= LENGTH_TOLERANCE else None
    return StridePath(angle, far, gravity / upright)


def _roll_in_deg(gyro: Floats, path: StridePath, plane: Plane, mount: Mount, rate_hz: float) -> float:
    """How far a foot rolls inwards over (3, n) rows of stance."""
    if gyro.shape[1] == 0:
        return 0.0
    x, y, g = plane.x, plane.y, path.gravity
    up = (g.real * x[0] + g.imag * y[0], g.real * x[1] + g.imag * y[1], g.real * x[2] + g.imag * y[2])
    roll = (np.array(cross(up, plane.z)) @ gyro).cumsum() / rate_hz
    return max(0.0, float(np.maximum.reduce(roll if mount.side == "left" else -roll)))


def posture_of(
    acc: Floats,
    gyro: Floats,
    *,
    plane: Plane,
    rate_hz: float,
    contact: float,
    toe_off: float | None,
    mount: Mount,
) -> Posture | None:
    """One stride's rows (3, n) from flat moment to flat moment and on to toe-off.

    contact, toe_off: positions in the rows. A foot lies flat where it turns least; a shank turns evenly
    in stance, so that any moment could be that: there it is one phase of stance, the same each time.
    """
    n = acc.shape[1]
    stance = (toe_off if toe_off is not None else n) - contact
    a, b = int(contact + 0.15 * stance), min(n - 1, int(contact + 0.8 * stance) + 1)
    if b - a < 3:
        return None
    if mount.segment == "shoe":
        end = flattest(gyro, a, b, max(1, round(0.02 * rate_hz)))
    else:
        end = min(n - 2, round(contact + SHANK_PHASE * stance))
    path = stride_path(acc[:, : end + 1], gyro[:, : end + 1], plane, rate_hz) if end > 0.2 * rate_hz else None
    if path is None:
        return Posture(flat=end)
    k = min(int(contact), end - 1)
    here, after = path.pitch_rad[k : k + 2].tolist()
    at = here + (contact - k) * (after - here)
    last = end if toe_off is None else min(n, int(contact + 0.7 * stance) + 1)
    stands = gyro[:, round(contact) : last]
    return Posture(
        flat=end,
        whole=True,
        pitch_at_contact_deg=degrees(at),
        pitch_from_flat_deg=degrees(at - float(path.pitch_rad[-1])),
        roll_in_deg=_roll_in_deg(stands, path, plane, mount, rate_hz) if mount.segment == "shoe" else 0.0,
        length_m=path.length_m,
        duration_s=end / rate_hz,
    )
