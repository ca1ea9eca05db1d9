"""Which samples are cut off at the end of what the accelerometer can say.

Each end of each axis is judged by itself, from the samples up to this one:

- The last code of the range (16 bits) is an end for sure. Once an axis has been there it is cut off there
  and nowhere else: what stays below was measured.
- Sensors that add their own trim or filter after the converter are cut off short of it, by their zero-g
  offset (up to 80 mg) or a few codes. Until an end has shown itself, whatever comes so close to the range
  counts, unless many have come as close without one value standing out: those are peaks that fit.
- A value that nothing exceeds and that comes again exactly is an end: at once near the range, elsewhere when
  it comes more often than all values just below it together (two peaks are never alike to 16 bits). Values
  just below it count too, for the filter behind it smears it.

Where the range is not told (a bare recording) it is taken to be the smallest usual one that the largest value
so far does not exceed. 2 and 3 g are none of those: every run passes them, and its first samples on the way
would be marked. A sensor that is set to so little shows it by the last rule alone.

A gyroscope whose range is told is cut off at its end. Of one whose range is not, the last of these rules
alone says it: a rate that nothing exceeds and that comes again exactly, more often than all just below it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from dsp.block import Rows
from dsp.grid import CLIPPED, RAILED

__all__ = ["End", "Rails"]

USUAL_RANGES_G = np.array((4.0, 8.0, 16.0, 24.0, 32.0, 64.0, 100.0, 200.0, 320.0, 400.0))
OVERSHOOT = 1.001  # of a range, by a scale that is not quite nominal
LAST_CODE = 1.0 - 1.5 / 32768
OFFSET_G, NEAR = 0.08, 0.006  # short of the range, whichever is more; NEAR is also how far an end is smeared
JUST_BELOW = 0.97  # of the largest value: closer ones could have been cut off if there were an end
AGAIN, OFTEN = 2, 4  # times that an end is met, near the range and elsewhere
SHARE = 4  # values just below for each at an end: above that even a tie of two is chance
MANY = 8  # values just below the largest one that show that nothing is cut off there
FULL_RATE = 0.985  # of a gyroscope's range: offset and scale are trimmed after the converter
LEAST_DPS = 100.0  # no gyroscope's range is less
LEAST_G, LEAST_SHARE = 1.9, 0.75  # nothing is cut off below, nor below that share of a range that is told


@dataclass(slots=True)
class End:
    """One end of one axis. largest_g: value; met: how often exactly; below: how many came just below it.

    sharp: it has been at the last code of the range. Of a gyroscope all are deg/s.
    """

    largest_g: float = LEAST_G
    met: int = 0
    below: int = 0
    sharp: bool = False

    def clips(self, g: float, range_g: float) -> bool:
        """Whether a sample (g, towards this end) is cut off. Takes note of it."""
        short_g = max(OFFSET_G, NEAR * range_g)
        self._note(g, found=self._found(range_g - 2.0 * short_g))
        if g >= LAST_CODE * range_g:
            self.sharp = True
            return True
        if self.sharp:
            return False
        if self._found(range_g - 2.0 * short_g):
            return g >= (1.0 - NEAR) * self.largest_g
        # A new largest value may be the first at an end, whatever came before.
        return g >= range_g - short_g and (g == self.largest_g or self.below < MANY)

    def stops(self, dps: float) -> bool:
        """Whether a rate is cut off, wherever that is. Takes note of it."""
        self._note(dps, found=self._found(inf))
        return self._found(inf) and dps >= (1.0 - NEAR) * self.largest_g

    def _found(self, near_g: float) -> bool:
        """Whether the largest value stands out as an end short of the last code; near_g: where ends are."""
        if self.largest_g >= near_g:
            return self.met >= AGAIN and SHARE * self.met >= self.below
        return self.met >= OFTEN and self.met > self.below

    def _note(self, g: float, *, found: bool) -> None:
        if g == self.largest_g or (found and self.largest_g < g <= (1.0 + NEAR) * self.largest_g):
            self.met += 1
        elif g > self.largest_g:
            close = JUST_BELOW * g <= self.largest_g
            self.below, self.met, self.largest_g = (self.below + self.met if close else 0), 1, g
        else:
            self.below += 1


def _ends(told_g: float | None = None) -> tuple[End, ...]:
    least_g = LEAST_G if told_g is None else min(LEAST_G, LEAST_SHARE * told_g)
    return tuple(End(least_g) for _ in range(6))


def _stops() -> tuple[End, ...]:
    return tuple(End(LEAST_DPS) for _ in range(6))


def _close(values: NDArray[np.float64], ends: tuple[End, ...]) -> Iterator[tuple[int, End, float]]:
    """(row, end, value towards it) of (n, 3) values, in their order, that come close to an end or beyond."""
    high, low = np.maximum.reduce(values).tolist(), np.minimum.reduce(values).tolist()
    reach = (*high, *(-value for value in low))
    floors = [JUST_BELOW * end.largest_g for end in ends]
    sides = [k for k in range(6) if reach[k] >= floors[k]]
    if not sides:
        return
    towards = np.stack([values[:, k] if k < 3 else -values[:, k - 3] for k in sides], axis=1)
    rows, columns = np.nonzero(towards >= np.array([floors[k] for k in sides]))
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        end, value = ends[sides[column]], float(towards[row, column])
        if value >= JUST_BELOW * end.largest_g:
            yield row, end, value


@dataclass(slots=True)
class Rails:
    """State: the two ends of the three axes (+x +y +z -x -y -z), and the largest value of any.

    clipped_samples: so far. stops: the ends of a gyroscope whose range is not told.
    """

    ends: tuple[End, ...] = field(default_factory=_ends)
    stops: tuple[End, ...] = field(default_factory=_stops)
    largest_g: float = 0.0
    range_g: float | None = None
    clipped_samples: int = 0

    def flags(self, rows: Rows) -> NDArray[np.uint8]:
        """(n,) which samples are at a rail: of the accelerometer, and of the gyroscope."""
        clipped = self.push(rows.x[:3].T, rows.acc_range_g)
        self.clipped_samples += int(np.count_nonzero(clipped))
        flags = clipped.view(np.uint8) * np.uint8(CLIPPED)
        if rows.gyro_range_dps is not None:
            fast = np.abs(rows.x[3:]) >= FULL_RATE * rows.gyro_range_dps
            if np.count_nonzero(fast):
                flags |= fast.any(axis=0).view(np.uint8) * np.uint8(RAILED)
        elif rows.x.shape[0] > 3:
            for row, end, dps in _close(rows.x[3:].T, self.stops):
                if end.stops(dps):
                    flags[row] |= np.uint8(RAILED)
        return flags

    def push(self, acc_g: NDArray[np.float64], acc_range_g: float | None) -> NDArray[np.bool_]:
        """(n, 3) -> (n,) True where any axis is cut off. Nothing after a sample changes its mark."""
        clipped = np.zeros(acc_g.shape[0], dtype=np.bool_)
        if acc_g.shape[0] == 0:
            return clipped
        if acc_range_g is not None and acc_range_g != self.range_g:
            self.ends, self.largest_g, self.range_g = _ends(acc_range_g), 0.0, acc_range_g
        for row, end, g in _close(acc_g, self.ends):
            self.largest_g = max(self.largest_g, g)
            if end.clips(g, self._range(acc_range_g)):
                clipped[row] = True
        return clipped

    def _range(self, told_g: float | None) -> float:
        """The full scale; where it is a guess and grows, nothing has been at its last code yet."""
        if told_g is None:
            k = int(np.searchsorted(USUAL_RANGES_G * OVERSHOOT, self.largest_g))
            told_g = float(USUAL_RANGES_G[min(k, USUAL_RANGES_G.shape[0] - 1)])
        if told_g != self.range_g:
            self.range_g = told_g
            for end in self.ends:
                end.sharp = False
        return told_g
