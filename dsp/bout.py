"""An unbroken stretch of gait, and the cycles found in it."""

from dataclasses import dataclass

__all__ = ["Bout", "Cycle"]


@dataclass(frozen=True, slots=True)
class Cycle:
    """One swing and the contact after it, in rows of the grid. ready: rows needed before it can be measured.

    anchor: the swing's peak (gyroscope) or the contact's jolt (acceleration alone).
    rise: where the next swing has clearly begun; None where it has not (a stop) or cannot be seen.
    """

    anchor: int
    rise: int | None
    ready: int
    period: float


@dataclass(slots=True)
class Bout:
    """State of an open bout: what a stride looks like now, and where the search stands."""

    period: float  # rows
    level: float  # height of a swing lobe (deg/s) or of a jolt (g/s)
    anchor: int
    axis: tuple[float, float, float] = (0.0, 0.0, 0.0)
    covariance: tuple[float, float, float, float, float, float] = (0.0,) * 6
    rise: int | None = None
    heights: tuple[float, ...] = ()
    periods: tuple[float, ...] = ()
    first: bool = True
    told: int = 0
