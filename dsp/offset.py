"""What a gyroscope shows of a leg that does not turn, as standing and strides tell it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.vectors import Vector, dot

__all__ = ["Offset"]

# A stride's two ends are not that alike, so it is followed by a part of what it says more, and of that of a
# stumble or a turn on the spot by no more than that of so many deg/s.
FOLLOWED, MOST_MORE_DPS = 0.2, 3.0
STEADY_DPS = 2.0  # standard deviation of a leg that stands, all axes together
MOST_DPS = 25.0  # of the cheapest sensors; more is a turn


@dataclass(slots=True)
class Offset:
    """dps: in the sensor's frame, so it stays with the sensor however that is worn; None until told."""

    dps: Vector | None = None

    @property
    def known_dps(self) -> Vector:
        return self.dps or (0.0, 0.0, 0.0)

    def stride(self, told_dps: Vector) -> None:
        """What a stride's two ends say."""
        if self.dps is None:
            self.dps = told_dps
            return
        x, y, z = self.dps
        more = (told_dps[0] - x, told_dps[1] - y, told_dps[2] - z)
        part = FOLLOWED * min(1.0, MOST_MORE_DPS / max(dot(more, more) ** 0.5, 1e-9))
        self.dps = (x + part * more[0], y + part * more[1], z + part * more[2])

    def stand(self, gyro_dps: NDArray[np.float64]) -> None:
        """(3, n) of a moment of standing still."""
        x, y, z = gyro_dps.mean(axis=1).tolist()
        if float(gyro_dps.var(axis=1).sum()) <= STEADY_DPS**2 and x * x + y * y + z * z <= MOST_DPS**2:
            self.dps = (x, y, z)
