"""Initial contact and toe-off at the shoe.

Initial contact: the peak of the smoothed size of the jerk, less its lag; of a walker with a gyroscope about
where the forefoot drops on the landed heel (docs/adr/0119). Toe-off in running with a gyroscope:
the most negative pitch rate (Falbriard 2018, candidate t1), less a lag; without: where the resultant rises
most steeply after the quiet of stance, as the foot springs from the ground. In walking: the highest resultant
of the push-off.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, Lift, contact_of, push_near
from dsp.holes import MOST_HOLE_S
from dsp.landing import Drop, Landmarks, Outlook, landing
from dsp.peaks import highest
from dsp.window import StrideWindow

__all__ = ["LANDMARKS", "shoe_contact"]

Floats = NDArray[np.float64]

LANDMARKS = Landmarks(jerk_lag_s=0.019, rise_lag_s=0.002, middle=False)
PUSH_LAG_S, PITCH_LAG_S = 0.004, 0.008
# Of recorded runners with a gyroscope it comes 7 to 23 ms after what the pitch rate says (medians of each).
SPRING_LAG_S = 0.010
# A walker's forefoot drops fastest 20 to 40 ms after contact, in a slow walk (1.6 s a stride) 75 ms, and with
# 0.50 to 0.95 of its swing's highest rate (medians of recorded feet); one that is set down flat turns with
# 0.36 of it at the most (simulated). The heel's jerk peaks by then, the forefoot's when it is down. Then it
# lies: of 349 recorded ones none turned on by more than 13 deg/s. A foot that came down on its ball does, for
# the heel follows. Shares of the swing's rate: who walks slowly drops slowly too.
DROPS_WITHIN_S, DROPS, DROPS_S = 0.2, 0.4, (0.05, 0.03)
LIES_S, LIES = (0.05, 0.15), 0.17
LIFTS_G = 1.2  # a standing foot feels less
# Where in the stride, after contact: as in the shortest stance of running and the longest of walking.
SPRING, PUSH = (0.15, 0.58), (0.35, 0.76)
AS_STEEP = 0.7  # of the steepest: the first, for another burst follows in the air


def shoe_contact(window: StrideWindow, outlook: Outlook, *, swing: Floats | None) -> Contact:
    """swing: (n,) smoothed rate about the swing axis, positive in swing; None without a gyroscope."""
    rate, rise = window.rate_hz, outlook.rise
    drop = None if swing is None or outlook.gait == "run" else _drop(swing, outlook, rate)
    landed = landing(window, outlook, LANDMARKS, reach=(0.12 * rate, 0.12 * rate), drop=drop)
    contact = landed.choice.place
    pitched = None if swing is None else _pitched(window, swing, contact, outlook)
    if outlook.gait == "run":
        # Where the next swing begins but not how fast the foot pitched is seen, it is as without a gyroscope.
        unseen = swing is None or (pitched is None and rise is not None)
        lift = _sprung(window, contact, outlook) if unseen else pitched
    elif swing is None or rise is not None:
        lift = _pushed(window, contact, outlook)
    else:
        lift = None
    # In either gait the foot pitches fastest as the toe leaves: that says which of them it is.
    stance = None if pitched is None or pitched.push is None else pitched.push - pitched.lag - contact
    return contact_of(window, outlook, landed, lift, stance=stance)


def _drop(swing: Floats, outlook: Outlook, rate: float) -> Drop | None:
    """Of a walker's forefoot on a landed heel; None where it does not drop and lie flat then.

    Jolts before are of the swing, those after of the forefoot; what jolts after the swing's end is none of
    the swing, however long the heel stands alone. A foot that turns on was not on its heel.
    """
    if outlook.end is None:
        return None
    first = max(0, round(outlook.end))
    swung, falling = swing[:first], swing[first : first + round(DROPS_WITHIN_S * rate)]
    if swung.shape[0] == 0 or falling.shape[0] == 0:
        return None
    high = float(swung.max())
    fastest = first + int(falling.argmin())
    lies = swing[fastest + round(LIES_S[0] * rate) : fastest + round(LIES_S[1] * rate)]
    if swing[fastest] > -DROPS * high or (lies > LIES * high).any():
        return None
    return Drop(min(outlook.end, fastest - DROPS_S[0] * rate), fastest, fastest + DROPS_S[1] * rate)


def _pitched(window: StrideWindow, swing: Floats, contact: float, outlook: Outlook) -> Lift | None:
    """By the foot's pitch rate before the swing; None where that was cut off for long: it has no extreme."""
    rate, rise = window.rate_hz, outlook.rise
    if rise is None:
        return None
    first = max(contact + 0.08 * rate, rise - 0.45 * outlook.period)
    if window.railed_s(first, rise) > MOST_HOLE_S:
        return None
    push = highest(-swing, first, rise)
    return Lift("gyro-minimum", push, PITCH_LAG_S * rate)


def _sprung(window: StrideWindow, contact: float, outlook: Outlook) -> Lift:
    """By the first burst that a runner's foot feels after the quiet of stance."""
    rate = window.rate_hz
    a, b = contact + max(SPRING[0] * outlook.period, 0.1 * rate), contact + SPRING[1] * outlook.period
    if outlook.ended and b >= window.acc.shape[1]:  # it was yet to come
        return Lift("spring", None, SPRING_LAG_S * rate)
    felt = window.smooth(window.resultant, 8.0)
    spring = highest(felt[1:] - felt[:-1], a, b, near=push_near(contact, outlook.push, rate), share=AS_STEEP)
    return Lift("spring", None if spring is None else spring + 0.5, SPRING_LAG_S * rate)


def _pushed(window: StrideWindow, contact: float, outlook: Outlook) -> Lift:
    """By what a walker's foot feels when it pushes off."""
    rate, rise = window.rate_hz, outlook.rise
    a, b = contact + max(PUSH[0] * outlook.period, 0.1 * rate), contact + PUSH[1] * outlook.period
    if rise is not None:
        a, b = max(contact + 0.1 * rate, rise - 0.2 * rate), rise + 0.02 * rate
    if outlook.ended and b >= window.acc.shape[1]:  # it was yet to come
        return Lift("push-off", None, PUSH_LAG_S * rate)
    felt = window.smooth(window.resultant, 8.0)
    push = highest(felt, a, b)
    if push is not None and rise is None:
        # What is highest at the window's end is not over: the push-off is not in it.
        end = float(felt[min(int(b), felt.shape[0] - 1)])
        push = push if float(felt[round(push)]) >= max(LIFTS_G, end) else None
    return Lift("push-off", push, PUSH_LAG_S * rate)
