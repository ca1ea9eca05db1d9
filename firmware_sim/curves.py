"""The smooth steps that one contact, and the swing between two, add to a leg's curves.

A row: channel, size (degrees, metres, or share of the way), start and end (s), shares of rise and fall.
"""

from typing import Literal

from firmware_sim.shape import INVERSION_DEG, SHAPES, SHOE_SHAPES, STRIKE_PITCH
from firmware_sim.steps import Contact

__all__ = ["Row", "shank_reach_deg", "stance_rows", "strike_pitch_deg", "swing_rows"]

Row = tuple[str, float, float, float, float, float]

PUSH_PEAK_BEFORE_S = 0.008
# The foot comes down on the ground from here, faster than it swung.
FALL_M = 0.035
RISEN = 0.75  # of the swing: as high as the next stair


def strike_pitch_deg(contact: Contact) -> float:
    """The foot's pitch at initial contact."""
    if contact.kind == "start":
        return 0.0
    shape = SHAPES[contact.activity]
    full = shape.at("foot_strike", contact.speed_mps)
    if contact.kind == "stop":
        return 0.4 * full
    return STRIKE_PITCH.get(contact.foot_strike, full) * contact.style[1]


def shank_reach_deg(contact: Contact) -> float:
    """The shank's angle at the end of the swing into this contact."""
    if contact.kind == "start":
        return 0.0
    shape = SHAPES[contact.activity]
    reach = shape.at("shank_reach", contact.speed_mps)
    return 0.5 * reach if contact.kind == "stop" else reach * contact.style[0]


def stance_rows(contact: Contact, mirror: float) -> list[Row]:
    """Steps that belong to one contact. mirror: 1 for the left leg, -1 for the right."""
    strike, reach = strike_pitch_deg(contact), shank_reach_deg(contact)
    ic, off = contact.initial_contact_s, contact.toe_off_s
    shape = SHAPES[contact.activity]
    rows: list[Row] = []
    if contact.kind == "stop":
        rows.append(("foot_pitch", -strike, ic - 0.01, ic + 0.12, 0.5, 0.5))
        rows.append(("shank_pitch", -reach, ic - 0.05, contact.still_s - 0.01, 0.3, 0.5))
        return rows
    speed = contact.speed_mps if contact.kind == "step" else 0.5 * shape.speeds_mps[0]
    if contact.kind == "step":
        tc = off - ic
        flat = ic + shape.flat_share * tc
        rows.append(("foot_pitch", -strike, ic - 0.03, flat, shape.slap_rise, 1 - shape.slap_rise))
        rows.append(("foot_roll", INVERSION_DEG * mirror, ic, ic + 0.36 * tc, 0.4, 0.6))
        rows.append(("shank_yaw", -5.0 * mirror, ic - 0.01, ic + 0.5 * tc, 0.4, 0.5))
        rows.append(("shank_yaw", 5.0 * mirror, ic + 0.55 * tc, off + 0.05, 0.4, 0.5))
        back = shape.at("shank_at_contact", speed)
        stance_start = ic - 0.06
        rows.append(("shank_pitch", -back, stance_start - 0.04, ic + 0.04, 0.5, 0.5))
        heel_off = ic + shape.heel_off * tc
    else:
        tc = 0.3
        back = 0.0
        stance_start = contact.still_s + 0.02
        heel_off = max(contact.still_s + 0.02, off - 0.25)
        tc = min(tc, off - contact.still_s)
    share = 1.0 if contact.kind == "step" else 0.5
    push = share * -shape.at("foot_push", speed) * contact.style[1]
    length = (off - PUSH_PEAK_BEFORE_S - heel_off) / shape.push_rise
    first = (heel_off, heel_off + length, shape.push_rise, 1 - shape.push_rise)
    rows.append(("foot_pitch", -push * shape.push_share, *first))
    if shape.push_share < 1:
        rows.append(("foot_pitch", -push * (1 - shape.push_share), off - 0.03, off + 0.17, 0.45, 0.55))
    stance = share * shape.at("shank_stance", speed)
    kick = share * shape.at("shank_kick", speed) * contact.style[0]
    rows.append(("shank_pitch", -stance, stance_start, off + 0.06, 0.3, 0.35))
    early, late, speeding = shape.kick
    rows.append(("shank_pitch", -kick, off - early * tc, off + late * tc, speeding, 1 - speeding))
    return rows


