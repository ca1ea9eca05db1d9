"""The curves of one leg between two mid-stances: angles of foot and shank, and how the foot travels.

Each curve is a sum of smooth steps (jet.smooth_steps) placed by the gait events, so it has no joints between
strides, the foot is exactly still while flat, and everything can be differentiated in closed form.

Shapes and sizes: shank angle and rate in running after Novacheck 1998 and Cavanagh 1987 (shank nearly upright
at initial contact, about 50 deg forward lean at toe-off, knee bent over 90 deg in swing); walking after
Winter 1991 and Perry 1992. Foot pitch at initial contact after Altman and Davis 2012 (rearfoot above 8 deg,
forefoot below -1.6 deg). The extremum of the pitch rate at toe-off is that of Falbriard et al. 2018.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firmware_sim.jet import Jet, Vector, add, constant, product, smooth_steps
from firmware_sim.rigid import Attitude
from firmware_sim.steps import Contact

__all__ = ["LegMotion", "Swing"]

# From the pivots of the shoe to the ankle, to the sensor on the laces; from the ankle to the sensor on the
# shin.
HEEL_TO_ANKLE_M = (0.05, 0.09, 0.0)
TOE_TO_ANKLE_M = (-0.14, 0.09, 0.0)
HEEL_TO_LACES_M = (0.13, 0.07, 0.0)
TOE_TO_LACES_M = (-0.06, 0.07, 0.0)
SHIN_AHEAD_M = 0.02


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of one gait's curves, degrees and metres, at a slow and a fast speed of it."""

    speeds_mps: tuple[float, float]
    shank_reach: tuple[float, float]  # greatest angle at the end of the swing
    shank_at_contact: tuple[float, float]  # how far it has come back from there at initial contact
    shank_stance: tuple[float, float]  # forward rotation over the planted foot
    shank_kick: tuple[float, float]  # further rotation around toe-off
    kick: tuple[
        float, float, float
    ]  # from before to after toe-off, shares of the contact; share of speeding up
    foot_strike: tuple[float, float]  # pitch at initial contact, rearfoot
    foot_push: tuple[float, float]  # lowest pitch after toe-off
    clearance_m: tuple[float, float]
    flat_share: float  # of the contact until the foot is flat
    heel_off: float  # share of the contact
    push_rise: float  # asymmetry of the push-off's pitch rate
    shank_swing: tuple[float, float]  # when in the swing the shank comes forward
    shank_rise: float  # share of that in which it speeds up
    foot_swing: tuple[float, float]  # when in the swing the foot turns up
    travel: tuple[
        float, float, float
    ]  # starts so long before toe-off, s; shares of speeding up, slowing down

    def at(self, name: str, speed_mps: float) -> float:
        slow, fast = getattr(self, name)
        low, high = self.speeds_mps
        share = min(1.3, max(0.0, (speed_mps - low) / (high - low)))
        return float(slow + share * (fast - slow))


