"""The yardstick: the least that any offline detector does with a recording."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

__all__ = ["channels_of", "filter_and_find", "yardstick_sos"]

CUTOFF_HZ = 60.0


def yardstick_sos(rate_hz: float) -> NDArray[np.float64]:
    """Second-order Butterworth low-pass, 60 Hz or as near to it as the rate allows."""
    return np.asarray(signal.butter(2, min(CUTOFF_HZ, 0.4 * rate_hz), fs=rate_hz, output="sos"))


def channels_of(acc_g: NDArray[np.float64], gyro_dps: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """(n, 3 or 6) the recording's channels side by side."""
    return acc_g if gyro_dps is None else np.hstack((acc_g, gyro_dps))


def filter_and_find(channels: NDArray[np.float64], rate_hz: float) -> NDArray[np.intp]:
    """One zero-phase filter over all channels, the peaks of the resultant: sosfiltfilt + find_peaks."""
    smooth = signal.sosfiltfilt(yardstick_sos(rate_hz), channels, axis=0)
    size = np.sqrt((smooth[:, :3] * smooth[:, :3]).sum(axis=1))
    return np.asarray(signal.find_peaks(size, height=2.0, distance=int(0.4 * rate_hz))[0])
