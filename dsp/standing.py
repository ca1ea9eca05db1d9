"""Whether a leg stands still: it neither moves nor shakes, whatever the sensor's rate and noise are."""

import numpy as np
from numpy.typing import NDArray

from dsp.vectors import size

__all__ = ["STILL_S", "stands_still"]

Floats = NDArray[np.float64]

STILL_S = 0.5  # looked at
MOVES_G = 0.04  # low-passed: breathing and swaying stay below, a step does not
# Change over a hundredth of a second, or one sample where that is longer, mean of each part: vibration. Over
# one sample of a high rate it would be noise.
STEP_S, SHAKES_G, PARTS = 0.01, 0.03, 5


def stands_still(low_passed_g: Floats, acc_g: Floats, rate_hz: float) -> bool:
    """(3, n) twice, of the same STILL_S."""
    if float(np.ptp(low_passed_g, axis=1).max()) >= MOVES_G:
        return False
    step = max(1, round(STEP_S * rate_hz))
    change = size(acc_g[:, step:] - acc_g[:, :-step])
    parts = np.array_split(change, min(PARTS, change.shape[0]))
    return max(float(part.mean()) for part in parts) < SHAKES_G