RUN = Shape(
    speeds_mps=(2.2, 4.5),
    shank_reach=(13.0, 16.0),
    shank_at_contact=(6.0, 8.0),
    shank_stance=(46.0, 50.0),
    shank_kick=(38.0, 68.0),
    kick=(0.45, 0.55, 0.48),
    foot_strike=(12.0, 18.0),
    foot_push=(-74.0, -94.0),
    clearance_m=(0.08, 0.20),
    flat_share=0.24,
    heel_off=0.36,
    push_rise=0.56,
    shank_swing=(0.22, 0.96),
    shank_rise=0.55,
    foot_swing=(0.14, 0.97),
    travel=(0.06, 0.5, 0.38),
)
WALK = Shape(
    speeds_mps=(0.9, 1.9),
    shank_reach=(19.0, 24.0),
    shank_at_contact=(2.0, 4.0),
    shank_stance=(38.0, 44.0),
    shank_kick=(32.0, 36.0),
    kick=(0.36, 0.20, 0.6),
    foot_strike=(14.0, 26.0),
    foot_push=(-56.0, -76.0),
    clearance_m=(0.02, 0.05),
    flat_share=0.17,
    heel_off=0.5,
    push_rise=0.70,
    shank_swing=(0.0, 0.92),
    shank_rise=0.42,
    foot_swing=(0.04, 0.95),
    travel=(0.12, 0.5, 0.5),
)
STAIRS = Shape(
    speeds_mps=(0.4, 0.9),
    shank_reach=(3.0, 5.0),
    shank_at_contact=(2.0, 2.0),
    shank_stance=(20.0, 22.0),
    shank_kick=(38.0, 42.0),
    kick=(0.3, 0.3, 0.5),
    foot_strike=(2.0, 3.0),
    foot_push=(-45.0, -50.0),
    clearance_m=(0.10, 0.12),
    flat_share=0.2,
    heel_off=0.6,
    push_rise=0.6,
    shank_swing=(0.05, 0.85),
    shank_rise=0.5,
    foot_swing=(0.06, 0.9),
    travel=(0.1, 0.5, 0.45),
)
SHAPES = {"run": RUN, "walk": WALK, "stairs": STAIRS}
STRIKE_PITCH = {"mid": 2.0, "fore": -9.0}
# The foot lands on its outer edge and rolls flat: pronation.
INVERSION_DEG = 7.0

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

    def __init__(self, leaving: Contact, landing: Contact) -> None:
        self.leaving = leaving
        self.landing = landing
        self.start_s = leaving.still_s
        self.end_s = landing.still_s
        self.mirror = -1.0 if leaving.side == "right" else 1.0
        rows: list[tuple[str, float, float, float, float, float]] = []
        rows += _stance_rows(leaving, self.mirror)
        rows += _stance_rows(landing, self.mirror)
        rows += _swing_rows(leaving, landing, self.mirror)
        rows += [
            ("push_pitch", *row[1:]) for row in _stance_rows(leaving, self.mirror) if row[0] == "foot_pitch"
        ]
        rows += [
            ("land_pitch", *row[1:]) for row in _stance_rows(landing, self.mirror) if row[0] == "foot_pitch"
        ]
        self.table = np.array([row[2:] for row in rows])
        self.weights = np.zeros((len(CHANNELS), len(rows)))
        for at, (channel, weight, *_) in enumerate(rows):
            self.weights[CHANNELS.index(channel), at] = weight
        self.levels = np.zeros(len(CHANNELS))
        self.levels[CHANNELS.index("foot_pitch")] = _strike_pitch(leaving)
        self.levels[CHANNELS.index("push_pitch")] = _strike_pitch(leaving)
        self.levels[CHANNELS.index("land_pitch")] = _strike_pitch(landing)
        self.levels[CHANNELS.index("shank_pitch")] = _reach(leaving)
        if leaving.kind == "step":
            self.levels[CHANNELS.index("foot_roll")] = -INVERSION_DEG * self.mirror

    def _curves(self, t_s: NDArray[np.float64]) -> dict[str, Jet]:
        steps = smooth_steps(t_s, self.table)
        curves = np.einsum("cm,mkn->ckn", self.weights, steps)
        curves[:, 0] += self.levels[:, np.newaxis]
        return dict(zip(CHANNELS, curves, strict=True))

    def motion(
        self, t_s: NDArray[np.float64], segment: Literal["shin", "shoe"], above_ankle_m: float
    ) -> LegMotion:
        """The sensor's motion at these times, which may lie a little outside of the stride."""
        curve = self._curves(t_s)
        foot = _attitude(curve, "foot")
        to_pivot = {"shin": (TOE_TO_ANKLE_M, HEEL_TO_ANKLE_M), "shoe": (TOE_TO_LACES_M, HEEL_TO_LACES_M)}[
            segment
        ]
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


def _strike_pitch(contact: Contact) -> float:
    if contact.kind == "start":
        return 0.0
    shape = SHAPES[contact.activity]
    full = shape.at("foot_strike", contact.speed_mps)
    if contact.kind == "stop":
        return 0.4 * full
    return STRIKE_PITCH.get(contact.foot_strike, full) * contact.style[1]


def _reach(contact: Contact) -> float:
    """The shank's angle at the end of the swing into this contact."""
    if contact.kind == "start":
        return 0.0
    shape = SHAPES[contact.activity]
    reach = shape.at("shank_reach", contact.speed_mps)
    return 0.5 * reach if contact.kind == "stop" else reach * contact.style[0]


