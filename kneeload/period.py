"""The last five seconds' foot contacts, from which a summary's medians come."""

from collections.abc import Collection
from statistics import median
from typing import Literal

from dsp.mount import Mount
from dsp.stride import Stride

__all__ = ["Period"]

Side = Literal["left", "right"]


class Period:
    """Foot contacts since the last summary.

    Contact time and shock are never mixed across mounting sites: where a side has two sensors, the shoe
    speaks for contact time and the shin for shock.
    """

    def __init__(self, mounts: Collection[Mount]) -> None:
        self._mounts = frozenset(mounts)
        self._strides: list[Stride] = []

    def push(self, stride: Stride) -> None:
        self._strides.append(stride)

    def close(self) -> None:
        """Begin the next period."""
        self._strides.clear()

    def cadence_spm(self) -> float | None:
        """Median over all sensors."""
        return _median([stride.cadence_spm for stride in self._strides])

    def contact_time_s(self, side: Side) -> float | None:
        """Median of a side."""
        mount = self._speaker(side, first="shoe", second="shin")
        return _median([stride.contact_time_s for stride in self._strides if stride.mount is mount])

    def peak_resultant_g(self, side: Side) -> float | None:
        """Median of a side; clipped peaks are lower bounds and stay out."""
        mount = self._speaker(side, first="shin", second="shoe")
        return _median(
            [
                stride.peak_resultant_g
                for stride in self._strides
                if stride.mount is mount and not stride.clipped
            ]
        )

    def _speaker(self, side: Side, *, first: str, second: str) -> Mount:
        best = Mount(f"{side}-{first}")
        return best if best in self._mounts else Mount(f"{side}-{second}")


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
