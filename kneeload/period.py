"""The last five seconds' foot contacts, from which a summary's medians come."""

from collections import deque
from collections.abc import Collection
from typing import Literal

from dsp.mount import Mount
from dsp.stride import Stride
from dsp.summary import median_or_none, peak_at_least

__all__ = ["PERIOD_NS", "Period", "Side"]

PERIOD_NS = 5_000_000_000

Side = Literal["left", "right"]


class Period:
    """Foot contacts that became known in the last five seconds.

    Contact time and shock are never mixed across mounting sites: where a side has two sensors, the shoe
    speaks for contact time and the shin for shock.
    """

    def __init__(self, mounts: Collection[Mount]) -> None:
        self._mounts = frozenset(mounts)
        self._known: deque[tuple[int, Stride]] = deque()

    def push(self, stride: Stride, now_ns: int) -> None:
        """Take a foot contact that became known now."""
        self._known.append((now_ns, stride))

    def advance(self, now_ns: int) -> None:
        """Forget what is older than the period."""
        while self._known and self._known[0][0] <= now_ns - PERIOD_NS:
            self._known.popleft()

    def cadence_spm(self) -> float | None:
        """Median over all sensors."""
        return median_or_none(stride.cadence_spm for _, stride in self._known)

    def contact_time_s(self, side: Side) -> float | None:
        """Median of a side."""
        mount = self._speaker(side, first="shoe", second="shin")
        return median_or_none(stride.contact_time_s for _, stride in self._known if stride.mount is mount)

    def peak_resultant_g(self, side: Side) -> float | None:
        """Median of a side. Clipped peaks count: without them it would be that of the gentle contacts."""
        return median_or_none(stride.peak_resultant_g for stride in self._shocks(side))

    def peak_at_least(self, side: Side) -> bool | None:
        """Whether that median is a lower bound, for too many of its peaks are clipped; None without peaks."""
        return peak_at_least(self._shocks(side))

    def _shocks(self, side: Side) -> list[Stride]:
        mount = self._speaker(side, first="shin", second="shoe")
        return [stride for _, stride in self._known if stride.mount is mount]

    def _speaker(self, side: Side, *, first: str, second: str) -> Mount:
        best = Mount(f"{side}-{first}")
        return best if best in self._mounts else Mount(f"{side}-{second}")
