"""Peaks of one impact, from the stride's own zero-phase filter on an upsampled window.

Upsampling, filtering and taking spectral lines of a window of fixed length are linear: each is one matrix,
made once from the filter itself, so that a stride costs two small products and no filter start-up.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.contact import StrideWindow
from dsp.filters import upsample, zero_phase
from dsp.params import Params
from dsp.peaks import parabola

__all__ = ["FILTER_ID", "Impact", "impact_of"]

Floats = NDArray[np.float64]

FILTER_ID = "bw2x2-60-zp"
FINE_HZ = 1000.0
BEFORE_S, AFTER_S = 0.1, 0.2  # of the window that is filtered
PEAK_BEFORE_S, PEAK_AFTER_S = 0.010, 0.075  # of the window in which the peak is
BAND_HZ = (10, 20)
RINGING_RATE_HZ = 190.0


@dataclass(frozen=True, slots=True)
class Impact:
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
def _lines(n: int, rate_hz: float) -> NDArray[np.complex128]:
    """(n, lines): detrending, zero-padding to one second, and the Fourier lines of the band."""
    size = max(n, round(rate_hz))
    spectrum = np.fft.rfft(signal.detrend(np.eye(n), axis=1), size, axis=1)
    return np.ascontiguousarray(spectrum[:, BAND_HZ[0] : BAND_HZ[1] + 1])


def impact_of(window: StrideWindow, contact: float, *, up: Floats | None, params: Params) -> Impact:
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
    rows = np.ascontiguousarray(window.acc[:, a:b])
    acc = rows @ _fine_filter(b - a, factor, rate, params.metric_hz)
    at = (contact - a) * factor
    lo = max(0, round(at - PEAK_BEFORE_S * fine))
    hi = min(acc.shape[1] - 1, round(at + PEAK_AFTER_S * fine) + 1)
    size = np.sqrt(acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2)
    k = lo + int(np.argmax(size[lo:hi]))
    slope = size[lo + 1 : k + 1] - size[lo:k]
    axial = None
    if up is not None:
        y = up[0] * acc[0] + up[1] * acc[1] + up[2] * acc[2]
        axial = parabola(y, lo + int(np.argmax(y[lo:hi])))[1]
    line = window.resultant[a:b] @ _lines(b - a, rate)
    return Impact(
        resultant_g=parabola(size, k)[1],
        axial_g=axial,
        jerk_g_per_s=float(slope.max()) * fine if k > lo else None,
        power_g2=float(2.0 * (line.real**2 + line.imag**2).sum() / (rate * (b - a))),
        ringing=_ringing(window, a + k / factor),
    )


def _ringing(window: StrideWindow, peak: float) -> float | None:
    """Energy above 40 Hz in [peak + 20 ms, peak + 120 ms] against that of the impact within 20 ms of it."""
    rate = window.rate_hz
    before, after, end = int(peak - 0.02 * rate), int(peak + 0.02 * rate), int(peak + 0.12 * rate)
    if rate < RINGING_RATE_HZ or before < 0 or end > window.resultant.shape[0]:
        return None
    x = window.resultant[before:end]
    fast = (x - window.smooth(x, 40.0))[after - before :]
    shock = x[: after - before] - x[: after - before].mean()
    whole = float((shock * shock).sum())
    return float((fast * fast).sum()) / whole if whole > 0.0 else None