def _lowest(contact: Contact, rows: list[Row], channel: str) -> float:
    level = strike_pitch_deg(contact) if channel == "foot_pitch" else shank_reach_deg(contact)
    return level + sum(row[1] for row in rows if row[0] == channel)


def swing_rows(
    leaving: Contact, landing: Contact, mirror: float, segment: Literal["shin", "shoe"]
) -> list[Row]:
    """Steps of the swing from one contact to the next."""
    off, ic = leaving.toe_off_s, landing.initial_contact_s
    swing = ic - off
    shape = (SHOE_SHAPES if segment == "shoe" else SHAPES)[landing.activity]
    speed = landing.speed_mps
    stance = stance_rows(leaving, mirror)
    foot_up = strike_pitch_deg(landing) + 4.0 - _lowest(leaving, stance, "foot_pitch")
    shank_up = shank_reach_deg(landing) - _lowest(leaving, stance, "shank_pitch")
    lift = shape.at("clearance_m", speed) * (landing.style[2] if landing.kind == "step" else 0.5)
    spring = shape.at("spring_m", speed) if leaving.kind == "step" else 0.0
    fall = min(FALL_M, 0.5 * lift)
    early, late = shape.shank_swing
    early_foot, late_foot = shape.foot_swing
    before, speeding, slowing = shape.travel
    rise = max(0.0, landing.height_m - leaving.height_m)
    inverted = INVERSION_DEG if landing.kind == "step" else 0.0
    return [
        ("foot_pitch", foot_up, off + early_foot * swing, off + late_foot * swing, 0.50, 0.42),
        ("foot_pitch", -4.0, off + 0.92 * swing, ic + 0.025, 0.5, 0.5),
        (
            "shank_pitch",
            shank_up,
            off + early * swing,
            off + late * swing,
            shape.shank_rise,
            0.96 - shape.shank_rise,
        ),
        ("travel", 1.0, off - before, ic + 0.03, speeding, slowing),
        ("lift", lift, off - shape.lift_before_s, off + shape.lift_until * swing, 0.5, 0.5),
        ("lift", spring, off - shape.spring_before_s, off + 0.115, 0.5, 0.5),
        ("lift", fall - lift - spring, off + 0.20 * swing, off + 0.92 * swing, 0.4, 0.6),
        ("lift", -fall, ic - 0.12, ic + 0.05, 0.5, 0.5),
        # Up a stair the foot is lifted over the edge before it has travelled there.
        ("lift", rise, off - 0.10, off + RISEN * swing, 0.5, 0.5),
        ("lift", -rise, off - before, ic + 0.03, speeding, slowing),
        ("arc", -0.03 * mirror, off, off + 0.5 * swing, 0.5, 0.5),
        ("arc", 0.03 * mirror, off + 0.45 * swing, ic + 0.01, 0.5, 0.5),
        ("foot_roll", -12.0 * mirror, off - 0.05, off + 0.35 * swing, 0.4, 0.5),
        ("foot_roll", (12.0 - inverted) * mirror, off + 0.4 * swing, ic - 0.02, 0.5, 0.5),
        ("foot_yaw", 6.0 * mirror, off - 0.06, off + 0.45 * swing, 0.4, 0.5),
        ("foot_yaw", -6.0 * mirror, off + 0.45 * swing, ic, 0.5, 0.5),
        ("shank_roll", 4.0 * mirror, off - 0.04, off + 0.4 * swing, 0.4, 0.5),
        ("shank_roll", -4.0 * mirror, off + 0.4 * swing, ic + 0.02, 0.5, 0.5),
    ]
