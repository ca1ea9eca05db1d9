"""Sample rate and missing samples of a recording, from nothing but its times.

The times are those of a regular grid, each moved by jitter, some left out. A step of two periods is a missing
sample, a long step followed by a short one is jitter: so not single steps are judged but places on the grid.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

__all__ = ["LARGEST_T_US", "missing_before", "period_us"]

# Beyond this a double does not hold every microsecond.
LARGEST_T_US: Final = 2.0**53
# The grid's phase is followed over so many samples: long against jitter, short against drift.
PHASE_SAMPLES: Final = 101
# This many neighbours outvote a misplaced sample.
VOTERS: Final = 5


def period_us(t_us: NDArray[np.int64]) -> float:
    """The sampling period: mean of the steps that are near their median. Needs two times."""
    steps = np.diff(t_us)
    middle = np.median(steps)
    near = steps[(steps >= 0.5 * middle) & (steps <= 1.5 * middle)]
    return float(near.mean()) if len(near) else float(middle)


def missing_before(t_us: NDArray[np.int64], period: float) -> NDArray[np.int64]:
    """(n,) samples missing between each sample and the one before it.

    Jitter of any size below a few periods is not taken for loss as long as most samples around are on time.
    """
    n = len(t_us)
    missing = np.zeros(n, np.int64)
    if n < 2 or np.diff(t_us).max() < 1.5 * period:
        return missing
    turns = (t_us - t_us[0]) / period
    # Circular mean: where on the grid the samples around lie, whichever of them are missing.
    angle = 2 * np.pi * turns
    width = min(PHASE_SAMPLES, n)
    phase = np.unwrap(
        np.arctan2(
            uniform_filter1d(np.sin(angle), width, mode="nearest"),
            uniform_filter1d(np.cos(angle), width, mode="nearest"),
        )
    )
    place = np.rint(turns - phase / (2 * np.pi)).astype(np.int64)
    skipped = place - np.arange(n)
    # Missing samples shift all that follow; a misplaced sample shifts itself.
    skipped = median_filter(skipped, VOTERS, mode="nearest")
    skipped = np.minimum.accumulate(skipped[::-1])[::-1]
    missing[1:] = np.diff(skipped)
    return missing
