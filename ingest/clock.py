"""A sensor's clock against this machine's: device ticks -> run time.

Model. A packet whose last sample was taken at device time x arrives at y = x + offset + skew x + delay, and
delay is never below a floor but has a long tail: radio retries, connection events, a busy host. So the true
line runs along the lower edge of the points (x, y - x), and a mean would follow the tail. Every second of
device time leaves its lowest point; over the last minute of those the line is sought that lies below all of
them with the least mean distance (the linear programme of Moon, Skelly and Towsley 1999), with a prior on the
skew that decides while the minute is young.

Where the packets' period and the connection interval have a common multiple the lowest delay is not the floor
but a phase of the two that may last for ever. An exchange of times sees it: what the host wrote at h was
received at tick r >= h, so (r, h - r) bounds the line from below, and as the host writes at all phases the
upper edge of these points comes near. Where the delays pile up at such a phase
the estimate is the second edge, raised by what the two floors are taken to be.

A process that gets too little of a processor takes every packet late, for minutes: then the two edges are
further apart than radios put them. Where between them the truth is, nobody knows; each side is taken to be
the later the more its delays are spread. The larger part is what is admitted.

The times given out follow the estimate smoothly, never step backwards, and depend on nothing but what came
before. Where the estimate falls far below them (what came first had waited for a host that stood still) they
wait for it: until it has caught up, samples get times, but none that are of use. docs/clock.md has the
accuracy.

Ticks that only count samples stand still where samples are lost unseen: what comes after a loss is late from
then on. Late for three seconds on end is not late; the line is sought anew there, and the times leap to it.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.ticks import CRYSTAL, Ticks

__all__ = ["DeviceClock"]

WRAP: Final = 1 << 32
BUCKET_US: Final = 1_000_000
# So many seconds of late packets on end were not held up: counted ticks stood still before them.
LOST_BUCKETS: Final = 3
# Corrections are spread over two seconds and never bend the time axis by more than 2 %; in the first seconds
# of a stream, when the first estimates come in and nobody runs yet, a quarter of its age and 10 %.
CORRECTION_US: Final = 2_000_000.0
LARGEST_BEND: Final = 0.02
YOUNG_US: Final = 4_000_000.0
LARGEST_YOUNG_BEND: Final = 0.1
SHORTEST_CORRECTION_US: Final = 200_000.0
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
# A tick that far from the samples' is of another boot.
FARTHEST_EXCHANGE_US: Final = 10_000_000
# A tick that goes back so little did just that; further back it is most of a turn forward.
LARGEST_STEP_BACK_US: Final = 60_000_000
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

_COUNT: Final = np.arange(256, dtype=np.float64)


class DeviceClock:
    """Run time of each sample from device ticks and arrival times; one per sensor.

    usable: whether the times of the last packet are more than an order.
    """

    def __init__(self, ticks: Ticks = CRYSTAL) -> None:
        self._ticks = ticks
        self._last_out = -(1 << 62)
        self.usable = True
        self.reset()

    def reset(self) -> None:
        """Forget everything but the last time given out: the device restarted."""
        self._tick: int | None = None  # of the last sample, unwrapped
        self._arrival_us = 0.0
        self._origin = 0
        self._skew = 0.0
        self._above: list[tuple[float, float]] = []  # the lowest point of each second
        self._below: deque[tuple[float, float]] = deque(maxlen=EXCHANGES)  # one of each exchange
        self._answered_us = -1
        self._points: deque[tuple[float, float]] = deque(maxlen=DELAYS)  # the last packets
        self._bucket: int | None = None
        self._locked = False
        self._begin = 0.0
        self._anchor = (0.0, 0.0)  # a point of the estimated line: (x, y - x)
        self._correction = 0.0  # what is now added to device time
        self._stepped = False  # in the last packet
        self._late = False  # every packet is: the two edges are far apart
        self._held_us = 0.0  # how much earlier than the first edge the last fit put the line, for that
        self._doubt_us = PARTED_US

    @property
    def skew_ppm(self) -> float | None:
        """How much slower the device's clock runs than the host's; None in the first ten seconds."""
        return self._skew * 1e6 if len(self._above) > 10 else None

    @property
    def uncertainty_s(self) -> float | None:
        """How far times may be from this machine's, the floor of the delay left out."""
        return None if self._tick is None else max(self._doubt_us, FINEST_US) * 1e-6

    def push(self, tick_us: int, n: int, *, interval_us: int, arrival_ns: int) -> NDArray[np.int64]:
        """Run times (n,) int64 µs of a packet's samples, strictly increasing over all calls.

        tick_us: of the first sample, mod 2**32; packets come in the order in which they were taken.
        """
        arrival_us = arrival_ns * 1e-3
        span = (n - 1) * interval_us
        previous = self._tick
        if previous is None:
            first = tick_us
            self._origin = first + span
            self._correction = arrival_us
            self._anchor = (0.0, arrival_us)
        else:
            ahead = (tick_us - previous) % WRAP
            waited = arrival_us - self._arrival_us - ahead
            if waited > WRAP / 2:
                # A silence of over an hour hides whole turns of the tick; the host's clock tells how many.
                ahead += WRAP * round(waited / WRAP)
            elif WRAP - ahead < LARGEST_STEP_BACK_US and waited < -WRAP / 2:
                ahead -= WRAP
            first = previous + ahead
        last = first + span
        x = float(last - self._origin)
        before = 0.0 if previous is None else float(previous - self._origin)
        self._stepped = False
        if previous is not None and x <= before:
            self._begin_anew(x, arrival_us - x)  # the tick went back
        self._observe(x, arrival_us - x)
        start, bend = self._steer(before, x)
        self._tick = last
        self._arrival_us = arrival_us
        x_first = x - span
        t_first = x_first + start + bend * (x_first - before)
        return self._give_out(t_first, interval_us * (1.0 + bend), n)

    def exchange(self, host_us: int, receipt_tick_us: int, *, arrival_ns: int) -> None:
        """An exchange of times: the host wrote at host_us, the device received that at receipt_tick_us.

        Ignored before the first samples and where it contradicts them.
        """
        if self._tick is None or not 0 <= arrival_ns // 1000 - host_us <= LONGEST_EXCHANGE_US:
            return
        if host_us <= self._answered_us:
            return  # what was answered already
        ahead = (receipt_tick_us - self._tick + WRAP // 2) % WRAP - WRAP // 2
        x = float(self._tick + ahead - self._origin)
        offset = host_us - x
        wait = self._line(x) + self._held_us - offset
        if -TWO_FLOORS_US <= wait <= LONGEST_EXCHANGE_US and abs(ahead) <= FARTHEST_EXCHANGE_US:
            self._answered_us = host_us
            self._below.append((x, offset))

    def _observe(self, x: float, offset: float) -> None:
        """Take the point in; a new second of device time closes the last one and fits the line again."""
        if offset < self._line(x) - PARTED_US:
            self._begin_anew(x, offset)
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
            if offset - low < self._skew * (x - x_low):
                self._above[-1] = (x, offset)
        if offset < self._line(x):
            self._anchor = (x, offset)

    def _forget_before_a_loss(self) -> None:
        """What was seen before the last few seconds, if all that came in them was late."""
        last = self._above[-LOST_BUCKETS:]
        if len(last) < len(self._above) and all(y - self._line(x) > STEP_US for x, y in last):
            self._above = last
            self._points.clear()
            self._points.extend(last)

    def _begin_anew(self, x: float, offset: float) -> None:
        """Nothing that was seen before counts any more."""
        self._above.clear()
        self._below.clear()
        self._points.clear()
        self._bucket = None
        self._anchor = (x, offset)
        self._late, self._held_us = False, 0.0
        self._correction = offset
        self._begin = x
        self._stepped = True

    def _line(self, x: float) -> float:
        x_anchor, offset = self._anchor
        return offset + self._skew * (x - x_anchor)

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
        self._skew = float(skews[best])
        self._anchor = (now, offset)
        self._doubt_us = doubt

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
        delays = np.sort(points[:, 1] - self._skew * points[:, 0])
        lowest = int(np.searchsorted(delays, delays[0] + PILE_US))
        share = lowest / len(delays)
        self._locked = share > PILE_SHARES[self._locked] and len(delays) >= FEWEST_POINTS
        # The widest gap between delays; without the longest ones, which are of retries and fades.
        trusted = 0.95 if self._locked else 0.5
        gap = float(np.diff(delays[: int(len(delays) * trusted) + 1]).max(initial=0.0))
        return self._locked, gap

    def _steer(self, before: float, x: float) -> tuple[float, float]:
        """(correction at the previous packet's end, its change per device µs up to this one's end)."""
        target = self._line(x)
        start = self._correction
        elapsed = x - before
        if elapsed <= 0.0:
            self._correction = target
            return target, 0.0
        too_late = start + self._skew * elapsed - target
        if too_late > STEP_US or (self._ticks.leaps and -too_late > STEP_US):
            self._correction = target
            self._begin = x
            self._stepped = True
            return target, 0.0
        age = x - self._begin
        over, largest = CORRECTION_US, LARGEST_BEND
        if age < YOUNG_US:
            over, largest = max(0.25 * age, SHORTEST_CORRECTION_US), LARGEST_YOUNG_BEND
        drift = self._skew * elapsed
        wanted = (target - start - drift) * min(1.0, elapsed / over) + drift
        change = min(max(wanted, -largest * elapsed), largest * elapsed)
        self._correction = start + change
        return start, change / elapsed

    def _give_out(self, t_first: float, step: float, n: int) -> NDArray[np.int64]:
        count = _COUNT[:n] if n <= 256 else np.arange(n)
        times = np.rint(t_first + step * count).astype(np.int64)
        late = self._last_out + 1 - int(times[0])
        self.usable = late <= (0 if self._stepped else STEP_US)
        if not self.usable:
            times = np.maximum(times, self._last_out + 1 + np.arange(n))
        elif late > 0:
            times += late
            self._correction += late
        self._last_out = int(times[-1])
        return times


def _edge(
    points: NDArray[np.float64], now: float, skews: NDArray[np.float64], sign: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(height at now of the edge of the points, their mean distance from it), for each of the skews.

    Of a distance counts what a radio may cause.

    sign: 1 for the lower edge, -1 for the upper one.
    """
    height = points[:, 1] - skews[:, None] * (points[:, 0] - now)
    edge = sign * (sign * height).min(axis=1)
    return edge, np.minimum(sign * (height - edge[:, None]), HELD_UP_US).mean(axis=1)
