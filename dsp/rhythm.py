"""The stride period, from how alike the whole vector signal is to itself one stride later.

One leg's vector signal repeats after a stride and not after a step (stance and swing differ), so the
autocorrelation summed over the axes has its first high peak at the stride: the octave is decided by physics.
A sum of squares over axes does not depend on how the sensor is turned.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.params import Params

__all__ = ["LEAST_FUNDAMENTAL", "SHORTEST_S", "fundamental_share", "stride_period", "thinned_period"]

Floats = NDArray[np.float64]

# One leg does another thing in each half of a stride, so a good part of its power lies at the stride's own
# rate: 14 to 80 % in steady gait, 5 % while it begins, 6 % of steps twice as hard. What repeats by the chance
# beat of faster motions (shaking by hand) has 2 % there.
LEAST_FUNDAMENTAL = 0.05
SHORTEST_S = 0.47  # 255 steps/min, a bout does not begin faster
FIRST_PEAK = 0.8  # the shortest lag within this part of the best one is the stride, not two of them


def autocorrelation(x: Floats) -> Floats:
    """(channels, n) -> (n,) normalised by the energy of the two overlapping parts."""
    x = x - x.mean(axis=1, keepdims=True)
    n = x.shape[1]
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(x, size, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).sum(axis=0)
    raw = np.fft.irfft(power, size)[:n]
    energy = np.concatenate(([0.0], np.cumsum((x * x).sum(axis=0))))
    lag = np.arange(n)
    scale = np.sqrt(energy[n - lag] * (energy[n] - energy[lag]))
    return np.asarray(raw / np.maximum(scale, 1e-9), dtype=np.float64)


def stride_period(x: Floats, shortest: float, longest: float) -> tuple[float, float]:
    """(period in samples of x, likeness in [-1, 1]); period 0 where nothing repeats."""
    r = autocorrelation(x)
    n = r.shape[0]
    a, b = max(1, int(shortest)), min(int(longest) + 1, int(0.7 * n))
    if b - a < 2:
        return 0.0, 0.0
    mid = r[a:b]
    tops = np.flatnonzero((mid > r[a - 1 : b - 1]) & (mid >= r[a + 1 : b + 1]))
    if tops.shape[0] == 0:
        return 0.0, 0.0
    best = float(mid[tops].max())
    if best <= 0.0:
        return 0.0, best
    k = a + int(tops[mid[tops] >= FIRST_PEAK * best][0])
    left, here, right = float(r[k - 1]), float(r[k]), float(r[k + 1])
    bend = left - 2.0 * here + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return k + shift, here


def thinned_period(x: Floats, rate_hz: float, params: Params) -> tuple[float, float]:
    """The same of smoothed rows at about 40 Hz, which is enough: (period in rows of x, likeness)."""
    thin = max(1, round(rate_hz / 40.0))
    period, alike = stride_period(
        x[:, ::thin], params.min_stride_s * rate_hz / thin, params.max_stride_s * rate_hz / thin
    )
    return period * thin, alike


def fundamental_share(x: Floats, period: float, periods: int = 3) -> float:
    """Share of the newest rows' power, (channels, n) without their mean, that lies at one cycle a period."""
    x = x[:, -round(periods * period) :]
    x = x - x.mean(axis=1, keepdims=True)
    n = x.shape[1]
    line = x @ np.exp(-2j * np.pi * np.arange(n) / period)
    whole = float((x * x).sum())
    return 2.0 * float((line.real**2 + line.imag**2).sum()) / (n * whole) if whole > 0.0 else 0.0
