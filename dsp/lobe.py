"""Where one swing's lobe of the rate about the swing axis ends, and where the next one begins."""

import numpy as np
from numpy.typing import NDArray

from dsp.peaks import falling_zero, parabola, rising_zero

__all__ = ["swing_ends"]

Floats = NDArray[np.float64]

# Of a swing's highest rate; it mostly comes to zero within that time.
NEARLY_OVER, SWINGS_ON, SOON_S = 0.25, 0.1, 0.08


def swing_ends(
    swing: Floats, peak: int, rise: int | None, rate_hz: float
) -> tuple[float | None, float | None]:
    """(where the swing at `peak` ends, where the next one before `rise` began), from the smoothed ML rate."""
    end = _swing_end(swing, peak, rate_hz)
    if rise is None:
        return end, None
    below = (swing[peak:rise] < 0.0).nonzero()[0]
    begin = rising_zero(swing, peak + int(below[-1])) if below.shape[0] else None
    return end, begin


def _swing_end(swing: Floats, peak: int, rate_hz: float) -> float | None:
    """Where the rate falls through zero, or turns before it: the heel of a forefoot strike swings on."""
    zero = falling_zero(swing, peak)
    high = float(swing[peak])
    if high <= 0.0:
        return zero
    low = peak + int((swing[peak:] < NEARLY_OVER * high).argmax())
    stop = swing.shape[0] if zero is None else int(zero) + 1
    if low == peak or stop - low < SOON_S * rate_hz:
        return zero
    tail = swing[low:stop]
    again = tail - np.minimum.accumulate(tail) >= SWINGS_ON * high
    k = int(again.argmax())
    return parabola(swing, low + int(tail[:k].argmin()))[0] if again[k] else zero
