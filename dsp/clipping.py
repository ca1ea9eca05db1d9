"""Which samples sit at the accelerometer's rail.

Where the range is known: one sample within 0.6 % of it, or two in a row within 1.5 %.
Where it is not (a bare recording): the smallest usual range that the largest value so far does not exceed is
taken for the sensor's, and only values within 0.6 % of it count. Nothing after a sample changes its mark.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Rails"]

USUAL_RANGES_G = (4.0, 8.0, 16.0, 24.0, 32.0, 64.0, 100.0, 200.0, 320.0, 400.0)
OVERSHOOT = 1.001
CERTAIN, LIKELY = 0.994, 0.985


@dataclass(slots=True)
class Rails:
    """State: the largest value so far, and whether the last sample was near the rail of each axis."""

    largest_g: float = 0.0
    near: tuple[bool, bool, bool] = (False, False, False)

    def push(self, acc_g: NDArray[np.float64], acc_range_g: float | None) -> NDArray[np.bool_]:
        """(n, 3) -> (n,) True where any axis is clipped."""
        size = np.abs(acc_g)
        if acc_range_g is not None:
            near = size >= LIKELY * acc_range_g
            if not near.any():
                self.near = (False, False, False)
                return np.zeros(acc_g.shape[0], dtype=np.bool_)
            before = np.concatenate((np.array([self.near]), near[:-1]))
            self.near = (bool(near[-1, 0]), bool(near[-1, 1]), bool(near[-1, 2]))
            return np.asarray(((size >= CERTAIN * acc_range_g) | (near & before)).any(axis=1))
        top = size.max(axis=1)
        if top.max() < CERTAIN * USUAL_RANGES_G[0]:
            return np.zeros(acc_g.shape[0], dtype=np.bool_)
        largest = np.maximum(np.maximum.accumulate(top), self.largest_g)
        self.largest_g = float(largest[-1])
        ranges = np.asarray(USUAL_RANGES_G)
        k = np.minimum(np.searchsorted(ranges * OVERSHOOT, largest), ranges.shape[0] - 1)
        return np.asarray(top >= CERTAIN * ranges[k])
