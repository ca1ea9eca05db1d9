"""Which way up the segment is in the sensor's frame, learned from standing and from strides.

Standing still, gravity lies along the segment. In the middle of stance, when the impact is over and the heel
has not left yet, foot and shank hardly move and what is felt is gravity along them: 1 to 9 degrees from the
direction in standing (recorded shoes), and 6 to 9 from the sensor's long axis on walking shins; running ones
are not asked (dsp.record), they push off by then. A whole stride's mean acceleration is
gravity in a frame that swings with the leg: 5 to 25 degrees off on the same shoes, but always there and
always the same, so it tells whether the sensor is still where it was. Standing is used where the strides do
not contradict it; without it the stances say the direction, after enough of them.

Whoever waits on one leg, sits or stretches is as still as who stands, with a shank that leans. So a second
standing that differs from the first is put to the strides after it: turned as much from those before, the
sensor was strapped on anew; the same as before, only the leg was bent.
"""

from dataclasses import dataclass, field
from math import acos, degrees
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.stride import Activity
from dsp.vectors import Vector, cross, dot, unit

__all__ = ["Alignment"]

Floats = NDArray[np.float64]

ENOUGH_STRIDES = 5
NEAR_DEG = 50.0  # standing and striding directions of one sensor on one leg, sprinting too
UNMOVED_DEG = 25.0  # the striding direction itself, since alignment
TURNED = 3  # strides in a row: the last one before a stop is another
SAME_DEG = 5.0  # of two standings; people sway and shift
# Strides lean otherwise at another speed, by 9 degrees from 8 to 15 km/h (simulated), and legs are bent more
# often than sensors moved: to be moved, the strides must fit that better by this.
MARGIN_DEG = 10.0
# The first strides of a bout lean otherwise, by up to 21 degrees (simulated). They are waited for; where two
# standings are far apart, fewer tell.
SETTLED_STRIDES, FAR_DEG = 12, 45.0
FORGET = 0.85


def _mean_direction(acc_g: Floats) -> Vector:
    x, y, z = np.add.reduce(acc_g, axis=1).tolist()
    return unit((x, y, z))


def _recent(old: Vector | None, acc_g: Floats) -> Vector:
    """The direction of the last ones, the newest counting most."""
    x, y, z = fresh = _mean_direction(acc_g)
    if old is None:
        return fresh
    new = 1.0 - FORGET
    return unit((FORGET * old[0] + new * x, FORGET * old[1] + new * y, FORGET * old[2] + new * z))


def _apart_deg(a: Vector, b: Vector) -> float:
    return degrees(acos(max(-1.0, min(1.0, dot(a, b)))))


def _turned(v: Vector, before: Vector, after: Vector) -> Vector:
    """v, turned as the shortest way turns one unit vector into another."""
    axis, cosine = cross(before, after), dot(before, after)
    x, y, z = cross(axis, v)
    share = dot(axis, v) / (1.0 + cosine) if cosine > -0.99 else 0.0
    return (
        cosine * v[0] + x + share * axis[0],
        cosine * v[1] + y + share * axis[1],
        cosine * v[2] + z + share * axis[2],
    )


@dataclass(slots=True)
class Alignment:
    """standing: up while still; stance: in the middle of the last stances; striding: mean of whole strides of
    this gait; first: the same at alignment; turned: strides in a row that do not fit it.

    stood_since: another direction in which it was still later, not believed yet; strode: of each gait the
    last striding direction before that.
    """

    standing: Vector | None = None
    stance: Vector | None = None
    stances: int = 0
    striding: Vector | None = None
    first: Vector | None = None
    strides: int = 0
    turned: int = 0
    stood_since: Vector | None = None
    strode: dict[Activity, Vector] = field(default_factory=dict)

    def stand(self, acc_g: Floats, gait: Activity) -> None:
        """(3, n) of a moment of standing still; gait: of the strides before it."""
        up = _mean_direction(acc_g)
        self.keep(gait)
        if self.standing is None or not self.strode or _apart_deg(self.standing, up) <= SAME_DEG:
            self.standing, self.stood_since = up, None
        else:
            self.stood_since = up
            self.begin_gait()

    def stride(self, acc_g: Floats, gait: Activity) -> None:
        """(3, n) of about one stride."""
        self.striding = _recent(self.striding, acc_g)
        self.strides += 1
        if self.strides == ENOUGH_STRIDES:
            self.first = self.striding
        self._settle(gait)
        turned = self.first is not None and _apart_deg(self.first, self.striding) > UNMOVED_DEG
        self.turned = self.turned + 1 if turned else 0
        if self.turned >= TURNED:
            self._forget()
            self.striding = _mean_direction(acc_g)

    def keep(self, gait: Activity) -> None:
        """Note how this gait's strides are directed, unless the sensor may have been moved since it stood."""
        if self.striding is not None and self.strides >= ENOUGH_STRIDES and self.stood_since is None:
            self.strode[gait] = self.striding

    def begin_gait(self) -> None:
        """Runners lean and swing otherwise than walkers: 21 to 29 degrees at a shin (recorded)."""
        self.striding = self.first = None
        self.strides = self.turned = 0

    def _settle(self, gait: Activity) -> None:
        """Whether the sensor or only the leg stood otherwise, as strides of a gait seen before have it."""
        before, up = self.strode.get(gait), self.stood_since
        if self.standing is None or self.striding is None or before is None or up is None:
            return
        if self.strides < (SETTLED_STRIDES if _apart_deg(self.standing, up) < FAR_DEG else ENOUGH_STRIDES):
            return
        moved = _turned(before, self.standing, up)
        if _apart_deg(self.striding, before) - _apart_deg(self.striding, moved) > MARGIN_DEG:
            self.standing, self.stance, self.stances = up, None, 0
            self.strode = {}
        self.stood_since = None

    def _forget(self) -> None:
        self.begin_gait()
        self.standing, self.stood_since, self.strode = self.stood_since, None, {}
        self.stance, self.stances = None, 0

    def stand_on(self, acc_g: Floats) -> None:
        """(3, n) of the middle of one stance."""
        self.stance = _recent(self.stance, acc_g)
        self.stances += 1

    @property
    def stood(self) -> Vector | None:
        """Up from standing, where the strides agree that it is the same sensor in the same place."""
        if self.standing is None or self.striding is None:
            return None
        return self.standing if _apart_deg(self.standing, self.striding) < NEAR_DEG else None

    @property
    def up(self) -> Vector | None:
        """The segment's axis; None until known."""
        return self.stood or (self.stance if self.stances >= ENOUGH_STRIDES else None)

    @property
    def method(self) -> Literal["none", "stance", "standing"]:
        """What `up` is taken from."""
        return "standing" if self.stood is not None else "none" if self.up is None else "stance"

    @property
    def rough(self) -> Vector:
        """The best guess so far, for the plane of the swing."""
        return self.stood or self.striding or (0.0, 0.0, 1.0)
