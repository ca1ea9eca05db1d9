"""The events of one stride: initial contact and toe-off, each from several candidates.

A candidate is a landmark of a smoothed curve with a known lead or lag on the event; which of them wins is put
to the vote (dsp.vote), and the winner names the method.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dsp.peaks import highest
from dsp.stride import Activity
from dsp.vote import Candidate, Choice, elect
from dsp.window import StrideWindow

__all__ = ["Contact", "Landed", "Landmarks", "Lift", "Outlook", "landing", "push_near", "whole"]

PUSH_NEAR_S = 0.08
NEAR_S = 0.1  # of two jolts the one where the last contacts were wins unless it is much the weaker
OFF_BEAT = 0.2  # periods from the beat: a contact there does not keep to it
TOGETHER_S = 0.05  # two landmarks of one landing
SWING_START = "swing-start"


class Outlook(NamedTuple):
    """What is known of a stride before its events are looked for. Positions in rows of the window.

    jolt: about where the contact's jolt is; gated: where the gate alone has it; beat: where the last jolt and
    the period do. end, rise: where its swing ends and the next one begins, of a gyroscope. push: usual rows
    from contact to toe-off's landmark. usual: distances of the candidates, s.
    """

    period: float
    gait: Activity
    jolt: float
    gated: float
    end: float | None
    rise: float | None
    beat: float | None
    push: float | None
    usual: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Landmarks:
    """How late those of a landing are. middle: whether half-way between both says more than the jerk."""

    jerk_lag_s: float
    rise_lag_s: float
    middle: bool

    @property
    def reference(self) -> str:
        return "jerk+rise" if self.middle else "jerk"


class Landed(NamedTuple):
    """Rows of the window. peak: where the jerk of such a contact peaks; jolt: how high it is, g/s."""

    contact: Choice
    candidates: tuple[Candidate, ...]
    reference: str
    peak: float
    jolt: float


class Lift(NamedTuple):
    """push: the row of toe-off's landmark, None if there is none; lag: rows that it comes after toe-off."""

    method: str
    push: float | None
    lag: float


@dataclass(frozen=True, slots=True)
class Contact:
    """Positions in rows of the grid, fractional; lifts: toe-off's candidates, in rows of the window."""

    initial_contact: float
    toe_off: float | None
    contact_method: str
    toe_off_method: str
    gait: Activity  # whose rules these are
    landed: Landed
    lifts: tuple[Candidate, ...]
    lift_reference: str | None
    lift_agreement: float | None
    push: float | None  # rows from the contact to toe-off's landmark
    quality: float = 1.0  # less where the contact is a guess


def landing(
    window: StrideWindow, outlook: Outlook, marks: Landmarks, *, reach: tuple[float, float]
) -> Landed:
    """The initial contact near the expected jolt, from reach[0] rows before it to reach[1] after."""
    rate = window.rate_hz
    a, b = min(outlook.jolt, outlook.gated) - reach[0], max(outlook.jolt, outlook.gated) + reach[1]
    jerk = window.smooth(window.jerk, 10.0)
    peak = highest(jerk, a, b, near=(outlook.jolt, NEAR_S * rate))
    smooth = window.smooth(window.resultant, 20.0)
    slope = np.zeros(smooth.shape[0])
    np.subtract(smooth[1:], smooth[:-1], out=slope[1:])
    rise = highest(slope, a - 0.02 * rate, b)
    lag = marks.jerk_lag_s * rate
    at = outlook.jolt if peak is None else peak
    found: list[Candidate] = [("gate" if peak is None else "jerk", at - lag)]
    if rise is not None:
        risen = rise - marks.rise_lag_s * rate
        if marks.middle and peak is not None and abs(risen - peak + lag) < TOGETHER_S * rate:
            found.insert(0, ("jerk+rise", 0.5 * (peak - lag + risen)))
        found.append(("rise", risen))
    if outlook.end is not None:
        found.append(("swing-end", outlook.end))
    beat = None if outlook.beat is None else outlook.beat - lag
    if beat is not None and abs(beat - found[0][1]) > OFF_BEAT * outlook.period:
        beat = None
    contact = elect(found, reference=marks.reference, usual=outlook.usual, rhythm=beat, rate_hz=rate)
    height = float(jerk[min(max(round(at), 0), jerk.shape[0] - 1)])
    return Landed(contact, tuple(found), marks.reference, contact.place + lag, height)


def whole(window: StrideWindow, outlook: Outlook, landed: Landed, lift: Lift | None) -> Contact:
    """Both events; toe-off from the lift's landmark and from where the next swing begins."""
    rate, contact = window.rate_hz, landed.contact
    found: list[Candidate] = []
    toe_off: Choice | None = None
    if lift is not None:
        if lift.push is not None:
            found.append((lift.method, lift.push - lift.lag))
        if outlook.rise is not None and (found or SWING_START in outlook.usual):
            found.append((SWING_START, outlook.rise))
        if found:
            rhythm = None if outlook.push is None else contact.place + outlook.push - lift.lag
            toe_off = elect(found, reference=lift.method, usual=outlook.usual, rhythm=rhythm, rate_hz=rate)
    return Contact(
        window.start + contact.place,
        None if toe_off is None else window.start + toe_off.place,
        contact.method,
        "none" if toe_off is None else toe_off.method,
        outlook.gait,
        landed,
        tuple(found),
        None if lift is None else lift.method,
        None if toe_off is None else toe_off.agreement,
        None if toe_off is None or lift is None else toe_off.place + lift.lag - contact.place,
    )


def push_near(contact: float, usual: float | None, rate_hz: float) -> tuple[float, float] | None:
    """Where the last strides had toe-off's landmark, for `highest`."""
    return None if usual is None else (contact + usual, PUSH_NEAR_S * rate_hz)
