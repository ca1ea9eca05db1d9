"""Initial contact and toe-off at the shoe.

Initial contact: the peak of the smoothed size of the jerk, less its lag. Toe-off in running with a gyroscope:
the most negative pitch rate (Falbriard 2018, candidate t1), less a lag; in walking, and without a gyroscope:
the highest resultant of the push-off, which in running comes after the toe has left.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, StrideWindow, highest, landing, push_near
from dsp.peaks import falling_zero, rising_zero
from dsp.stride import Activity

__all__ = ["shoe_contact", "swing_ends"]

Floats = NDArray[np.float64]

JERK_LAG_S = 0.019
PUSH_LAG_S: dict[Activity, float] = {"run": 0.085, "walk": 0.004}
PITCH_LAG_S = 0.008
LIFTS_G = 1.2  # a standing foot feels less
PUSH: dict[Activity, tuple[float, float]] = {"run": (0.25, 0.62), "walk": (0.35, 0.76)}


def shoe_contact(
    window: StrideWindow,
    jolt: float,
    *,
    rise: float | None,
    period: float,
    swing: Floats | None,
    gait: Activity,
    usual: float | None,
) -> Contact:
    """jolt: about where the contact is; rise: about where the next swing has begun.

    swing: (n,) smoothed rate about the swing axis, positive in swing; None without a gyroscope.
    usual: rows from contact to toe-off's landmark in the last strides.
    """
    rate = window.rate_hz
    contact, look, peak = landing(window, jolt, reach=(0.12 * rate, 0.12 * rate), lag_s=JERK_LAG_S)
    first, last = PUSH[gait]
    a, b = contact + max(first * period, 0.1 * rate), contact + last * period
    # A walker's push-off stands alone and moves with the step; a runner's has a second burst beside it.
    near = push_near(contact, usual, rate) if rise is None and gait == "run" else None
    push: float | None = None
    toe_off: float | None = None
    method = "none"
    if swing is not None and gait == "run":
        if rise is not None:
            push = highest(-swing, max(contact + 0.08 * rate, rise - 0.45 * period), rise, near=near)
            if push is not None:
                toe_off, method = push - PITCH_LAG_S * rate, "gyro-minimum"
    elif swing is None or rise is not None:
        if rise is not None:
            a, b = max(contact + 0.1 * rate, rise - 0.2 * rate), rise + 0.02 * rate
        felt = window.smooth(window.resultant, 8.0)
        push = highest(felt, a, b, near=near)
        if push is not None and rise is None and gait == "walk":
            # What is highest at the window's end is not over: the push-off is not in it.
            end = float(felt[min(int(b), felt.shape[0] - 1)])
            push = push if float(felt[round(push)]) >= max(LIFTS_G, end) else None
        if push is not None:
            toe_off, method = push - PUSH_LAG_S[gait] * rate, "push-off"
    return Contact(
        window.start + contact,
        None if toe_off is None else window.start + toe_off,
        "jerk",
        method,
        look,
        peak,
        None if push is None else push - contact,
    )


def swing_ends(swing: Floats, peak: int, rise: int | None) -> tuple[float | None, float | None]:
    """(where the swing at `peak` ends, where the next one before `rise` began), from the smoothed ML rate."""
    end = falling_zero(swing, peak)
    if rise is None:
        return end, None
    below = np.flatnonzero(swing[peak:rise] < 0.0)
    begin = rising_zero(swing, peak + int(below[-1])) if below.shape[0] else None
    return end, begin
