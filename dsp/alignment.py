"""Which way up the segment is in the sensor's frame, learned from standing and from strides.

Standing still, gravity lies along the segment. A stride's mean acceleration is gravity in a frame that swings
with the leg: near the segment's axis, and always there. Standing is used where the strides do not contradict
it; without it the strides alone say the direction, after enough of them.
"""

from dataclasses import dataclass
from math import acos, degrees

import numpy as np
from numpy.typing import NDArray

__all__ = ["Alignment"]

Floats = NDArray[np.float64]
Vector = tuple[float, float, float]

ENOUGH_STRIDES = 5
NEAR_DEG = 40.0  # standing and striding directions of one sensor on one leg
MOVED_DEG = 25.0  # the striding direction itself, since alignment
FORGET = 0.85


def _unit(v: Floats) -> Floats:
    return np.asarray(v / max(float(np.sqrt((v * v).sum())), 1e-9))


def _apart_deg(a: Vector, b: Vector) -> float:
    return degrees(acos(max(-1.0, min(1.0, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]))))


def _vector(v: Floats) -> Vector:
    return float(v[0]), float(v[1]), float(v[2])


@dataclass(slots=True)
class Alignment:
    """standing: up while still; striding: mean of the last strides; first: the same at alignment."""

    standing: Vector | None = None
    striding: Vector | None = None
    first: Vector | None = None
    strides: int = 0
    moved: int = 0

    def stand(self, acc_g: Floats) -> None:
        """(3, n) of a moment of standing still."""
        self.standing = _vector(_unit(acc_g.mean(axis=1)))

    def stride(self, acc_g: Floats) -> None:
        """(3, n) of about one stride."""
        fresh = _unit(acc_g.mean(axis=1))
        if self.striding is None:
            self.striding = _vector(fresh)
        else:
            self.striding = _vector(_unit(FORGET * np.array(self.striding) + (1.0 - FORGET) * fresh))
        self.strides += 1
        if self.strides == ENOUGH_STRIDES:
            self.first = self.striding
        if self.first is not None and _apart_deg(self.first, self.striding) > MOVED_DEG:
            self.standing = self.first = None
            self.strides = 0
            self.moved += 1

    @property
    def stood(self) -> Vector | None:
        """Up from standing, where the strides agree that it is the same sensor in the same place."""
        if self.standing is None or self.striding is None:
            return None
        return self.standing if _apart_deg(self.standing, self.striding) < NEAR_DEG else None

    @property
    def up(self) -> Vector | None:
        """The segment's axis; None until known."""
        return self.stood or (self.striding if self.strides >= ENOUGH_STRIDES else None)

    @property
    def rough(self) -> Vector:
        """The best guess so far, for finding events."""
        return self.stood or self.striding or (0.0, 0.0, 1.0)
