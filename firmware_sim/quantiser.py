"""From g and deg/s to the integers of a DATA packet."""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.encoder import FULL_SCALE_LSB, Config, Layout
from firmware_sim.motion import Samples

__all__ = ["quantise"]

_LOWEST, _HIGHEST = -FULL_SCALE_LSB, FULL_SCALE_LSB - 1


def quantise(samples: Samples, config: Config) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """((n, channels) int16, (n,) bool): the channels of config's layout, and where one is at its end."""
    parts = [samples.acc_g / config.acc_range_g]
    if config.layout is not Layout.ACC:
        assert samples.gyro_dps is not None  # INFO offers these layouts only with a gyroscope
        parts.append(samples.gyro_dps / config.gyro_range_dps)
    if config.layout is Layout.HIGH_G:
        parts.append(samples.acc_g / config.high_g_range_g)
    whole = np.rint(np.hstack(parts) * FULL_SCALE_LSB)
    clipped = np.any((whole >= _HIGHEST) | (whole <= _LOWEST + 1), axis=1)
    return np.clip(whole, _LOWEST, _HIGHEST).astype(np.int16), clipped
