"""Initial contact and toe-off at the shoe."""

import numpy as np
from numpy.typing import NDArray

from dsp.contact import Contact, StrideWindow, agreement, highest
from dsp.peaks import falling_zero, rising_zero

__all__ = ["shoe_contact"]

Floats = NDArray[np.float64]

JERK_LAG_S = 0.017
PUSH_LAG_S = 0.004


def shoe_contact(window: StrideWindow, jolt: float, *, rise: float | None, period: float) -> Contact:
    """jolt: about where the contact is; rise: about where the next swing has begun."""
    rate = window.rate_hz
    jerk = window.smooth(window.jerk, 10.0)
    peak = highest(jerk, jolt - 0.12 * rate, jolt + 0.12 * rate)
    found = peak if peak is not None else jolt
    contact = found - JERK_LAG_S * rate
    size = window.smooth(window.resultant, 8.0)
    if window.gyro is None:
        push = highest(size, contact + max(0.15 * rate, 0.2 * period), contact + 0.66 * period)
    elif rise is not None:
        push = highest(size, max(contact + 0.1 * rate, rise - 0.2 * rate), rise + 0.02 * rate)
    else:
        push = None
    toe_off = push - PUSH_LAG_S * rate if push is not None else None
    return Contact(
        window.start + contact,
        None if toe_off is None else window.start + toe_off,
        "jerk",
        "none" if toe_off is None else "push",
        agreement(found, [jolt], rate, 0.05),
    )


def swing_ends(swing: Floats, peak: int, rise: int | None) -> tuple[float | None, float | None]:
    """(where the swing at `peak` ends, where the next one before `rise` began), from the smoothed ML rate."""
    end = falling_zero(swing, peak)
    if rise is None:
        return end, None
    below = np.flatnonzero(swing[peak:rise] < 0.0)
    begin = rising_zero(swing, peak + int(below[-1])) if below.shape[0] else None
    return end, begin
