"""The rows in which the events of one stride are looked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.filters import hann_smooth
from dsp.vectors import size

__all__ = ["StrideWindow"]

Floats = NDArray[np.float64]


@dataclass(slots=True)
class StrideWindow:
    """Raw rows of one stride and the curves taken from them; positions count from `start`."""

    start: int
    rate_hz: float
    acc: Floats  # (3, n) g
    gyro: Floats | None  # (3, n) deg/s
    jerk: Floats  # (n,) g/s, not smoothed
    resultant: Floats  # (n,) g

    @classmethod
    def of(cls, start: int, rate_hz: float, *, acc: Floats, gyro: Floats | None) -> "StrideWindow":
        jerk = np.zeros(acc.shape[1])
        jerk[1:] = size(acc[:, 1:] - acc[:, :-1])
        jerk *= rate_hz
        return cls(start, rate_hz, acc, gyro, jerk, size(acc))

    def smooth(self, x: Floats, cutoff_hz: float) -> Floats:
        return hann_smooth(x, cutoff_hz, self.rate_hz)
