"""A recording played as if a sensor were measuring it now, gaps and uneven times included."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from firmware_sim.encoder import ACC_RANGES_G
from firmware_sim.motion import Samples

__all__ = ["GYRO_RANGES_DPS", "Player", "number_samples", "smallest_range"]

GYRO_RANGES_DPS: Final = (250, 500, 1000, 2000, 4000)
_PLAYED_RANGES_G: Final = tuple(range_g for range_g in ACC_RANGES_G if range_g >= 8)
# A recording whose largest value comes this close to a standard range has reached its rail there.
_RAIL: Final = 0.99
# A sample that one late or early time stamp moved is no gap: five samples outvote two.
_JITTER_SAMPLES: Final = 5


def smallest_range(values: NDArray[np.float64], ranges: tuple[int, ...]) -> int:
    """The smallest of the ranges that holds all values; the largest when none does."""
    largest = float(np.max(np.abs(values), initial=0.0))
    return next((full_scale for full_scale in ranges if largest <= full_scale), ranges[-1])


def number_samples(t_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) int64 sample numbers from times: they jump where samples are missing, not where stamps jitter.

    The median of the deviation from an even grid passes lasting steps (missing samples) and not single
    displaced stamps.
    """
    n = t_us.shape[0]
    if n < 2:
        return np.arange(n, dtype=np.int64)
    between_us = np.diff(t_us)
    usual_us = float(np.median(between_us))
    # Jitter biases the median of differences, the mean over all intervals it does not.
    intervals = np.maximum(1, np.rint(between_us / usual_us))
    interval_us = float(between_us.sum() / intervals.sum())
    grid_us = np.arange(n) * interval_us
    even_us = median_filter(t_us - t_us[0] - grid_us, size=_JITTER_SAMPLES, mode="nearest") + grid_us
    steps = np.maximum(1, np.rint(np.diff(even_us) / interval_us)).astype(np.int64)
    return np.concatenate(([0], np.cumsum(steps)))


def _rails_to_full_scale(acc_g: NDArray[np.float64], range_g: int) -> NDArray[np.float64]:
    # A ±8 g sensor's own rail is read as 7.97 g: at the end of our range it is flagged as what it is.
    high, low = float(acc_g.max(initial=0.0)), float(acc_g.min(initial=0.0))
    railed = acc_g.copy()
    if high >= _RAIL * range_g:
        railed[acc_g >= high] = range_g
    if low <= -_RAIL * range_g:
        railed[acc_g <= low] = -range_g
    return railed


class Player:
    """A Source over the arrays of a recording.

    t_us: (n,) int64, strictly increasing; acc_g: (n, 3) g; gyro_dps: (n, 3) deg/s or None.
    rate_hz counts the missing samples too; ranges are the smallest standard ones that hold the data.
    """

    def __init__(
        self, t_us: NDArray[np.int64], acc_g: NDArray[np.float64], gyro_dps: NDArray[np.float64] | None = None
    ) -> None:
        if t_us.shape[0] < 2:
            raise ValueError(
                f"a recording of {t_us.shape[0]} samples cannot be played: at least 2 are needed"
            )
        acc_range_g = smallest_range(acc_g, _PLAYED_RANGES_G)
        self.acc_range_g = float(acc_range_g)
        self.gyro_range_dps = None if gyro_dps is None else float(smallest_range(gyro_dps, GYRO_RANGES_DPS))
        self._index = number_samples(t_us)
        self.rate_hz = float(self._index[-1]) / (int(t_us[-1] - t_us[0]) * 1e-6)
        self._t_s = (t_us - t_us[0]) * 1e-6
        self._acc_g = _rails_to_full_scale(acc_g, acc_range_g)
        self._gyro_dps = gyro_dps
        self._taken = 0

    @property
    def duration_s(self) -> float:
        """From the first sample to the last."""
        return float(self._t_s[-1])

    @property
    def finished(self) -> bool:
        return self._taken == len(self._t_s)

    def take(self, until_s: float) -> Samples:
        """The samples with t_s < until_s that were not taken yet."""
        piece = slice(self._taken, max(self._taken, int(np.searchsorted(self._t_s, until_s))))
        self._taken = piece.stop
        gyro_dps = None if self._gyro_dps is None else self._gyro_dps[piece]
        return Samples(self._index[piece], self._t_s[piece], self._acc_g[piece], gyro_dps)
