"""What the gates look at: causal low-passed signals beside the raw rows of the grid.

The filter runs hop by hop; a hop through a linear filter, its state in front, is one small matrix product.
Hops lie on the grid, so every one of them has the same shape however the samples arrived.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.grid import SampleGrid

__all__ = ["GateSignals"]

Floats = NDArray[np.float64]


@dataclass(slots=True)
class GateSignals:
    """Fills the grid's derived rows: smoothed jerk (g/s), acceleration (g), and angular rate (deg/s).

    delay: group delay of the filter at low frequency, in rows.
    """

    grid: SampleGrid
    through: Floats  # (2 + hop, 2 + hop): state and samples to the next state and filtered samples
    rest: Floats  # filter state under a constant 1
    delay: int
    zi: Floats | None = None  # (signals, 2)
    last_acc: Floats | None = None

    @classmethod
    def at(cls, grid: SampleGrid, cutoff_hz: float, *, hop: int) -> "GateSignals":
        b, a = signal.butter(2, min(cutoff_hz, 0.45 * grid.rate_hz), fs=grid.rate_hz)
        # A unit of each state and of each sample through the filter are the matrix's rows.
        states, samples = np.eye(2 + hop, 2), np.eye(2 + hop, hop, k=-2)
        filtered, after = signal.lfilter(b, a, samples, axis=-1, zi=states)
        through = np.ascontiguousarray(np.hstack((after, filtered)))
        delay = round(grid.rate_hz / (np.sqrt(2.0) * np.pi * cutoff_hz))
        return cls(grid, through, signal.lfilter_zi(b, a), delay)

    def reset(self) -> None:
        self.zi = self.last_acc = None

    def fill(self, a: int, b: int) -> None:
        """Rows [a, b): whole hops, the last one of a segment excepted."""
        grid = self.grid
        rows = grid.window(a, b)
        n = grid.channels
        source = np.empty((n + 1, b - a))
        source[1:] = rows[:n]
        step = np.empty((3, b - a))
        np.subtract(rows[:3, 1:], rows[:3, :-1], out=step[:, 1:])
        step[:, 0] = 0.0 if self.last_acc is None else rows[:3, 0] - self.last_acc
        step *= step
        np.sqrt(step[0] + step[1] + step[2], out=source[0])
        source[0] *= grid.rate_hz
        self.last_acc = rows[:3, -1].copy()
        if self.zi is None:
            self.zi = self.rest[None, :] * source[:, :1]
        hop = self.through.shape[0] - 2
        piece = np.zeros((n + 1, 2 + hop))
        for k in range(0, b - a, hop):
            end = min(k + hop, b - a)
            piece[:, :2] = self.zi
            piece[:, 2 : 2 + end - k] = source[:, k:end]
            piece[:, 2 + end - k :] = 0.0
            done = piece @ self.through
            rows[n:, k:end] = done[:, 2 : 2 + end - k]
            self.zi = done[:, :2]

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
