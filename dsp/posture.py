"""Angles and distance of one stride from a gyroscope: strapdown integration in the plane of the swing.

Between two moments of one phase (foot flat to foot flat) velocity does not change, so the mean of the rotated
specific force over that stride is gravity: it needs no standing still, no filter and no start value. Twice
integrating what is left gives the way between the two (zero-velocity integration: Skog 2010; Rebula 2013).
Both ends have the same pitch on level ground, which takes out the gyroscope's offset.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount

__all__ = ["Plane", "Posture", "plane_of", "posture_of"]

Floats = NDArray[np.float64]

G_MPS2 = 9.80665
# Mean force over a stride against 1 g: beyond these it was not between two equal phases.
ANGLE_TOLERANCE, LENGTH_TOLERANCE = 0.35, 0.12
# Share of stance at which a shank's stride is cut: the middle, where the leg carries and turns evenly.
SHANK_PHASE = 0.42


@dataclass(frozen=True, slots=True)
class Plane:
    """The swing axis z and two axes across it, sensor frame; y is near up."""

    x: Floats
    y: Floats
    z: Floats


@dataclass(frozen=True, slots=True)
class StridePath:
    """pitch_rad: (n,) y from the vertical, positive where its lower end is ahead. length_m: the level way.

    gravity: direction of the vertical at both ends, in the plane's x + iy.
    """

    pitch_rad: Floats
    length_m: float | None
    gravity: complex


@dataclass(frozen=True, slots=True)
class Posture:
    """flat: its row; whole: the rest is known. pitch_from_flat_deg: contact against flat."""

    flat: int
    pitch_at_contact_deg: float = 0.0
    pitch_from_flat_deg: float = 0.0
    roll_in_deg: float = 0.0
    whole: bool = False
    length_m: float | None = None
    duration_s: float = 0.0


def _cross(a: Floats, b: Floats) -> Floats:
    return np.array(
        (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]), dtype=np.float64
    )


def plane_of(axis: tuple[float, float, float], up: tuple[float, float, float]) -> Plane | None:
    """None where up lies along the axis."""
    z, u = np.array(axis), np.array(up)
    y = u - z * float((u * z).sum())
    size = float(np.sqrt((y * y).sum()))
    if size < 0.5:
        return None
    y /= size
    return Plane(_cross(y, z), y, z)


def flattest(gyro: Floats, a: int, b: int, reach: int) -> int:
    """Row in [a, b) around which the segment turns least."""
    power = (gyro[:, a:b] ** 2).sum(axis=0)
    total = np.concatenate(([0.0], np.cumsum(power)))
    n = b - a
    lo = np.maximum(np.arange(n) - reach, 0)
    hi = np.minimum(np.arange(n) + reach + 1, n)
    return a + int(np.argmin((total[hi] - total[lo]) / (hi - lo)))


def stride_path(acc: Floats, gyro: Floats, plane: Plane, rate_hz: float) -> StridePath | None:
    """(3, n) rows from one flat moment to the next; None where the mean force is not gravity."""
    w = np.radians(plane.z[0] * gyro[0] + plane.z[1] * gyro[1] + plane.z[2] * gyro[2])
    n = w.shape[0]
    steps = 0.5 * (w[1:] + w[:-1]) / rate_hz
    angle = np.concatenate(([0.0], np.cumsum(steps)))
    angle -= angle[-1] * np.arange(n) / (n - 1)
    x = plane.x[0] * acc[0] + plane.x[1] * acc[1] + plane.x[2] * acc[2]
    y = plane.y[0] * acc[0] + plane.y[1] * acc[1] + plane.y[2] * acc[2]
    turned = (x + 1j * y) * np.exp(1j * angle)
    middle = 0.5 * (turned[1:] + turned[:-1])
    gravity = complex(middle.mean())
    if abs(abs(gravity) - 1.0) > ANGLE_TOLERANCE:
        return None
    velocity = np.concatenate(([0.0], np.cumsum(middle - gravity))) / rate_hz * G_MPS2
    way = complex((0.5 * (velocity[1:] + velocity[:-1])).sum()) / rate_hz
    level = way * np.conj(gravity) / abs(gravity)  # real along gravity, imaginary across it
    pitch = angle - (float(np.angle(gravity)) - 0.5 * np.pi)
    far = abs(float(level.imag)) if abs(abs(gravity) - 1.0) <= LENGTH_TOLERANCE else None
    return StridePath(pitch, far, gravity / abs(gravity))


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
    at = float(np.interp(contact, np.arange(end + 1), path.pitch_rad))
    up = path.gravity.real * plane.x + path.gravity.imag * plane.y
    ahead = _cross(up, plane.z)
    k = round(contact)
    last = end if toe_off is None else min(n, int(contact + 0.7 * stance) + 1)
    roll = (
        np.cumsum(ahead[0] * gyro[0, k:last] + ahead[1] * gyro[1, k:last] + ahead[2] * gyro[2, k:last])
        / rate_hz
    )
    inwards = roll if mount.side == "left" else -roll
    return Posture(
        flat=end,
        whole=True,
        pitch_at_contact_deg=float(np.degrees(at)),
        pitch_from_flat_deg=float(np.degrees(at - path.pitch_rad[-1])),
        roll_in_deg=max(0.0, float(inwards.max())) if inwards.shape[0] else 0.0,
        length_m=path.length_m,
        duration_s=end / rate_hz,
    )
