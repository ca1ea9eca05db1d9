"""Angles and distance of one stride from a gyroscope: strapdown integration from one moment to its like.

Between two moments of one phase (foot flat to foot flat) velocity does not change, so the mean of the rotated
specific force over that stride is gravity: it needs no standing still, no filter and no start value. Twice
integrating what is left gives the way between the two (zero-velocity integration: Skog 2010; Rebula 2013).
Gravity is felt alike at both ends on level ground, which tells the gyroscope's offset. All of it is in three
dimensions: in a turn a leg leaves the plane of its swing (docs/adr/0117).
"""

from functools import lru_cache
from math import atan2, degrees, hypot, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from dsp.strapdown import Turned, turned
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
    """turned: from the first row on; up: a unit vector there; length_m: the level way."""

    turned: Turned
    up: Vector
    length_m: float | None

    def up_at(self, row: int) -> Vector:
        """The same in another row's frame."""
        return self.turned.back(row, self.up)


class Posture(NamedTuple):
    """flat: its row; whole: the rest is known. pitch_from_flat_deg: contact against flat; roll: of a shoe.

    offset_dps: of the gyroscope, if gravity was felt alike at both ends; nothing is told of a turn about it.
    """

    flat: int
    pitch_at_contact_deg: float = 0.0
    pitch_from_flat_deg: float = 0.0
    roll_in_deg: float = 0.0
    whole: bool = False
    length_m: float | None = None
    duration_s: float = 0.0
    offset_dps: Vector = (0.0, 0.0, 0.0)


def plane_of(axis: Vector, up: Vector) -> Plane | None:
    """None where up lies along the axis."""
    tilt = dot(up, axis)
    across = (up[0] - tilt * axis[0], up[1] - tilt * axis[1], up[2] - tilt * axis[2])
    if hypot(*across) < 0.5:
        return None
    y = unit(across)
    return Plane(cross(y, axis), y, axis)


def pitch_rad(up: Vector, plane: Plane) -> float:
    """y from the vertical, positive where its lower end is ahead."""
    return atan2(dot(up, plane.x), dot(up, plane.y))


@lru_cache(maxsize=512)
def _around(n: int, reach: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """For each of n rows the first of those within reach, the one after the last, and how many they are."""
    rows = np.arange(n)
    first, end = np.maximum(rows - reach, 0), np.minimum(rows + reach + 1, n)
    return first, end, np.asarray(end - first, dtype=np.float64)


def flattest(gyro: Floats, a: int, b: int, reach: int) -> int:
    """Row in [a, b) around which the segment turns least."""
    rates, total = gyro[:, a:b], np.zeros(b - a + 1)
    np.add.reduce(rates * rates).cumsum(out=total[1:])
    first, end, rows = _around(b - a, reach)
    return a + int(((total[end] - total[first]) / rows).argmin())


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


def stride_path(acc: Floats, gyro: Floats, rate_hz: float, offset_dps: Vector) -> StridePath | None:
    """(3, n) rows from one flat moment to the next; None where the mean force is not gravity."""
    way_of = turned(gyro, rate_hz, offset_dps)
    across, z = way_of.forward(acc)
    sums = _sums(z.shape[0])
    (mean_x, mean_y), (far_x, far_y) = (sums @ across.view(np.float64).reshape(-1, 2)).tolist()
    mean_z, far_z = (sums @ z).tolist()
    gravity, far = (mean_x, mean_y, mean_z), (far_x, far_y, far_z)
    upright = sqrt(dot(gravity, gravity))
    if abs(upright - 1.0) > ANGLE_TOLERANCE:
        return None
    up = unit(gravity)
    length_m = None
    if abs(upright - 1.0) <= LENGTH_TOLERANCE:
        risen = dot(far, up)
        length_m = sqrt(max(0.0, dot(far, far) - risen * risen)) * G_MPS2 / rate_hz**2
    return StridePath(way_of, up, length_m)


def _roll_in_deg(gyro: Floats, path: StridePath, plane: Plane, mount: Mount, rate_hz: float) -> float:
    """How far a foot rolls inwards over (3, n) rows of stance."""
    if gyro.shape[1] == 0:
        return 0.0
    roll = (np.array(cross(path.up, plane.z)) @ gyro).cumsum()
    most = np.maximum.reduce(roll) if mount.side == "left" else -np.minimum.reduce(roll)
    return max(0.0, float(most) / rate_hz)


def _offset_dps(first_up: Vector, last_up: Vector, end: int, rate_hz: float, known_dps: Vector) -> Vector:
    """The known offset and what is left of it: how far gravity is turned at the end from where it began."""
    x, y, z = cross(last_up, first_up)
    rate_dps = degrees(1.0) * rate_hz / end
    return (known_dps[0] + rate_dps * x, known_dps[1] + rate_dps * y, known_dps[2] + rate_dps * z)


def posture_of(
    acc: Floats,
    gyro: Floats,
    *,
    plane: Plane,
    rate_hz: float,
    contact: float,
    toe_off: float,
    mount: Mount,
    offset_dps: Vector,
) -> Posture | None:
    """One stride's rows (3, n) from flat moment to flat moment and on to toe-off.

    contact, toe_off: positions in the rows; offset_dps: what is known of the gyroscope's. A foot lies
    flat where it turns least; a shank turns evenly in stance, so that any moment could be that: there it is
    one phase of stance, the same each time.
    """
    n = acc.shape[1]
    stance = toe_off - contact
    a, b = int(contact + 0.15 * stance), min(n - 1, int(contact + 0.8 * stance) + 1)
    if b - a < 3:
        return None
    if mount.segment == "shoe":
        end = flattest(gyro, a, b, max(1, round(0.02 * rate_hz)))
    else:
        end = min(n - 2, round(contact + SHANK_PHASE * stance))
    path = None
    if end > 0.2 * rate_hz:
        path = stride_path(acc[:, : end + 1], gyro[:, : end + 1], rate_hz, offset_dps)
    if path is None:
        return Posture(flat=end)
    k = min(int(contact), end - 1)
    last_up = path.up_at(end)
    here, after, flat = (pitch_rad(up, plane) for up in (path.up_at(k), path.up_at(k + 1), last_up))
    at = here + (contact - k) * (after - here)
    last = min(n, int(contact + 0.7 * stance) + 1)
    stands = gyro[:, round(contact) : last]
    return Posture(
        flat=end,
        whole=True,
        pitch_at_contact_deg=degrees(at),
        pitch_from_flat_deg=degrees(at - flat),
        roll_in_deg=_roll_in_deg(stands, path, plane, mount, rate_hz) if mount.segment == "shoe" else 0.0,
        length_m=path.length_m,
        duration_s=end / rate_hz,
        offset_dps=_offset_dps(path.up, last_up, end, rate_hz, offset_dps),
    )
