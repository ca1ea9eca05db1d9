"""Initial contact and toe-off at the shoe.

Initial contact: the peak of the smoothed size of the jerk, less its lag. Toe-off in running with a gyroscope:
the most negative pitch rate (Falbriard 2018, candidate t1), less a lag; in walking, and without a gyroscope:
the highest resultant of the push-off, which in running comes after the toe has left.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, Lift, contact_of, push_near
from dsp.landing import Landmarks, Outlook, landing
from dsp.peaks import highest
from dsp.stride import Activity
from dsp.window import StrideWindow

__all__ = ["LANDMARKS", "shoe_contact"]

Floats = NDArray[np.float64]

LANDMARKS = Landmarks(jerk_lag_s=0.019, rise_lag_s=0.002, middle=False)
PUSH_LAG_S: dict[Activity, float] = {"run": 0.085, "walk": 0.004}
PITCH_LAG_S = 0.008
LIFTS_G = 1.2  # a standing foot feels less
PUSH: dict[Activity, tuple[float, float]] = {"run": (0.25, 0.62), "walk": (0.35, 0.76)}


def shoe_contact(window: StrideWindow, outlook: Outlook, *, swing: Floats | None) -> Contact:
    """swing: (n,) smoothed rate about the swing axis, positive in swing; None without a gyroscope."""
    rate, rise = window.rate_hz, outlook.rise
    landed = landing(window, outlook, LANDMARKS, reach=(0.12 * rate, 0.12 * rate))
    if swing is not None and outlook.gait == "run":
        lift = _pitched(swing, landed.choice.place, outlook, rate)
    elif swing is None or rise is not None:
        lift = _pushed(window, landed.choice.place, outlook)
    else:
        lift = None
    return contact_of(window, outlook, landed, lift)


def _pitched(swing: Floats, contact: float, outlook: Outlook, rate: float) -> Lift | None:
    """By the foot's pitch rate before the swing."""
    rise = outlook.rise
    if rise is None:
        return None
    push = highest(-swing, max(contact + 0.08 * rate, rise - 0.45 * outlook.period), rise)
    return Lift("gyro-minimum", push, PITCH_LAG_S * rate)


def _pushed(window: StrideWindow, contact: float, outlook: Outlook) -> Lift:
    """By what the foot feels when it pushes off."""
    rate, rise, gait = window.rate_hz, outlook.rise, outlook.gait
    first, last = PUSH[gait]
    a, b = contact + max(first * outlook.period, 0.1 * rate), contact + last * outlook.period
    if rise is not None:
        a, b = max(contact + 0.1 * rate, rise - 0.2 * rate), rise + 0.02 * rate
    felt = window.smooth(window.resultant, 8.0)
    # A walker's push-off stands alone and moves with the step; a runner's has a second burst beside it.
    near = push_near(contact, outlook.push, rate) if rise is None and gait == "run" else None
    push = highest(felt, a, b, near=near)
    if push is not None and rise is None and gait == "walk":
        # What is highest at the window's end is not over: the push-off is not in it.
        end = float(felt[min(int(b), felt.shape[0] - 1)])
        push = push if float(felt[round(push)]) >= max(LIFTS_G, end) else None
    return Lift("push-off", push, PUSH_LAG_S[gait] * rate)
