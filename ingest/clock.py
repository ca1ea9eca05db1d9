"""A sensor's clock against this machine's: device ticks -> run time.

What is to be added to device time is estimated as a line (ingest.clock_line). The times given out follow it
smoothly, never step backwards, and depend on nothing but what came before. Where the line falls far below
them (what came first had waited for a host that stood still) they wait for it: until it has caught up,
samples get times, but none that are of use. Where ticks that only count samples stood still in a loss, the
times leap to it. docs/clock.md has the accuracy.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.clock_line import FINEST_US, LONGEST_EXCHANGE_US, STEP_US, ClockLine
from ingest.ticks import CRYSTAL, Ticks

__all__ = ["DeviceClock"]

WRAP: Final = 1 << 32
# Corrections are spread over two seconds and never bend the time axis by more than 2 %; in the first seconds
# of a stream, when the first estimates come in and nobody runs yet, a quarter of its age and 10 %.
CORRECTION_US: Final = 2_000_000.0
LARGEST_BEND: Final = 0.02
YOUNG_US: Final = 4_000_000.0
LARGEST_YOUNG_BEND: Final = 0.1
SHORTEST_CORRECTION_US: Final = 200_000.0
# A tick that far from the samples' is of another boot.
FARTHEST_EXCHANGE_US: Final = 10_000_000
# A tick that goes back so little did just that; further back it is most of a turn forward.
LARGEST_STEP_BACK_US: Final = 60_000_000

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
        self._line = ClockLine(self._ticks, 0.0)
        self._tick: int | None = None  # of the last sample, unwrapped
        self._arrival_us = 0.0
        self._origin = 0
        self._answered_us = -1
        self._begin = 0.0
        self._correction = 0.0  # what is now added to device time
        self._stepped = False  # in the last packet

    @property
    def skew_ppm(self) -> float | None:
        """How much slower the device's clock runs than the host's; None in the first ten seconds."""
        return self._line.skew * 1e6 if self._line.seconds > 10 else None

    @property
    def uncertainty_s(self) -> float | None:
        """How far times may be from this machine's, the floor of the delay left out."""
        return None if self._tick is None else max(self._line.doubt_us, FINEST_US) * 1e-6

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
            self._line = ClockLine(self._ticks, arrival_us)
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
            self._line.begin_anew(x, arrival_us - x)  # the tick went back
            self._step(x, arrival_us - x)
        if self._line.observe(x, arrival_us - x):
            self._step(x, arrival_us - x)
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
        if abs(ahead) <= FARTHEST_EXCHANGE_US and self._line.bound(x, host_us - x):
            self._answered_us = host_us

    def _steer(self, before: float, x: float) -> tuple[float, float]:
        """(correction at the previous packet's end, its change per device µs up to this one's end)."""
        target = self._line.at(x)
        start = self._correction
        elapsed = x - before
        if elapsed <= 0.0:
            self._correction = target
            return target, 0.0
        too_late = start + self._line.skew * elapsed - target
        if too_late > STEP_US or (self._ticks.leaps and -too_late > STEP_US):
            self._step(x, target)
            return target, 0.0
        age = x - self._begin
        over, largest = CORRECTION_US, LARGEST_BEND
        if age < YOUNG_US:
            over, largest = max(0.25 * age, SHORTEST_CORRECTION_US), LARGEST_YOUNG_BEND
        drift = self._line.skew * elapsed
        wanted = (target - start - drift) * min(1.0, elapsed / over) + drift
        change = min(max(wanted, -largest * elapsed), largest * elapsed)
        self._correction = start + change
        return start, change / elapsed

    def _step(self, x: float, correction: float) -> None:
        """Go on from here as if the stream began: what is added to device time need not be near what was."""
        self._correction = correction
        self._begin = x
        self._stepped = True

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
