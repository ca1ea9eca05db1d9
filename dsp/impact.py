"""Peaks of one impact, from the stride's own zero-phase filter on an upsampled window.

Upsampling, filtering and taking spectral lines of a window of fixed length are linear: each is one matrix,
made once from the filter itself, so that a stride costs two small products and no filter start-up.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.filters import upsample, zero_phase
from dsp.params import Params
from dsp.peaks import parabola
from dsp.vectors import Vector, size
from dsp.window import StrideWindow

__all__ = ["FILTER_ID", "Impact", "impact_of"]

Floats = NDArray[np.float64]

FILTER_ID = "bw2x2-60-zp"
FINE_HZ = 1000.0
BEFORE_S, AFTER_S = 0.1, 0.2  # of the window that is filtered
PEAK_BEFORE_S, PEAK_AFTER_S = 0.010, 0.075  # of the window in which the peak is
BAND_HZ = (10, 20)
RINGING_HZ, RINGING_RATE_HZ = 25.0, 190.0


class Impact(NamedTuple):
    """power_g2: of the resultant at 10-20 Hz. ringing: fast energy after the impact against the impact's."""

    resultant_g: float | None = None
    axial_g: float | None = None
    jerk_g_per_s: float | None = None
    power_g2: float | None = None
    ringing: float | None = None


@lru_cache(maxsize=8)
def _fine_filter(n: int, factor: int, rate_hz: float, cutoff_hz: float) -> Floats:
    """(n, fine n): upsampling and the dual-pass filter of n rows at once."""
    return np.ascontiguousarray(zero_phase(upsample(np.eye(n), factor), cutoff_hz, rate_hz * factor))


@lru_cache(maxsize=8)
def _lines(n: int, rate_hz: float) -> Floats:
    """(n, 2 lines): detrending, zero-padding to one second, real and imaginary Fourier lines of the band."""
    length = max(n, round(rate_hz))
    spectrum = np.fft.rfft(signal.detrend(np.eye(n), axis=1), length, axis=1)
    band = spectrum[:, BAND_HZ[0] : BAND_HZ[1] + 1]
    return np.ascontiguousarray(np.hstack((band.real, band.imag)))


@lru_cache(maxsize=16)
def _ring(shock: int, n: int, rate_hz: float) -> Floats:
    """(n, n): the first rows without their mean, and what is fast of the rows after them."""
    centred = np.eye(n, shock)
    centred[:shock] -= 1.0 / shock
    fast = np.eye(n) - zero_phase(np.eye(n), RINGING_HZ, rate_hz)
    return np.ascontiguousarray(np.hstack((centred, fast[:, shock:])))


def impact_of(window: StrideWindow, contact: float, *, up: Vector | None, params: Params) -> Impact:
    """Peaks of the 60 Hz low-passed acceleration in [contact - 10 ms, contact + 75 ms]."""
    rate = window.rate_hz
    middle = round(contact)
    a, b = middle - round(BEFORE_S * rate), middle + round(AFTER_S * rate) + 1
    if a < 0 or b > window.acc.shape[1]:
        a, b = max(0, a), min(window.acc.shape[1], b)
        if b - middle < round(0.11 * rate) or middle - a < round(0.03 * rate):
            return Impact()
    factor = max(1, round(FINE_HZ / rate))
    fine = rate * factor
    through = _fine_filter(b - a, factor, rate, params.metric_hz)
    at = (contact - a) * factor
    lo = max(0, round(at - PEAK_BEFORE_S * fine))
    hi = min(through.shape[1] - 1, round(at + PEAK_AFTER_S * fine) + 1)
    if hi <= lo:
        return Impact()
    # One more on either side, for the parabola.
    left = max(0, lo - 1)
    acc = window.acc[:, a:b] @ through[:, left : hi + 1]
    total = size(acc)
    first = lo - left
    k = first + int(total[first:-1].argmax())
    rise = total[first + 1 : k + 1] - total[first:k]
    axial = None
    if up is not None:
        y = np.array(up) @ acc
        axial = parabola(y, first + int(y[first:-1].argmax()))[1]
    return Impact(
        resultant_g=parabola(total, k)[1],
        axial_g=axial,
        jerk_g_per_s=float(np.maximum.reduce(rise)) * fine if k > first else None,
        power_g2=_power(window.resultant[a:b], rate),
        ringing=_ringing(window, a + (left + k) / factor),
    )


def _power(resultant: Floats, rate_hz: float) -> float | None:
    """Of the band, one-sided, g²; None where it reaches beyond half the rate."""
    if rate_hz < 2.0 * BAND_HZ[1]:
        return None
    n = resultant.shape[0]
    line = resultant @ _lines(n, rate_hz)
    return float(2.0 * (line @ line) / (rate_hz * n))


def _ringing(window: StrideWindow, peak: float) -> float | None:
    """Energy above 25 Hz in [peak + 20 ms, peak + 120 ms] against that of the impact within 20 ms of it."""
    rate = window.rate_hz
    before, after, end = int(peak - 0.02 * rate), int(peak + 0.02 * rate), int(peak + 0.12 * rate)
    if rate < RINGING_RATE_HZ or before < 0 or end > window.resultant.shape[0]:
        return None
    both = window.resultant[before:end] @ _ring(after - before, end - before, rate)
    shock, fast = both[: after - before], both[after - before :]
    whole = float(shock @ shock)
    return float(fast @ fast) / whole if whole > 0.0 else None
