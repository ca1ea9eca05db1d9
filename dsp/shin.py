"""Initial contact and toe-off at the shin.

Initial contact: half-way between the peak of the smoothed size of the jerk (jerk of the resultant: Aubol and
Milner 2020; here of the whole vector, which also survives a clipped axis) and the steepest rise of the
resultant, each less its lag: how far they are apart depends on how the foot strikes, and which of them is
nearer the contact too. Toe-off with a gyroscope: the most negative rate of the shank about its own axis
(Fadillioglu 2020; walking: Salarian 2004), plus a lead. Without: the burst of acceleration across its
stride's mean when the heel has left and the knee begins to flex, plus a lead.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, Lift, contact_of, push_near
from dsp.landing import Landmarks, Outlook, landing
from dsp.peaks import highest
from dsp.stride import Activity
from dsp.window import StrideWindow

__all__ = ["LANDMARKS", "shin_contact"]

Floats = NDArray[np.float64]

LANDMARKS = Landmarks(jerk_lag_s=0.028, rise_lag_s=0.014, middle=True)
ACROSS_LEAD_S = 0.068
SWING_LEAD_S: dict[Activity, float] = {"run": 0.010, "walk": 0.025}
# Where toe-off can be, in strides after initial contact: in running the foot flies before half of it is over.
STANCE: dict[Activity, tuple[float, float]] = {"run": (0.2, 0.5), "walk": (0.44, 0.73)}


def shin_contact(window: StrideWindow, outlook: Outlook, *, mean: Floats, swing: Floats | None) -> Contact:
    """mean: unit vector, the strides' mean acceleration, sensor frame.

    (Not the shank's axis: that is known of a runner who has stood still, and the rule is the same for all.)
    swing: (n,) smoothed rate about the swing axis, positive in swing; None without a gyroscope.
    """
    rate, period, gait = window.rate_hz, outlook.period, outlook.gait
    reach = (0.1 * period, 0.2 * period) if swing is not None else (0.1 * rate, 0.1 * rate)
    landed = landing(window, outlook, LANDMARKS, reach=reach)
    contact = landed.choice.place
    near = push_near(contact, outlook.push, rate)
    stance = None
    lead = (ACROSS_LEAD_S if swing is None else SWING_LEAD_S[gait]) * rate
    if swing is not None:
        # One minimum a stride: it is found without knowing the gait, which its place then tells.
        a, b = contact + STANCE["run"][0] * period - lead, contact + STANCE["walk"][1] * period - lead
        lift = Lift("gyro-minimum", highest(-swing, a, b), -lead)
        middle = 0.5 * (SWING_LEAD_S["run"] + SWING_LEAD_S["walk"]) * rate
        stance = None if lift.push is None else lift.push + middle - contact
    else:
        a, b = (contact + share * period - lead for share in STANCE[gait])
        along = mean[0] * window.acc[0] + mean[1] * window.acc[1] + mean[2] * window.acc[2]
        across = np.sqrt(np.maximum(window.resultant**2 - along**2, 0.0))
        lift = Lift("across", highest(window.smooth(across, 8.0), a, b, near=near), -lead)
    return contact_of(window, outlook, landed, lift, stance=stance)
