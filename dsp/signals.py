"""The curves taken from the raw rows of the grid, beside them.

Two for the events of a stride, as they are: the size of the jerk and of the acceleration. And causal
low-passed ones for the gates. The filter takes one sample after the other and carries its state, so its
numbers do not depend on how many rows are filled at a time: they are filled when somebody is about to look.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.grid import SampleGrid
from dsp.vectors import size

__all__ = ["Signals"]

Floats = NDArray[np.float64]


CURVES = 2  # jerk, resultant


@dataclass(slots=True)
class Signals:
    """Fills the grid's derived rows: size of the jerk (g/s), resultant (g), and low-passed acceleration (g),
    angular rate (deg/s) and jerk.

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
    def at(cls, grid: SampleGrid, cutoff_hz: float) -> "Signals":
        cutoff_hz = min(cutoff_hz, 0.45 * grid.rate_hz)
        b, a = signal.butter(2, cutoff_hz, fs=grid.rate_hz)
        delay = round(grid.rate_hz / (np.sqrt(2.0) * np.pi * cutoff_hz))
        return cls(grid, b, a, signal.lfilter_zi(b, a), delay)

    @staticmethod
    def rows_beside(channels: int) -> int:
        """How many derived rows the grid must have."""
        return CURVES + channels + 1

    def clear(self) -> None:
        """Begin anew with the grid's row 0."""
        self.end = 0
        self.state = None

    def fill(self) -> None:
        """Follow the grid to its end."""
        grid, n = self.grid, self.grid.channels
        before = 0 if self.state is None else 1  # the row that the first step starts from
        rows = grid.window(self.end - before, grid.end)
        acc, fresh = rows[:3], rows[:, before:]
        both = np.empty((3, CURVES, fresh.shape[1]))  # of each axis the steps, and what is felt
        both[:, 0, 0] = 0.0  # stays so only where there is no step before the first row
        np.subtract(acc[:, 1:], acc[:, :-1], out=both[:, 0, 1 - before :])
        both[:, 1] = fresh[:3]
        fresh[n : n + CURVES] = size(both)
        fresh[n] *= grid.rate_hz
        raw = fresh[: n + 1]
        if self.state is None:
            self.state = self.rest[None, :] * raw[:, :1]
        fresh[n + CURVES :], self.state = signal.lfilter(self.b, self.a, raw, zi=self.state)
        self.end = grid.end

    def curves(self, a: int, b: int) -> tuple[Floats, Floats]:
        """(n,) sizes of the jerk, g/s, and of the acceleration, g; neither smoothed."""
        jerk, resultant = self.grid.window(a, b)[self.grid.channels :][:CURVES]
        return jerk, resultant

    def jerk(self, a: int, b: int) -> Floats:
        """(n,) smoothed size of the jerk, g/s."""
        row: Floats = self.grid.window(a, b)[-1]
        return row

    def acc(self, a: int, b: int) -> Floats:
        """(3, n) low-passed acceleration, g."""
        n = self.grid.channels + CURVES
        return self.grid.window(a, b)[n : n + 3]

    def gyro(self, a: int, b: int) -> Floats:
        """(3, n) low-passed angular rate, deg/s."""
        n = self.grid.channels + CURVES
        return self.grid.window(a, b)[n + 3 : n + 6]
