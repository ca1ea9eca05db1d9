"""An unbroken stretch of gait, and the cycles found in it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.vectors import Vector

__all__ = ["Bout", "Cycle"]

Floats = NDArray[np.float64]


class Cycle(NamedTuple):
    """One swing and the contact after it, in rows of the grid. ready: rows needed before it can be measured.

    anchor: the swing's peak (gyroscope) or the contact's jolt (acceleration alone).
    rise: where the next swing has clearly begun; None where it has not (a stop) or cannot be seen.
    """

    anchor: int
    rise: int | None
    ready: int
    period: float
    landing: int | None = None  # of a step that was not a swing: where its jolt was

    @property
    def is_stride(self) -> bool:
        """Neither a step aside nor a stop: with a gyroscope the next swing is seen to begin."""
        return self.landing is None and self.rise is not None


@dataclass(slots=True)
class Bout:
    """State of an open bout: what a stride looks like now, and where the search stands."""

    period: float  # rows
    level: float  # height of a swing lobe (deg/s) or of a jolt (g/s)
    anchor: int
    axis: Vector = (0.0, 0.0, 0.0)
    moments: Floats = field(default_factory=lambda: np.zeros((3, 3)))
    rise: int | None = None
    landing: int | None = None
    heights: tuple[float, ...] = ()
    periods: tuple[float, ...] = ()
    known: tuple[int, ...] = ()  # jolts found when the bout opened, not yet told
    told: int = 0  # strides; with a gyroscope since the last look at whether this is still gait
    swings: int = 0
    doubts: int = 0  # looks in a row at which it was not
    cursor: int = 0  # rows before it have been looked at
    low: bool = False  # the swing is over
    top: float = 0.0
    peak: int = 0
    queue: tuple[Cycle, ...] = ()  # steps found in arrears
    ended: int | None = None  # row at which it ended, its last steps still to be told
