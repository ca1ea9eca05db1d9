"""The rows in which the events of one stride are looked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.filters import hann_smooth
from dsp.grid import RAILED
from dsp.signals import Signals

__all__ = ["StrideWindow"]

Floats = NDArray[np.float64]


@dataclass(slots=True)
class StrideWindow:
    """Raw rows of one stride and the curves beside them; positions count from `start`."""

    start: int
    rate_hz: float
    acc: Floats  # (3, n) g
    gyro: Floats | None  # (3, n) deg/s
    jerk: Floats  # (n,) g/s, not smoothed
    resultant: Floats  # (n,) g
    marks: NDArray[np.uint8]  # (n,) of the grid

    @classmethod
    def of(cls, signals: Signals, a: int, b: int) -> "StrideWindow":
        """Views of rows [a, b): valid until the grid takes more."""
        grid = signals.grid
        rows = grid.window(a, b)
        jerk, resultant = signals.curves(a, b)
        gyro = rows[3:6] if grid.channels == 6 else None
        return cls(a, grid.rate_hz, rows[:3], gyro, jerk, resultant, grid.marks(a, b))

    def smooth(self, x: Floats, cutoff_hz: float) -> Floats:
        return hann_smooth(x, cutoff_hz, self.rate_hz)

    def railed_s(self, a: float, b: float) -> float:
        """For how long the gyroscope was cut off between two positions."""
        cut_off = self.marks[max(0, int(a)) : max(0, int(b) + 1)] & RAILED
        return float(np.count_nonzero(cut_off)) / self.rate_hz
