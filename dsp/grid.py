"""The sample grid: one row per sample the sensor took, lost ones filled in and marked.

Rows are numbered from the start of the stream's segment. Times are kept per row: positions between rows are
turned into times by interpolation, and what is measured in seconds asks the times how long a row took.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import floor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.block import Rows

__all__ = ["CLIPPED", "FILLED", "RAILED", "VOID", "Piece", "SampleGrid"]

FILLED = 1  # interpolated over one or two lost samples
VOID = 2  # inside a longer gap: a straight line, nothing is measured there
CLIPPED = 4  # at the accelerometer's rail
RAILED = 8  # at the gyroscope's

Floats = NDArray[np.float64]


class Piece(NamedTuple):
    """Rows ready to be appended. breaks: a new segment begins with them."""

    t_us: NDArray[np.int64]
    x: Floats
    flags: NDArray[np.uint8]
    breaks: bool


@dataclass(slots=True)
class SampleGrid:
    """x: (channels + derived, capacity), channels are ax ay az [gx gy gz]; [first, end) are the rows present.

    The derived channels are the owner's to fill; they travel with the rows.
    """

    rate_hz: float
    channels: int
    derived: int
    keep: int
    max_filled: int
    max_void: int
    first: int = 0
    end: int = 0
    offset: int = 0  # row number of column 0
    marked: int = 0  # from this row on none has a flag but CLIPPED, which running shins have each stride
    clipped: int = 0  # from this row on none has that either
    t_us: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    x: Floats = field(default_factory=lambda: np.empty((0, 0)))
    flags: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

    def __post_init__(self) -> None:
        if self.x.shape[1] == 0:
            capacity = self.keep + self.keep // 2
            self.t_us = np.zeros(capacity, dtype=np.int64)
            self.x = np.zeros((self.channels + self.derived, capacity))
            self.flags = np.zeros(capacity, dtype=np.uint8)

    def pieces(self, rows: Rows, flags: NDArray[np.uint8]) -> Iterator[Piece]:
        """The rows with the missing ones among them, cut where a segment ends.

        flags: (n,) CLIPPED, RAILED. Lazy: append each piece before the next.
        """
        t, x = rows.t_us, rows.x
        n = t.shape[0]
        period_us = 1e6 / self.rate_hz
        fresh = self.end == self.first
        dt = np.empty(n, dtype=np.int64)
        np.subtract(t[1:], t[:-1], out=dt[1:])
        dt[0] = 0 if fresh else t[0] - self.t_us[self.end - self.offset - 1]
        # 1.9 and not 1.5 periods: a late sample of an uneven clock is not a lost one.
        if (
            not fresh
            and not rows.restart
            and not rows.lost
            and n <= self.keep // 2
            and np.minimum.reduce(dt) > 0
            and np.maximum.reduce(dt) < 1.9 * period_us
        ):
            yield Piece(t, x, flags, False)
            return
        lost = np.where(dt >= 1.9 * period_us, np.rint(dt / period_us).astype(np.int64) - 1, 0)
        for row, count in rows.lost:
            lost[row] = max(lost[row], count)
        if fresh:
            lost[0] = 0
        cuts = np.flatnonzero((lost > self.max_void) | (dt <= 0))
        cuts = cuts[cuts > 0] if fresh else cuts
        edges = [0, *(int(c) for c in cuts if c > 0), n]
        starts_new = fresh or rows.restart or (cuts.shape[0] > 0 and int(cuts[0]) == 0)
        for k in range(len(edges) - 1):
            a, b = edges[k], edges[k + 1]
            breaks = starts_new if k == 0 else True
            step = 0
            while a < b:
                c = min(b, a + self.keep // 2)
                gap = lost[a:c].copy()
                if breaks and step == 0:
                    gap[0] = 0
                if gap.any():
                    yield self._filled(t[a:c], x[:, a:c], flags[a:c], gap, breaks=breaks and step == 0)
                else:
                    yield Piece(t[a:c], x[:, a:c], flags[a:c], breaks and step == 0)
                a, step = c, step + 1

    def _filled(
        self,
        t: NDArray[np.int64],
        x: Floats,
        flags: NDArray[np.uint8],
        gap: NDArray[np.int64],
        *,
        breaks: bool,
    ) -> Piece:
        """Rows with straight lines over the gaps: (n,) samples missing before each."""
        at = np.cumsum(gap + 1) - 1
        holes = np.flatnonzero(gap)
        wide = gap[holes]
        after = np.repeat(holes, wide)  # of each missing row: the sample that ends its gap
        size = gap[after]
        step = np.arange(1, after.shape[0] + 1) - np.repeat(np.cumsum(wide) - wide, wide)
        row = at[after] - size + step - 1
        part = step / (size + 1)
        t0, x0 = t[after - 1], x[:, after - 1]
        if holes[0] == 0:  # its line begins at the last row that is here already
            last = self.end - self.offset - 1
            t0[: wide[0]], x0[:, : wide[0]] = self.t_us[last], self.x[: self.channels, last, None]
        total = int(at[-1]) + 1
        t_new = np.empty(total, dtype=np.int64)
        x_new = np.empty((self.channels, total))
        f_new = np.empty(total, dtype=np.uint8)
        t_new[at], x_new[:, at], f_new[at] = t, x, flags
        t_new[row] = t0 + np.rint((t[after] - t0) * part).astype(np.int64)
        x_new[:, row] = x0 + (x[:, after] - x0) * part
        f_new[row] = np.where(size <= self.max_filled, FILLED, VOID)
        return Piece(t_new, x_new, f_new, breaks)

    def append(self, piece: Piece) -> None:
        """Put rows at the end, forgetting the oldest beyond `keep` when room is needed."""
        n = piece.t_us.shape[0]
        a = self.end - self.offset
        if a + n > self.t_us.shape[0]:
            first = max(self.first, self.end - self.keep)
            old = slice(first - self.offset, a)
            kept = a - old.start
            self.t_us[:kept] = self.t_us[old]
            self.x[:, :kept] = self.x[:, old]
            self.flags[:kept] = self.flags[old]
            self.first = self.offset = first
            a = kept
            if a + n > self.t_us.shape[0]:
                self._grow(a + n)
        self.t_us[a : a + n] = piece.t_us
        self.x[: self.channels, a : a + n] = piece.x
        self.flags[a : a + n] = piece.flags
        self.end += n
        if np.count_nonzero(piece.flags):
            kinds = int(np.bitwise_or.reduce(piece.flags))
            self.marked = self.end if kinds & ~CLIPPED else self.marked
            self.clipped = self.end if kinds & CLIPPED else self.clipped

    def _grow(self, size: int) -> None:
        more = size - self.t_us.shape[0]
        self.t_us = np.concatenate((self.t_us, np.zeros(more, dtype=np.int64)))
        self.x = np.concatenate((self.x, np.zeros((self.channels + self.derived, more))), axis=1)
        self.flags = np.concatenate((self.flags, np.zeros(more, dtype=np.uint8)))

    def clear(self) -> None:
        """Forget all rows; numbering begins again at 0."""
        self.first = self.end = self.offset = self.marked = self.clipped = 0

    def window(self, a: int, b: int) -> Floats:
        """(channels + derived, b - a) view of rows [a, b)."""
        return self.x[:, a - self.offset : b - self.offset]

    def marks(self, a: int, b: int) -> NDArray[np.uint8]:
        return self.flags[a - self.offset : b - self.offset]

    def any(self, a: int, b: int, kinds: int) -> bool:
        """Whether a row of [a, b) has one of these flags; most streams have none for long."""
        last = max(self.marked, self.clipped) if kinds & CLIPPED else self.marked
        return a < last and bool(np.count_nonzero(self.marks(a, b) & kinds))

    def true_hz(self, a: int, b: int) -> float:
        """Rows a second over rows [a, b), at least two: by the clock, not as the sensor was asked."""
        first, last = self.t_us[a - self.offset], self.t_us[b - 1 - self.offset]
        return 1e6 * (b - 1 - a) / int(last - first)

    def time_us(self, position: float, end: int) -> int:
        """Time at a fractional row number, from the rows before `end`: later ones may be here or not."""
        k = min(max(floor(position), self.first), end - 1)
        at = int(self.t_us[k - self.offset])
        if k + 1 >= end:
            return at + round((position - k) * 1e6 / self.rate_hz)
        return at + round((position - k) * (int(self.t_us[k + 1 - self.offset]) - at))
