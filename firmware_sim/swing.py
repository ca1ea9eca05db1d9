"""The curves of one leg between two mid-stances: angles of foot and shank, and how the foot travels.

Each curve is a sum of smooth steps (jet.smooth_steps) placed by the gait events, so it has no joints between
strides, the foot is exactly still while flat, and everything can be differentiated in closed form.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firmware_sim.curves import Row, shank_reach_deg, stance_rows, strike_pitch_deg, swing_rows
from firmware_sim.jet import Jet, Vector, add, constant, product, smooth_steps
from firmware_sim.rigid import Attitude
from firmware_sim.shape import INVERSION_DEG
from firmware_sim.steps import Contact

__all__ = ["SHIN_AHEAD_M", "TOE_TO_ANKLE_M", "TOE_TO_LACES_M", "LegMotion", "Swing"]

# From the pivots of the shoe to the ankle and to the sensor on the laces; the shin's front edge is ahead of
# the ankle.
HEEL_TO_ANKLE_M = (0.05, 0.09, 0.0)
TOE_TO_ANKLE_M = (-0.14, 0.09, 0.0)
HEEL_TO_LACES_M = (0.13, 0.07, 0.0)
TOE_TO_LACES_M = (-0.06, 0.07, 0.0)
SHIN_AHEAD_M = 0.02
PIVOTS_M = {
    "shin": (TOE_TO_ANKLE_M, HEEL_TO_ANKLE_M),
    "shoe": (TOE_TO_LACES_M, HEEL_TO_LACES_M),
}

CHANNELS = (
    "foot_pitch",
    "push_pitch",
    "land_pitch",
    "foot_roll",
    "foot_yaw",
    "shank_pitch",
    "shank_roll",
    "shank_yaw",
    "travel",
    "lift",
    "arc",
)


@dataclass(frozen=True, slots=True, eq=False)
class LegMotion:
    """Where one segment's sensor is and how the segment is turned."""

    position: Vector
    attitude: Attitude


class Swing:
    """One leg from mid-stance of a contact to mid-stance of the next, in closed form."""

    def __init__(self, leaving: Contact, landing: Contact, segment: Literal["shin", "shoe"]) -> None:
        self.leaving = leaving
        self.landing = landing
        self.start_s = leaving.still_s
        self.end_s = landing.still_s
        self.mirror = -1.0 if leaving.side == "right" else 1.0
        before, after = stance_rows(leaving, self.mirror), stance_rows(landing, self.mirror)
        rows: list[Row] = [*before, *after, *swing_rows(leaving, landing, self.mirror, segment)]
        rows += [("push_pitch", *row[1:]) for row in before if row[0] == "foot_pitch"]
        rows += [("land_pitch", *row[1:]) for row in after if row[0] == "foot_pitch"]
        self.table = np.array([row[2:] for row in rows])
        self.weights = np.zeros((len(CHANNELS), len(rows)))
        for at, (channel, weight, *_) in enumerate(rows):
            self.weights[CHANNELS.index(channel), at] = weight
        levels = {
            "foot_pitch": strike_pitch_deg(leaving),
            "push_pitch": strike_pitch_deg(leaving),
            "land_pitch": strike_pitch_deg(landing),
            "shank_pitch": shank_reach_deg(leaving),
            "foot_roll": -INVERSION_DEG * self.mirror if leaving.kind == "step" else 0.0,
        }
        self.levels = np.array([levels.get(channel, 0.0) for channel in CHANNELS])

    def _curves(self, t_s: NDArray[np.float64]) -> dict[str, Jet]:
        # Most steps are over or still to come: only those under way need their polynomials.
        over = self.table[:, 1] <= t_s[0]
        under_way = ~over & (self.table[:, 0] < t_s[-1])
        steps = smooth_steps(t_s, self.table[under_way])
        curves = np.tensordot(self.weights[:, under_way], steps, axes=1)
        curves[:, 0] += (self.levels + self.weights[:, over].sum(axis=1))[:, np.newaxis]
        return dict(zip(CHANNELS, curves, strict=True))

    def motion(
        self, t_s: NDArray[np.float64], segment: Literal["shin", "shoe"], above_ankle_m: float
    ) -> LegMotion:
        """The sensor's motion at these rising times, which may lie a little outside of the stride."""
        curve = self._curves(t_s)
        foot = _attitude(curve, "foot")
        to_pivot = PIVOTS_M[segment]
        landing_pivot = to_pivot[0] if self.landing.foot_strike == "fore" else to_pivot[1]
        # Only the turn made on the ground moves the foot about its pivot; in the air it travels.
        pushing, landing = (np.radians(curve[name]) for name in ("push_pitch", "land_pitch"))
        push = _turned(Attitude(foot.yaw, foot.roll, pushing), to_pivot[0], self.leaving)
        land = _turned(Attitude(foot.yaw, foot.roll, landing), landing_pivot, self.landing)
        travel = curve["travel"]
        gap = add(land, Vector(-push.x, -push.y, -push.z))
        position = Vector(
            push.x + product(travel, gap.x),
            push.y + product(travel, gap.y) + curve["lift"],
            push.z + product(travel, gap.z) + curve["arc"],
        )
        if segment == "shoe":
            return LegMotion(position, foot)
        shank = _attitude(curve, "shank")
        return LegMotion(add(position, shank.carry((SHIN_AHEAD_M, above_ankle_m, 0.0))), shank)

    def pitch_deg(self, t_s: float, segment: Literal["shin", "shoe"]) -> float:
        """Sagittal angle of the segment at t_s, deg; sign as in Truth.shank_angle_deg."""
        curve = self._curves(np.array([t_s]))["shank_pitch" if segment == "shin" else "foot_pitch"]
        return float(curve[0, 0])


def _attitude(curve: dict[str, Jet], segment: str) -> Attitude:
    return Attitude(*(np.radians(curve[f"{segment}_{angle}"]) for angle in ("yaw", "roll", "pitch")))


def _turned(foot: Attitude, to_pivot: tuple[float, float, float], contact: Contact) -> Vector:
    """The point while the foot turns about its pivot on the ground; at the contact's place when flat."""
    carried = foot.carry(to_pivot)
    n = foot.pitch.shape[1]
    return Vector(
        carried.x + constant(contact.along_m - to_pivot[0], n),
        carried.y + constant(contact.height_m, n),
        carried.z,
    )
