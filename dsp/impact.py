"""Peaks of one impact, from the stride's own zero-phase filter on an upsampled window."""

from dataclasses import dataclass

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
RINGING_RATE_HZ = 190.0


@dataclass(frozen=True, slots=True)
class Impact:
    resultant_g: float | None
    axial_g: float | None
    jerk_g_per_s: float | None
    power_g2: float | None = None
    ringing: float | None = None


def impact_of(window: StrideWindow, contact: float, *, up: Floats | None, params: Params) -> Impact:
    """Peaks in [contact - 10 ms, contact + 75 ms]."""
    rate = window.rate_hz
    a, b = max(0, int(contact - 0.1 * rate)), min(window.acc.shape[1], int(contact + 0.2 * rate) + 1)
    if b - a < round(0.12 * rate):
        return Impact(None, None, None)
    factor = max(1, round(FINE_HZ / rate))
    fine = rate * factor
    acc = zero_phase(upsample(window.acc[:, a:b], factor), params.metric_hz, fine)
    lo = max(0, round((contact - a) * factor - 0.010 * fine))
    hi = min(acc.shape[1], round((contact - a) * factor + 0.075 * fine) + 1)
    if hi - lo < 3:
        return Impact(None, None, None)
    size = np.sqrt(acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2)
    k = lo + int(np.argmax(size[lo:hi]))
    peak = parabola(size, k)[1]
    slope = np.diff(size[lo : k + 1])
    jerk = float(slope.max()) * fine if slope.shape[0] else None
    axial = None
    if up is not None:
        y = up[0] * acc[0] + up[1] * acc[1] + up[2] * acc[2]
        axial = parabola(y, lo + int(np.argmax(y[lo:hi])))[1]
    peak_row = a + k / factor
    return Impact(peak, axial, jerk, _power(window, contact), _ringing(window, peak_row))


def _power(window: StrideWindow, contact: float) -> float | None:
    """Power of the resultant at 10-20 Hz in [contact - 100 ms, contact + 200 ms], g2 (Shorten 1992)."""
    rate = window.rate_hz
    a, b = int(contact - 0.1 * rate), int(contact + 0.2 * rate)
    if a < 0 or b > window.resultant.shape[0]:
        return None
    x = signal.detrend(window.resultant[a:b])
    n = round(rate)  # zero-padded to one second: one line a hertz
    lines = np.fft.rfft(x, max(n, b - a))[10:21]
    return float(2.0 * (lines.real**2 + lines.imag**2).sum() / (rate * (b - a)))


def _ringing(window: StrideWindow, peak: float) -> float | None:
    """Energy above 40 Hz in [peak + 20 ms, peak + 120 ms] against that of the impact around the peak."""
    rate = window.rate_hz
    n = window.resultant.shape[0]
    before, after, end = int(peak - 0.02 * rate), int(peak + 0.02 * rate), int(peak + 0.12 * rate)
    if rate < RINGING_RATE_HZ or before < 0 or end > n:
        return None
    x = window.acc[:, before:end]
    fast = x - np.stack([window.smooth(row, 40.0) for row in x])
    shock = x[:, : after - before]
    whole = float(((shock - shock.mean(axis=1, keepdims=True)) ** 2).sum())
    return float((fast[:, after - before :] ** 2).sum()) / whole if whole > 0.0 else None
