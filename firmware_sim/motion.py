"""What a virtual sensor measures: a source of motion, asked for its samples as time goes on."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Samples", "Source"]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """A piece of motion.

    index: (n,) int64, number of each sample, strictly increasing; a jump = samples that were never taken.
    t_s: (n,) float64, true time since the source's beginning, s.
    acc_g: (n, 3) float64, g, gravity included, sensor frame, not clipped to any range.
    gyro_dps: (n, 3) float64, deg/s, or None without a gyroscope.
    """

    index: NDArray[np.int64]
    t_s: NDArray[np.float64]
    acc_g: NDArray[np.float64]
    gyro_dps: NDArray[np.float64] | None

    def __len__(self) -> int:
        return int(self.index.shape[0])


class Source(Protocol):
    """Anything that moves: the gait model, a recording."""

    @property
    def rate_hz(self) -> float: ...

    @property
    def acc_range_g(self) -> float: ...

    @property
    def gyro_range_dps(self) -> float | None: ...

    @property
    def finished(self) -> bool:
        """Nothing more will come."""
        ...

    def take(self, until_s: float) -> Samples:
        """The samples with t_s < until_s that were not taken yet."""
        ...
