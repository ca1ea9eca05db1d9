"""What the gates look at: causal low-passed signals beside the raw rows of the grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.filters import low_pass_sos
from dsp.grid import SampleGrid

__all__ = ["GateSignals"]

Floats = NDArray[np.float64]


@dataclass(slots=True)
class GateSignals:
    """Fills the grid's derived rows: smoothed jerk (g/s), acceleration (g), and angular rate (deg/s).

    delay: group delay of the filter at low frequency, in rows.
    """

    grid: SampleGrid
    sos: Floats
    delay: int
    zi: Floats | None = None
    last_acc: Floats | None = None

    @classmethod
    def at(cls, grid: SampleGrid, cutoff_hz: float) -> "GateSignals":
        sos = low_pass_sos(2, cutoff_hz, grid.rate_hz)
        return cls(grid, sos, round(grid.rate_hz * np.sqrt(2.0) / (2.0 * np.pi * cutoff_hz)))

    def reset(self) -> None:
        self.zi = self.last_acc = None

    def fill(self, a: int, b: int) -> None:
        """Rows [a, b): always whole hops, so that the input's chunking cannot show."""
        grid = self.grid
        rows = grid.window(a, b)
        n = grid.channels
        acc = rows[:3]
        if self.last_acc is None:
            self.last_acc = acc[:, 0].copy()
        source = np.empty((n + 1, b - a))
        step = np.diff(acc, axis=1, prepend=self.last_acc[:, None])
        source[0] = np.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2) * grid.rate_hz
        source[1:] = rows[:n]
        self.last_acc = acc[:, -1].copy()
        if self.zi is None:
            rest = signal.sosfilt_zi(self.sos)
            self.zi = rest[:, None, :] * source[None, :, :1]
        rows[n:], self.zi = signal.sosfilt(self.sos, source, axis=-1, zi=self.zi)

    def jerk(self, a: int, b: int) -> Floats:
        """(n,) smoothed size of the jerk, g/s."""
        row: Floats = self.grid.window(a, b)[self.grid.channels]
        return row

    def acc(self, a: int, b: int) -> Floats:
        """(3, n) low-passed acceleration, g."""
        n = self.grid.channels
        return self.grid.window(a, b)[n + 1 : n + 4]

    def gyro(self, a: int, b: int) -> Floats:
        """(3, n) low-passed angular rate, deg/s."""
        n = self.grid.channels
        return self.grid.window(a, b)[n + 4 : n + 7]
