"""The rows in which the events of one stride are looked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.filters import hann_smooth
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

    @classmethod
    def of(cls, signals: Signals, a: int, b: int) -> "StrideWindow":
        """Views of rows [a, b): valid until the grid takes more."""
        grid = signals.grid
        rows = grid.window(a, b)
        jerk, resultant = signals.curves(a, b)
        return cls(a, grid.rate_hz, rows[:3], rows[3:6] if grid.channels == 6 else None, jerk, resultant)

    def smooth(self, x: Floats, cutoff_hz: float) -> Floats:
        return hann_smooth(x, cutoff_hz, self.rate_hz)
