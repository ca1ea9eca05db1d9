"""Initial contact and toe-off at the shin.

Initial contact: half-way between the peak of the smoothed size of the jerk (jerk of the resultant: Aubol and
Milner 2020; here of the whole vector, which also survives a clipped axis) and the steepest rise of the
resultant, each less its lag: how far they are apart depends on how the foot strikes, and which of them is
nearer the contact too. Toe-off with a gyroscope: the most negative rate of the shank about its own axis
(Fadillioglu 2020; walking: Salarian 2004), plus a lead. Without: the burst of acceleration across its
stride's mean when the heel has left and the knee begins to flex, plus a lead. In walking it is the one in the
first half of the push-off, for some feel a harder one as the toe leaves.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, Lift, contact_of, push_near
from dsp.landing import Landmarks, Outlook, landing
from dsp.peaks import highest
from dsp.stride import Activity
from dsp.window import StrideWindow

__all__ = ["LANDMARKS", "shin_contact", "walking_swing_end"]

Floats = NDArray[np.float64]

LANDMARKS = Landmarks(jerk_lag_s=0.028, rise_lag_s=0.014, middle=True)
ACROSS_LEAD_S = 0.068
# How much a walker's burst comes before the middle of the push-off: 27 to 35 ms, the four recorded walks'
# medians. And of a stride, from that middle to the contact: 0.39 to 0.41, however hard that is.
BURST_BEFORE_S, BURST_NEAR_S, SWING = 0.03, 0.04, 0.4
# Of a stride, before what may be a contact's jolt or one beside it: where the middle of the push-off is.
PUSHED = 0.68, 0.27
# Without a gyroscope: from where a contact's jolt is expected. A walker's may be a softer one of several.
REACH_S: dict[Activity, float] = {"run": 0.1, "walk": 0.13}
CLEAR_G = 0.35  # over the median of the stride: less is of a shuffle or a turn
SWING_LEAD_S: dict[Activity, float] = {"run": 0.010, "walk": 0.025}
# Where toe-off can be, in strides after initial contact: in running the foot flies before half of it is over.
STANCE: dict[Activity, tuple[float, float]] = {"run": (0.2, 0.5), "walk": (0.44, 0.73)}


def shin_contact(window: StrideWindow, outlook: Outlook, *, mean: Floats, swing: Floats | None) -> Contact:
    """mean: unit vector, the strides' mean acceleration, sensor frame.

    (Not the shank's axis: that is known of a runner who has stood still, and the rule is the same for all.)
    swing: (n,) smoothed rate about the swing axis, positive in swing; None without a gyroscope.
    """
    rate, period, gait = window.rate_hz, outlook.period, outlook.gait
    reach = (0.1 * period, 0.2 * period) if swing is not None else (REACH_S[gait] * rate,) * 2
    landed = landing(window, outlook, LANDMARKS, reach=reach)
    contact = landed.choice.place
    near = push_near(contact, outlook.push, rate)
    stance = None
    # Where a stream ends in stance a ripple of it would be taken for the push-off that was yet to come.
    rows = window.acc.shape[1]
    if swing is not None:
        lead = SWING_LEAD_S[gait] * rate
        # One minimum a stride: it is found without knowing the gait, which its place then tells.
        a, b = contact + STANCE["run"][0] * period - lead, contact + STANCE["walk"][1] * period - lead
        over = not outlook.ended or b + lead < rows
        lift = Lift("gyro-minimum", highest(-swing, a, b) if over else None, -lead)
        shared = 0.5 * (SWING_LEAD_S["run"] + SWING_LEAD_S["walk"]) * rate
        stance = None if lift.push is None else lift.push + shared - contact
    else:
        a, b = (contact + share * period - ACROSS_LEAD_S * rate for share in STANCE[gait])
        over = not outlook.ended or b + ACROSS_LEAD_S * rate < rows
        if gait == "walk":
            # By its height, not by where the last ones were: a slow walk's stance has ripples there.
            lag = BURST_BEFORE_S * rate
            middle = highest(_pushed(window), a + lag, b + lag)
            near = near if middle is None else (middle - lag, BURST_NEAR_S * rate)
        lift = Lift(
            "across", highest(_across(window, mean), a, b, near=near) if over else None, -ACROSS_LEAD_S * rate
        )
    return contact_of(window, outlook, landed, lift, stance=stance)


def walking_swing_end(window: StrideWindow, jolt: float, period: float) -> float | None:
    """Row at which a walker's foot lands by the push-offs before and after it, without a gyroscope.

    jolt: about where the contact is. None where either of them is not seen clearly.
    """
    felt = _pushed(window)
    early, late = (jolt - share * period for share in PUSHED)
    before = highest(felt, early, late)
    after = highest(felt, early + period, late + period)
    if before is None or after is None:
        return None
    least = float(np.median(felt[round(before) : round(after)])) + CLEAR_G
    if felt[round(before)] < least or felt[round(after)] < least:
        return None
    return before + SWING * (after - before)


def _pushed(window: StrideWindow) -> Floats:
    """(n,) g: smoothed so much that a push-off's two peaks, before the toe leaves and as it does, are one."""
    return window.smooth(window.resultant, 2.5)


def _across(window: StrideWindow, mean: Floats) -> Floats:
    """(n,) g: how much of the acceleration is not along the mean, smoothed."""
    along = mean[0] * window.acc[0] + mean[1] * window.acc[1] + mean[2] * window.acc[2]
    return window.smooth(np.sqrt(np.maximum(window.resultant**2 - along**2, 0.0)), 8.0)
