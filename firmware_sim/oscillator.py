"""A sensor's own clock: it starts when the sensor does and runs a little too fast or too slow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Oscillator"]


@dataclass(frozen=True, slots=True)
class Oscillator:
    """skew_ppm: how much too fast at run time 0; drift_ppm_per_min: how much that grows every minute."""

    skew_ppm: float = 0.0
    drift_ppm_per_min: float = 0.0

    def elapsed_us(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """What it has counted at run times t_s, µs, from run time 0. t_s: (n,) s."""
        return t_s * 1e6 + t_s * self.skew_ppm + t_s**2 * (self.drift_ppm_per_min / 120.0)

    def at_us(self, t_s: float) -> float:
        """The same for one moment."""
        return float(self.elapsed_us(np.array([t_s]))[0])
