"""The line that leads from a sensor's clock to this machine's.

A packet whose last sample was taken at device time x arrives at y = x + offset + skew x + delay, and
delay is never below a floor but has a long tail: radio retries, connection events, a busy host. So the true
line runs along the lower edge of the points (x, y - x), and a mean would follow the tail. Every second of
device time leaves its lowest point; over the last minute of those the line is sought that lies below all of
them with the least mean distance (the linear programme of Moon, Skelly and Towsley 1999), with a prior on the
skew that decides while the minute is young.

Where the packets' period and the connection interval have a common multiple the lowest delay is not the floor
but a phase of the two that may last for ever. An exchange of times sees it: what the host wrote at h was
received at tick r >= h, so (r, h - r) bounds the line from below, and as the host writes at all phases the
upper edge of these points comes near. Where the delays pile up at such a phase the estimate is the second
edge, raised by what the two floors are taken to be.

A process that gets too little of a processor takes every packet late, for minutes: then the two edges are
further apart than radios put them. Where between them the truth is, nobody knows; each side is taken to be
the later the more its delays are spread. The larger part is what is admitted.

Ticks that only count samples stand still where samples are lost unseen: what comes after a loss is late from
then on. Late for three seconds on end is not late; the line is sought anew there.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.ticks import Ticks

__all__ = ["FINEST_US", "STEP_US", "ClockLine"]

BUCKET_US: Final = 1_000_000
# So many seconds of late packets on end were not held up: counted ticks stood still before them.
LOST_BUCKETS: Final = 3
# More than this is not bent away, which would take seconds: left and right would disagree by a whole contact.
STEP_US: Final = 80_000.0
# Nothing arrives before it was taken: that much too early means the clocks have parted (the host slept).
PARTED_US: Final = 250_000.0
# A packet later than this was held up by more than a radio: how much later says nothing of the skew.
HELD_UP_US: Final = 100_000.0
# Where every packet was that late, they are in time again when it is this little.
IN_TIME_US: Final = 60_000.0
# Finer than this nothing is claimed: a host's own jitter.
FINEST_US: Final = 500.0
# The least delays of a write and of a notification together, on a small Linux host: 1 to 2 ms each.
TWO_FLOORS_US: Final = 3_000.0
# A wait or an answer that took longer tells nothing that a shorter one does not.
LONGEST_EXCHANGE_US: Final = 10_000_000
DELAYS: Final = 128
# Of delays spread over 15 ms a fifteenth is within the first millisecond; of five phases a fifth. Between the
# two it stays as it was taken to be: the line would go from one edge to the other each second.
PILE_US: Final = 1_000.0
PILE_SHARES: Final = {False: 0.15, True: 0.11}
EXCHANGES: Final = 120
# Fewer have seen too few phases.
FEWEST_EXCHANGES: Final = 20
# Fewer have no spread that means anything: they bound the line and do not move it.
FEWEST_SPREAD: Final = 5
FEWEST_POINTS: Final = 24


class ClockLine:
    """What is to be added to device time, µs, as a line; both count from an origin of the caller's.

    skew: how much more for each µs of device time. doubt_us: how far it may be off, the floor of the delay
    left out.
    """

    def __init__(self, ticks: Ticks, offset: float) -> None:
        """offset: of the first packet, which ends at device time 0."""
        self._ticks = ticks
        self.skew = 0.0
        self.doubt_us = PARTED_US
        self._above: list[tuple[float, float]] = []  # the lowest point of each second
        self._below: deque[tuple[float, float]] = deque(maxlen=EXCHANGES)  # one of each exchange
        self._points: deque[tuple[float, float]] = deque(maxlen=DELAYS)  # the last packets
        self._bucket: int | None = None
        self._locked = False
        self._anchor = (0.0, offset)  # a point of the line
        self._late = False  # every packet is: the two edges are far apart
        self._held_us = 0.0  # how much earlier than the first edge the last fit put the line, for that

    @property
    def seconds(self) -> int:
        """How many seconds of device time it is fitted to."""
        return len(self._above)

    def at(self, x: float) -> float:
        """What is to be added to device time x."""
        x_anchor, offset = self._anchor
        return offset + self.skew * (x - x_anchor)

    def observe(self, x: float, offset: float) -> bool:
        """Take a packet's end in; a new second of device time closes the last one and fits the line again.

        True where the clocks have parted, so that nothing seen before counts any more.
        """
        parted = offset < self.at(x) - PARTED_US
        if parted:
            self.begin_anew(x, offset)
        self._points.append((x, offset))
        bucket = int(x // BUCKET_US)
        if bucket != self._bucket:
            self._bucket = bucket
            if self._above:
                if self._ticks.leaps:
                    self._forget_before_a_loss()
                self._fit()
            self._above.append((x, offset))
            del self._above[: -self._ticks.window_s]
        else:
            x_low, low = self._above[-1]
            if offset - low < self.skew * (x - x_low):
                self._above[-1] = (x, offset)
        if offset < self.at(x):
            self._anchor = (x, offset)
        return parted

    def bound(self, x: float, offset: float) -> bool:
        """Take an exchange of times in, unless it contradicts the packets: the line is not below it."""
        wait = self.at(x) + self._held_us - offset
        if not -TWO_FLOORS_US <= wait <= LONGEST_EXCHANGE_US:
            return False
        self._below.append((x, offset))
        return True

    def begin_anew(self, x: float, offset: float) -> None:
        """Nothing that was seen before counts any more, but for the skew."""
        self._above.clear()
        self._below.clear()
        self._points.clear()
        self._bucket = None
        self._anchor = (x, offset)
        self._late, self._held_us = False, 0.0

    def _forget_before_a_loss(self) -> None:
        """What was seen before the last few seconds, if all that came in them was late."""
        last = self._above[-LOST_BUCKETS:]
        if len(last) < len(self._above) and all(y - self.at(x) > STEP_US for x, y in last):
            self._above = last
            self._points.clear()
            self._points.extend(last)

    def _fit(self) -> None:
        """Both edges for every skew that may be; the least cost is the line from here on."""
        above = np.array(self._above)
        now = float(above[-1, 0])
        skews, unlikely = self._ticks.skews, self._ticks.unlikely
        upper, distance = _edge(above, now, skews, 1.0)
        cost = distance * len(above) / max(distance.min(), FINEST_US) + unlikely
        best = int(cost.argmin())
        offset = float(upper[best])
        locked, doubt = self._phase()
        self._held_us = 0.0
        if self._below:
            below = np.array(self._below)
            edge, wait = _edge(below, now, skews, -1.0)
            if locked and len(below) >= FEWEST_EXCHANGES:
                # The shortest of n waits that are spread evenly up to twice their mean.
                shortest = 2.0 * wait / len(below)
                lower = edge + TWO_FLOORS_US + shortest
                # Locked packets keep step with the host's clock: only the exchanges tell of the skew.
                best = int((wait * len(below) / max(wait.min(), FINEST_US) + unlikely).argmin())
                offset = min(float(lower[best]), float(upper[best]))
                doubt = 0.5 * TWO_FLOORS_US + 4.0 * float(shortest[best])
            else:
                apart = offset - float(edge[best])
                self._late = apart > (IN_TIME_US if self._late else HELD_UP_US)
                later = self._late_share(below, float(skews[best])) * apart if self._late else 0.0
                self._held_us = later
                offset -= later
                doubt = max(doubt, later, apart - later - TWO_FLOORS_US)
        self.skew = float(skews[best])
        self._anchor = (now, offset)
        self.doubt_us = doubt

    def _late_share(self, below: NDArray[np.float64], skew: float) -> float:
        """How much of what the two edges are apart is the packets' lateness, 0 to 1; the rest is the writes'.

        Of too few exchanges nothing is taken to be known.
        """
        if len(below) < FEWEST_SPREAD:
            return 0.0
        points = np.array(self._points)
        delays = points[:, 1] - skew * points[:, 0]
        waits = skew * below[:, 0] - below[:, 1]
        late, wait = (float(np.median(side) - side.min()) for side in (delays, waits))
        return late / max(late + wait, FINEST_US)

    def _phase(self) -> tuple[bool, float]:
        """Whether the packets keep to a few phases of the connection events, and how much that may hide.

        Unlocked, delays are spread evenly over the connection interval; locked, they pile up at its start.
        """
        points = np.array(self._points)
        delays = np.sort(points[:, 1] - self.skew * points[:, 0])
        lowest = int(np.searchsorted(delays, delays[0] + PILE_US))
        share = lowest / len(delays)
        self._locked = share > PILE_SHARES[self._locked] and len(delays) >= FEWEST_POINTS
        # The widest gap between delays; without the longest ones, which are of retries and fades.
        trusted = 0.95 if self._locked else 0.5
        gap = float(np.diff(delays[: int(len(delays) * trusted) + 1]).max(initial=0.0))
        return self._locked, gap


def _edge(
    points: NDArray[np.float64], now: float, skews: NDArray[np.float64], sign: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(height at now of the edge of the points, their mean distance from it), for each of the skews.

    Of a distance no more counts than a radio may cause. sign: 1 for the lower edge, -1 for the upper one.
    """
    height = points[:, 1] - skews[:, None] * (points[:, 0] - now)
    edge = sign * (sign * height).min(axis=1)
    return edge, np.minimum(sign * (height - edge[:, None]), HELD_UP_US).mean(axis=1)
