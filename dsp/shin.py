"""Initial contact and toe-off at the shin.

Initial contact: the peak of the smoothed size of the jerk, less its lag (jerk of the resultant: Aubol and
Milner 2020; here of the whole vector, which also survives a clipped axis). Toe-off with a gyroscope: the most
negative rate of the shank about its own axis (Fadillioglu 2020; walking: Salarian 2004), less a lag. Without:
the burst of acceleration across its stride's mean when the heel has left and the knee begins to flex, plus a
lead.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, StrideWindow, highest, landing, push_near
from dsp.stride import Activity

__all__ = ["shin_contact"]

Floats = NDArray[np.float64]

JERK_LAG_S = 0.028
ACROSS_LEAD_S = 0.068
SWING_LEAD_S: dict[Activity, float] = {"run": 0.010, "walk": 0.025}
# Where toe-off's landmark can be, in strides after initial contact.
PUSH: dict[Activity, tuple[float, float]] = {"run": (0.15, 0.43), "walk": (0.38, 0.66)}


def shin_contact(
    window: StrideWindow,
    jolt: float,
    *,
    mean: Floats,
    period: float,
    swing: Floats | None,
    gait: Activity,
    usual: float | None,
) -> Contact:
    """jolt: about where the contact is; mean: unit vector, the strides' mean acceleration, sensor frame.

    (Not the shank's axis: that is known of a runner who has stood still, and the rule is the same for all.)
    swing: (n,) smoothed rate about the swing axis, positive in swing; None without a gyroscope.
    usual: rows from contact to toe-off's landmark in the last strides.
    """
    rate = window.rate_hz
    reach = (0.1 * period, 0.2 * period) if swing is not None else (0.1 * rate, 0.1 * rate)
    contact, look, peak = landing(window, jolt, reach=reach, lag_s=JERK_LAG_S)
    first, last = PUSH[gait]
    a, b = contact + max(first * period, 0.08 * rate), contact + last * period
    near = push_near(contact, usual, rate)
    push: float | None
    if swing is not None:
        push = highest(-swing, a, b + 0.05 * period, near=near)
        toe_off = None if push is None else push + SWING_LEAD_S[gait] * rate
        method = "gyro-minimum"
    else:
        along = mean[0] * window.acc[0] + mean[1] * window.acc[1] + mean[2] * window.acc[2]
        across = np.sqrt(np.maximum(window.resultant**2 - along**2, 0.0))
        push = highest(window.smooth(across, 8.0), a, b, near=near)
        toe_off = None if push is None else push + ACROSS_LEAD_S * rate
        method = "across"
    return Contact(
        window.start + contact,
        None if toe_off is None else window.start + toe_off,
        "jerk",
        "none" if toe_off is None else method,
        look,
        peak,
        None if push is None else push - contact,
    )
