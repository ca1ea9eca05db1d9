"""Numbers for samples that come with times and without numbers."""

from dataclasses import dataclass
from typing import Final

__all__ = ["Place", "TimeCounter"]

COUNTER_WRAP: Final = 1 << 32
NS_PER_US: Final = 1000
# What a packet's step in time is longer than its samples take is lost samples from here on: of a packet that
# was lost whole there are dozens, and a rate that is off by a percent makes half a sample of fifty.
LEAST_LOST: Final = 0.75
LEAST_LOST_SHARE: Final = 0.05
# The true rate is learned from steps without a loss, over about so many of them.
LEARNED_OVER: Final = 8
# A sensor's rate is off by so much at most, its least significant doubt included.
FARTHEST_RATE: Final = 0.05
# Further apart two packets tell nothing of each other: the sensor's time was set, or all of it was lost.
LONGEST_GAP_NS: Final = 600_000_000_000
# Bluetooth keeps the order of a link: further back than some packets it is not a late one, its clock was set.
LATEST_NS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a packet's samples belong; as in Samples, the tick of the first sample as whole intervals go."""

    boot: int
    counter: int
    tick_us: int
    interval_us: int


class TimeCounter:
    """rate_hz: what the sensor is set to; boot: of the first packet. The same packets get the same numbers.

    boot goes up where a packet's time says nothing of how far it is from the one before.
    """

    def __init__(self, rate_hz: float, *, boot: int = 0) -> None:
        self.boot = boot
        self._nominal_ns = 1e9 / rate_hz
        self._between_ns = self._nominal_ns  # between samples, as learned
        self._last_ns: int | None = None  # of the newest packet's last sample
        self._next = 0  # number of the sample after that

    def push(self, last_ns: int, n: int) -> Place:
        """The place of n samples, the last of which was taken at last_ns by the sensor's clock."""
        step_ns = 0 if self._last_ns is None else last_ns - self._last_ns
        if self._last_ns is None or not -LATEST_NS <= step_ns <= LONGEST_GAP_NS:
            self.boot += self._last_ns is not None
            self._next = n
            self._last_ns = last_ns
            return self._place(0, last_ns, n, self._between_ns)
        if step_ns <= 0:  # a packet that came twice, or late
            counter = self._next - n + round(step_ns / self._between_ns)
            return self._place(counter, last_ns, n, self._between_ns)
        excess = step_ns / self._between_ns - n
        between_ns, lost = self._between_ns, 0
        if abs(excess) <= max(LEAST_LOST, LEAST_LOST_SHARE * n):
            between_ns = step_ns / n
            self._learn(between_ns)
        elif excess > 0:
            lost = round(excess)
        counter = self._next + lost
        self._next = counter + n
        self._last_ns = last_ns
        return self._place(counter, last_ns, n, between_ns)

    def _learn(self, between_ns: float) -> None:
        learned = self._between_ns + (between_ns - self._between_ns) / LEARNED_OVER
        self._between_ns = min(
            max(learned, (1 - FARTHEST_RATE) * self._nominal_ns), (1 + FARTHEST_RATE) * self._nominal_ns
        )

    def _place(self, counter: int, last_ns: int, n: int, between_ns: float) -> Place:
        interval_us = round(between_ns / NS_PER_US)
        tick_us = last_ns // NS_PER_US - (n - 1) * interval_us
        return Place(self.boot, counter % COUNTER_WRAP, tick_us % COUNTER_WRAP, interval_us)
