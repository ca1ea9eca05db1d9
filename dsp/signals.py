"""What the gates look at: causal low-passed signals beside the raw rows of the grid.

The filter takes one sample after the other and carries its state, so its numbers do not depend on how many
rows are filled at a time: they are filled when somebody is about to look at them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.grid import SampleGrid
from dsp.vectors import size

__all__ = ["GateSignals"]

Floats = NDArray[np.float64]


@dataclass(slots=True)
class GateSignals:
    """Fills the grid's derived rows: smoothed jerk (g/s), acceleration (g), and angular rate (deg/s).

    delay: group delay of the filter at low frequency, in rows. end: rows filled so far.
    """

    grid: SampleGrid
    b: Floats
    a: Floats
    rest: Floats  # filter state under a constant 1
    delay: int
    end: int = 0
    state: Floats | None = None  # (signals, 2)

    @classmethod
    def at(cls, grid: SampleGrid, cutoff_hz: float) -> "GateSignals":
        cutoff_hz = min(cutoff_hz, 0.45 * grid.rate_hz)
        b, a = signal.butter(2, cutoff_hz, fs=grid.rate_hz)
        delay = round(grid.rate_hz / (np.sqrt(2.0) * np.pi * cutoff_hz))
        return cls(grid, b, a, signal.lfilter_zi(b, a), delay)

    def clear(self) -> None:
        """Begin anew with the grid's row 0."""
        self.end = 0
        self.state = None

    def fill(self) -> None:
        """Follow the grid to its end."""
        grid, n = self.grid, self.grid.channels
        before = 0 if self.state is None else 1  # the row that the first step starts from
        rows = grid.window(self.end - before, grid.end)
        fresh = rows[:, before:]
        raw = np.empty((n + 1, fresh.shape[1]))
        raw[1:] = fresh[:n]
        raw[0, 0] = 0.0  # stays so only where there is no step before the first row
        raw[0, 1 - before :] = size(rows[:3, 1:] - rows[:3, :-1])
        raw[0] *= grid.rate_hz
        if self.state is None:
            self.state = self.rest[None, :] * raw[:, :1]
        fresh[n:], self.state = signal.lfilter(self.b, self.a, raw, zi=self.state)
        self.end = grid.end

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