def _stance_rows(contact: Contact, mirror: float) -> list[tuple[str, float, float, float, float, float]]:
    """Steps that belong to one contact: channel, weight, start, end, rise, fall."""
    strike, reach = _strike_pitch(contact), _reach(contact)
    ic, off = contact.initial_contact_s, contact.toe_off_s
    shape = SHAPES[contact.activity]
    rows: list[tuple[str, float, float, float, float, float]] = []
    if contact.kind == "stop":
        rows.append(("foot_pitch", -strike, ic - 0.01, ic + 0.12, 0.5, 0.5))
        rows.append(("shank_pitch", -reach, ic - 0.05, contact.still_s - 0.01, 0.3, 0.5))
        return rows
    speed = contact.speed_mps if contact.kind == "step" else 0.5 * shape.speeds_mps[0]
    if contact.kind == "step":
        tc = off - ic
        flat = ic + shape.flat_share * tc
        rows.append(("foot_pitch", -strike, ic - 0.008, flat, 0.45, 0.5))
        rows.append(("foot_roll", INVERSION_DEG * mirror, ic, ic + 0.36 * tc, 0.4, 0.6))
        rows.append(("shank_yaw", -5.0 * mirror, ic - 0.01, ic + 0.5 * tc, 0.4, 0.5))
        rows.append(("shank_yaw", 5.0 * mirror, ic + 0.55 * tc, off + 0.05, 0.4, 0.5))
        back = shape.at("shank_at_contact", speed)
        stance_start = ic - 0.06
        rows.append(("shank_pitch", -back, stance_start - 0.02, ic + 0.03, 0.4, 0.4))
        heel_off = ic + shape.heel_off * tc
    else:
        tc = 0.3
        back = 0.0
        stance_start = contact.still_s + 0.02
        heel_off = max(contact.still_s + 0.02, off - 0.25)
        tc = min(tc, off - contact.still_s)
    share = 1.0 if contact.kind == "step" else 0.5
    push = share * -shape.at("foot_push", speed) * contact.style[1]
    peak = off - 0.006
    rows.append(
        (
            "foot_pitch",
            -push,
            heel_off,
            heel_off + (peak - heel_off) / shape.push_rise,
            shape.push_rise,
            1 - shape.push_rise,
        )
    )
    stance = share * shape.at("shank_stance", speed)
    kick = share * shape.at("shank_kick", speed) * contact.style[0]
    rows.append(("shank_pitch", -stance, stance_start, off + 0.06, 0.25, 0.35))
    early, late, speeding = shape.kick
    rows.append(("shank_pitch", -kick, off - early * tc, off + late * tc, speeding, 1 - speeding))
    return rows


def _lowest(
    contact: Contact, rows: list[tuple[str, float, float, float, float, float]], channel: str
) -> float:
    level = _strike_pitch(contact) if channel == "foot_pitch" else _reach(contact)
    return level + sum(row[1] for row in rows if row[0] == channel)


def _swing_rows(
    leaving: Contact, landing: Contact, mirror: float
) -> list[tuple[str, float, float, float, float, float]]:
    off, ic = leaving.toe_off_s, landing.initial_contact_s
    swing = ic - off
    shape = SHAPES[landing.activity]
    speed = landing.speed_mps
    stance = _stance_rows(leaving, mirror)
    foot_up = _strike_pitch(landing) + 4.0 - _lowest(leaving, stance, "foot_pitch")
    shank_up = _reach(landing) - _lowest(leaving, stance, "shank_pitch")
    lift = shape.at("clearance_m", speed) * (landing.style[2] if landing.kind == "step" else 0.5)
    early, late = shape.shank_swing
    early_foot, late_foot = shape.foot_swing
    before, speeding, slowing = shape.travel
    rise = max(0.0, landing.height_m - leaving.height_m)
    inverted = INVERSION_DEG if landing.kind == "step" else 0.0
    return [
        ("foot_pitch", foot_up, off + early_foot * swing, off + late_foot * swing, 0.50, 0.42),
        ("foot_pitch", -4.0, off + 0.9 * swing, ic + 0.01, 0.5, 0.5),
        (
            "shank_pitch",
            shank_up,
            off + early * swing,
            off + late * swing,
            shape.shank_rise,
            0.96 - shape.shank_rise,
        ),
        ("travel", 1.0, off - before, ic + 0.03, speeding, slowing),
        ("lift", lift + rise, off - 0.10, off + 0.34 * swing, 0.5, 0.5),
        ("lift", -0.85 * lift, off + 0.20 * swing, off + 0.92 * swing, 0.4, 0.6),
        ("lift", -0.15 * lift - rise, ic - 0.4 * swing, ic + 0.03, 0.5, 0.45),
        ("arc", -0.03 * mirror, off, off + 0.5 * swing, 0.5, 0.5),
        ("arc", 0.03 * mirror, off + 0.45 * swing, ic + 0.01, 0.5, 0.5),
        ("foot_roll", -12.0 * mirror, off - 0.05, off + 0.35 * swing, 0.4, 0.5),
        ("foot_roll", (12.0 - inverted) * mirror, off + 0.4 * swing, ic - 0.02, 0.5, 0.5),
        ("foot_yaw", 6.0 * mirror, off - 0.06, off + 0.45 * swing, 0.4, 0.5),
        ("foot_yaw", -6.0 * mirror, off + 0.45 * swing, ic, 0.5, 0.5),
        ("shank_roll", 4.0 * mirror, off - 0.04, off + 0.4 * swing, 0.4, 0.5),
        ("shank_roll", -4.0 * mirror, off + 0.4 * swing, ic + 0.02, 0.5, 0.5),
    ]
