"""A sensor's clock against this machine's: device ticks -> run time.

Model. A packet whose last sample was taken at device time x arrives at y = x + offset + skew x + delay, and
delay is never below a floor but has a long tail: radio retries, connection events, a busy host. So the true
line runs along the lower edge of the points (x, y - x), and a mean would follow the tail. Every second of
device time leaves its lowest point; over the last minute of those the line is sought that lies below all of
them with the least mean distance (the linear programme of Moon, Skelly and Towsley 1999), with a prior on the
skew that decides while the minute is young. The times given out follow that line smoothly, never jump
backwards, and depend on nothing but what came before.

What remains is the floor itself (alike for all sensors of one host) and, where the packets' period and the
connection interval have a common multiple, their phase: docs/clock.md has the figures.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DeviceClock"]

WRAP: Final = 1 << 32
BUCKET_US: Final = 1_000_000
WINDOW_BUCKETS: Final = 60
# Crystals are within ±50 ppm, and a firmware's tick may be rounded: the prior is wider than the crystal,
# the search wider still.
PRIOR_SKEW: Final = 50e-6
SKEWS: Final = np.linspace(-400e-6, 400e-6, 161)
# Corrections are spread over this time, and never bend the time axis by more than 2 %.
CORRECTION_US: Final = 2_000_000.0
LARGEST_BEND: Final = 0.02
# Nothing arrives before it was taken: that much too early means the clocks have parted (the host slept).
PARTED_US: Final = 250_000.0
# Finer than this nothing is claimed: a host's own jitter.
FINEST_US: Final = 500.0

_COUNT: Final = np.arange(256, dtype=np.float64)


class DeviceClock:
    """Run time of each sample from device ticks and arrival times; one per sensor."""

    def __init__(self) -> None:
        self._last_out = -(1 << 62)
        self.reset()

    def reset(self) -> None:
        """Forget everything but the last time given out: the device restarted."""
        self._tick: int | None = None  # of the last sample, unwrapped
        self._arrival_us = 0.0
        self._origin = 0
        self._skew = 0.0
        self._buckets: list[tuple[float, float]] = []
        self._bucket: int | None = None
        self._anchor = (0.0, 0.0)  # a point of the estimated line: (x, y - x)
        self._correction = 0.0  # what is now added to device time
        self._residual_us = PARTED_US

    @property
    def skew_ppm(self) -> float | None:
        """How much slower the device's clock runs than the host's; None in the first ten seconds."""
        return self._skew * 1e6 if len(self._buckets) > 10 else None

    @property
    def uncertainty_s(self) -> float | None:
        """How far times may be from this machine's, the floor of the delay left out."""
        return None if self._tick is None else max(self._residual_us, FINEST_US) * 1e-6

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
            # A silence of over an hour hides whole turns of the tick, and a tick that went back a little
            # looks like most of a turn; the host's clock tells how many there were.
            waited = arrival_us - self._arrival_us - ahead
            if abs(waited) > WRAP / 2:
                ahead += WRAP * round(waited / WRAP)
            first = previous + ahead
        last = first + span
        x = float(last - self._origin)
        before = 0.0 if previous is None else float(previous - self._origin)
        self._observe(x, arrival_us - x)
        start, bend = self._steer(before, x)
        self._tick = last
        self._arrival_us = arrival_us
        x_first = x - span
        t_first = x_first + start + bend * (x_first - before)
        return self._give_out(t_first, interval_us * (1.0 + bend), n)

    def _observe(self, x: float, offset: float) -> None:
        """Take the point in; a new second of device time closes the last one and fits the line again."""
        below = self._line(x) - offset
        if below > PARTED_US:
            self._buckets.clear()
            self._bucket = None
            self._correction = offset
        bucket = int(x // BUCKET_US)
        if bucket != self._bucket:
            self._bucket = bucket
            if self._buckets:
                self._fit()
            self._buckets.append((x, offset))
            del self._buckets[:-WINDOW_BUCKETS]
        else:
            x_low, low = self._buckets[-1]
            if offset - low < self._skew * (x - x_low):
                self._buckets[-1] = (x, offset)
        if offset < self._line(x):
            self._anchor = (x, offset)

    def _line(self, x: float) -> float:
        x_anchor, offset = self._anchor
        return offset + self._skew * (x - x_anchor)

    def _fit(self) -> None:
        points = np.array(self._buckets)
        x = points[:, 0] - points[-1, 0]
        above = points[:, 1] - SKEWS[:, None] * x
        lowest = above.min(axis=1)
        residual = above.mean(axis=1) - lowest
        scale = max(float(residual.min()), FINEST_US)
        best = int((residual * len(x) / scale + 0.5 * (SKEWS / PRIOR_SKEW) ** 2).argmin())
        self._skew = float(SKEWS[best])
        self._anchor = (float(points[-1, 0]), float(lowest[best]))
        self._residual_us = float(residual[best])

    def _steer(self, before: float, x: float) -> tuple[float, float]:
        """(correction at the previous packet's end, its change per device µs up to this one's end)."""
        target = self._line(x)
        start = self._correction
        elapsed = x - before
        if elapsed <= 0.0:
            self._correction = target
            return target, 0.0
        drift = self._skew * elapsed
        wanted = (target - start - drift) * min(1.0, elapsed / CORRECTION_US) + drift
        largest = LARGEST_BEND * elapsed
        change = min(max(wanted, -largest), largest)
        self._correction = start + change
        return start, change / elapsed

    def _give_out(self, t_first: float, step: float, n: int) -> NDArray[np.int64]:
        times = np.rint(t_first + step * (_COUNT[:n] if n <= 256 else np.arange(n))).astype(np.int64)
        late = self._last_out + 1 - int(times[0])
        if late > 0:
            times += late
            self._correction += late
        self._last_out = int(times[-1])
        return times
