"""The sensor's memory: samples taken and not yet sent."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["TIMING_TOLERANCE_US", "Ring", "even_prefix"]

# A packet says one interval for all its samples: where their real times differ by more, it ends early.
TIMING_TOLERANCE_US: Final = 150
_UINT16: Final = 0xFFFF


@dataclass(slots=True, eq=False)
class Ring:
    """counter: (n,) int64 since boot; tick_us: (n,) int64 since boot, unwrapped; values: (n, channels) int16;
    clipped: (n,) bool, a channel is at the end of its range."""

    counter: NDArray[np.int64]
    tick_us: NDArray[np.int64]
    values: NDArray[np.int16]
    clipped: NDArray[np.bool_]

    @classmethod
    def empty(cls, channels: int) -> "Ring":
        """Room for samples of so many channels."""
        whole = np.zeros(0, dtype=np.int64)
        return cls(whole, whole, np.zeros((0, channels), dtype=np.int16), np.zeros(0, dtype=np.bool_))

    def __len__(self) -> int:
        return len(self.counter)

    def append(self, other: "Ring") -> None:
        self.counter = np.concatenate((self.counter, other.counter))
        self.tick_us = np.concatenate((self.tick_us, other.tick_us))
        self.values = np.concatenate((self.values, other.values))
        self.clipped = np.concatenate((self.clipped, other.clipped))

    def pop(self, n: int) -> "Ring":
        """The n oldest samples, no longer here."""
        oldest = Ring(self.counter[:n], self.tick_us[:n], self.values[:n], self.clipped[:n])
        self.counter, self.tick_us = self.counter[n:], self.tick_us[n:]
        self.values, self.clipped = self.values[n:], self.clipped[n:]
        return oldest


def even_prefix(ring: Ring, at_most: int) -> tuple[int, int]:
    """(n, interval_us): how many of the oldest samples one packet can carry truly, 1 <= n <= at_most.

    They are consecutive, and each lies within TIMING_TOLERANCE_US of first tick + k intervals.
    """
    counter, tick_us = ring.counter[:at_most], ring.tick_us[:at_most]
    jumps = np.flatnonzero(np.diff(counter) != 1)
    longest = int(jumps[0]) + 1 if len(jumps) else len(counter)
    since_us = tick_us - tick_us[0]
    for n in range(longest, 1, -1):
        interval_us = min(_UINT16, round(int(since_us[n - 1]) / (n - 1)))
        if int(np.max(np.abs(since_us[:n] - interval_us * np.arange(n)))) <= TIMING_TOLERANCE_US:
            return n, interval_us
    return 1, 0
