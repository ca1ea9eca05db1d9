"""Filters of the two paths: causal with carried state, and zero-phase on a buffered stride.

Smoothing inside a stride uses symmetric Hann kernels: zero phase by construction, no edge transients to
pad away, and a few microseconds a call. A Hann kernel of length L seconds has its -3 dB point near 0.72 / L.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

__all__ = ["hann_smooth", "low_pass_sos", "upsample", "zero_phase"]

Floats = NDArray[np.float64]


@lru_cache(maxsize=64)
def low_pass_sos(order: int, cutoff_hz: float, rate_hz: float) -> Floats:
    """Second-order sections of a Butterworth low-pass; the cut-off is held below 0.45 of the rate."""
    cutoff_hz = min(cutoff_hz, 0.45 * rate_hz)
    return np.asarray(signal.butter(order, cutoff_hz, fs=rate_hz, output="sos"), dtype=np.float64)


@lru_cache(maxsize=64)
def _hann(half: int) -> Floats:
    kernel = np.hanning(2 * half + 3)[1:-1]
    return np.asarray(kernel / kernel.sum(), dtype=np.float64)


def hann_smooth(x: Floats, cutoff_hz: float, rate_hz: float) -> Floats:
    """(n,) smoothed with zero phase; ends are held.

    A whole number of rows wide, so at a low rate it takes more than it is asked: -3 dB of "10 Hz" is at
    7.2 Hz with 100 rows a second, 9.0 with 200 and 9.8 with 1000.
    """
    half = round(0.36 * rate_hz / cutoff_hz)
    if half < 1 or x.shape[0] == 0:
        return x
    padded = np.empty(x.shape[0] + 2 * half)
    padded[:half], padded[half:-half], padded[-half:] = x[0], x, x[-1]
    return np.correlate(padded, _hann(half), "valid")  # the kernel is even


def zero_phase(x: Floats, cutoff_hz: float, rate_hz: float) -> Floats:
    """(channels, n) through a second-order Butterworth forward and backward: -6 dB at the cut-off."""
    pad = min(x.shape[-1] - 1, round(3 * rate_hz / cutoff_hz))
    y = signal.sosfiltfilt(low_pass_sos(2, cutoff_hz, rate_hz), x, axis=-1, padlen=pad)
    return np.asarray(y, dtype=np.float64)


@lru_cache(maxsize=16)
def _sinc(factor: int) -> Floats:
    """Kaiser-windowed sinc that passes 80 % of the old band flat."""
    half = 10
    n = np.arange(-half * factor, half * factor + 1)
    return np.asarray(np.sinc(n / factor) * np.kaiser(n.shape[0], 6.0), dtype=np.float64)


def upsample(x: Floats, factor: int) -> Floats:
    """(channels, n) -> (channels, (n - 1) * factor + 1); the old samples stay what they were."""
    if factor == 1:
        return x
    taps = _sinc(factor)
    reach = (taps.shape[0] - 1) // 2
    wide = signal.upfirdn(taps, np.pad(x, ((0, 0), (10, 10)), mode="edge"), up=factor, axis=-1)
    start = reach + 10 * factor
    return np.asarray(wide[:, start : start + (x.shape[1] - 1) * factor + 1], dtype=np.float64)
