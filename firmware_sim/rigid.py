"""A rigid segment: its attitude and where a point of it is.

World: x forward (the heading of the run), y up, z to the right. Segment: the same when it stands upright.
Attitude = yaw about y, then roll about x, then pitch about z, each seen from the segment turned so far
(R = Ry(yaw) Rx(roll) Rz(pitch)); pitch is positive when the lower end swings forward, the toes upward.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sim.jet import Jet, Vector, product, sin_cos

__all__ = ["G_MPS2", "Attitude", "specific_force_g"]

G_MPS2 = 9.80665


@dataclass(frozen=True, slots=True, eq=False)
class Attitude:
    """Three angles as jets in radians."""

    yaw: Jet
    roll: Jet
    pitch: Jet

    def carry(self, offset_m: tuple[float, float, float]) -> Vector:
        """A vector fixed in the segment, in the world."""
        ahead, high, aside = offset_m
        s, c = sin_cos(self.pitch)
        x, y = ahead * c - high * s, ahead * s + high * c
        s, c = sin_cos(self.roll)
        y, z = product(c, y) - aside * s, product(s, y) + aside * c
        s, c = sin_cos(self.yaw)
        x, z = product(c, x) + product(s, z), product(c, z) - product(s, x)
        return Vector(x, y, z)

    def into_segment(self, world: NDArray[np.float64]) -> NDArray[np.float64]:
        """(3, n) world vectors, seen from the segment."""
        x, y, z = world
        s, c = np.sin(self.yaw[0]), np.cos(self.yaw[0])
        x, z = c * x - s * z, s * x + c * z
        s, c = np.sin(self.roll[0]), np.cos(self.roll[0])
        y, z = c * y + s * z, c * z - s * y
        s, c = np.sin(self.pitch[0]), np.cos(self.pitch[0])
        return np.stack((c * x + s * y, c * y - s * x, z))

    def into_world(self, segment: NDArray[np.float64]) -> NDArray[np.float64]:
        """(3, n) vectors seen from the segment, in the world."""
        x, y, z = segment
        s, c = np.sin(self.pitch[0]), np.cos(self.pitch[0])
        x, y = c * x - s * y, s * x + c * y
        s, c = np.sin(self.roll[0]), np.cos(self.roll[0])
        y, z = c * y - s * z, s * y + c * z
        s, c = np.sin(self.yaw[0]), np.cos(self.yaw[0])
        return np.stack((c * x + s * z, y, c * z - s * x))

    def rate_dps(self) -> NDArray[np.float64]:
        """(3, n) angular rate in the segment's own axes, deg/s: what a gyroscope on it reads."""
        s, c = np.sin(self.roll[0]), np.cos(self.roll[0])
        x, y, z = self.roll[1], self.yaw[1] * c, -self.yaw[1] * s
        s, c = np.sin(self.pitch[0]), np.cos(self.pitch[0])
        rate: NDArray[np.float64] = np.degrees(np.stack((c * x + s * y, c * y - s * x, z + self.pitch[1])))
        return rate


def specific_force_g(position: Vector, attitude: Attitude) -> NDArray[np.float64]:
    """(3, n) what an accelerometer at this point reads in the segment's axes, g: motion plus gravity's
    reaction."""
    world = np.stack((position.x[2], position.y[2] + G_MPS2, position.z[2])) / G_MPS2
    return attitude.into_segment(world)
