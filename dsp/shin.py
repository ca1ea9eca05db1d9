"""Initial contact and toe-off at the shin.

Initial contact: the peak of the smoothed size of the jerk, less its lag (jerk of the resultant: Aubol and
Milner 2020; here of the whole vector, which also survives a clipped axis). Toe-off: the burst of acceleration across
the shank when the heel has left and the knee begins to flex leads the toe's leaving by a constant time.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, StrideWindow, agreement, highest

__all__ = ["shin_contact"]

Floats = NDArray[np.float64]

JERK_LAG_S = 0.043
ACROSS_LEAD_S = 0.058


def shin_contact(window: StrideWindow, jolt: float, *, up: Floats, period: float) -> Contact:
    """jolt: about where the contact is; up: unit vector along the shank, sensor frame."""
    rate = window.rate_hz
    jerk = window.smooth(window.jerk, 10.0)
    reach = 0.1 * rate
    peak = highest(jerk, jolt - reach, jolt + reach)
    found = peak if peak is not None else jolt
    contact = found - JERK_LAG_S * rate
    along = up[0] * window.acc[0] + up[1] * window.acc[1] + up[2] * window.acc[2]
    across = np.sqrt(np.maximum(window.resultant**2 - along**2, 0.0))
    across8 = window.smooth(across, 8.0)
    push = highest(across8, contact + max(0.15 * rate, 0.2 * period), contact + 0.62 * period)
    toe_off = push + ACROSS_LEAD_S * rate if push is not None else None
    quality = agreement(found, [jolt], rate, 0.05)
    return Contact(
        window.start + contact,
        None if toe_off is None else window.start + toe_off,
        "jerk",
        "none" if toe_off is None else "across",
        quality,
    )
