"""Cadence from a sensor on the hip, independent of anything that dsp does.

Each step shakes the trunk once, whichever leg makes it: the acceleration's autocorrelation has its first high
peak at the step time. That says whether a window is a steady run, and in which octave. The number of steps in
the window, fractions included, is then the phase that the oscillation at the step rate goes through. Nothing
here knows of feet, so no octave error can be shared with a leg-worn sensor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

__all__ = ["DRIFT", "WINDOW_S", "HipCadence", "hip_cadence"]

WINDOW_S = 5.0
FASTEST_SPM, SLOWEST_SPM = 250.0, 80.0
MOVING_G = 0.05
RUNNING_G = 0.2
PERIODIC, STEADY = 0.5, 0.6
AGREE = 0.08
DRIFT = 0.05  # of the window's cadence, in any of its seconds
STOP_S = 3.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HipCadence:
    """start_s (n,): beginnings of consecutive 5 s windows; cadence_spm (n,): NaN where no steady run.

    stops_s: (m, 2) from-to, at least three seconds without movement. drifting_s: beginnings of windows left
    out because the step rate changes within: the filter that follows it does so late.
    """

    start_s: Floats
    cadence_spm: Floats
    stops_s: Floats
    drifting_s: Floats


def hip_cadence(t_s: Floats, acc_g: Floats, rate_hz: float) -> HipCadence:
    """t_s (n,) even, acc_g (n, 3) g."""
    size = np.sqrt((acc_g * acc_g).sum(axis=1))
    sos = signal.butter(2, (1.2, 5.0), btype="bandpass", fs=rate_hz, output="sos")
    band = signal.sosfiltfilt(sos, size)
    length = round(WINDOW_S * rate_hz)
    starts = np.arange(0, size.size - length + 1, length)
    coarse = np.array([_window_spm(band[start : start + length], rate_hz) for start in starts])
    cadence, drifts = np.full(starts.size, np.nan), np.zeros(starts.size, dtype=bool)
    if np.isfinite(coarse).any():
        turns = _turns(size, float(np.nanmedian(coarse)) / 60, rate_hz)
        ends = np.minimum(starts + length, size.size - 1)
        cadence = 60 * rate_hz * (turns[ends] - turns[starts]) / (ends - starts)
        cadence[~(np.abs(cadence / coarse - 1) < AGREE)] = np.nan
        each_s = turns[
            np.minimum(starts[:, None] + round(rate_hz) * np.arange(round(WINDOW_S) + 1), ends[:, None])
        ]
        drifts = np.abs(60 * np.diff(each_s, axis=1) / cadence[:, None] - 1).max(axis=1) > DRIFT
        cadence[drifts] = np.nan
    return HipCadence(t_s[starts], cadence, _stops_s(t_s, band, rate_hz), t_s[starts[drifts]])


def _turns(size: Floats, step_hz: float, rate_hz: float) -> Floats:
    """(n,) steps so far, fractions included: phase of the oscillation within a quarter of the step rate."""
    sos = signal.butter(2, (0.75 * step_hz, 1.25 * step_hz), btype="bandpass", fs=rate_hz, output="sos")
    oscillation = signal.hilbert(signal.sosfiltfilt(sos, size))
    return np.asarray(np.unwrap(np.angle(oscillation)) / (2 * np.pi), dtype=np.float64)


def _window_spm(band: Floats, rate_hz: float) -> float:
    if band.std() < RUNNING_G:
        return float("nan")
    correlation = np.correlate(band, band, mode="full")[band.size - 1 :]
    # Fewer products go into longer lags: without this the first peak is always the highest.
    correlation = correlation / np.arange(band.size, 0, -1) / band.var()
    low, high = int(60 / FASTEST_SPM * rate_hz), int(60 / SLOWEST_SPM * rate_hz)
    peaks = signal.argrelmax(correlation[low - 1 : high + 1])[0] + low - 1
    if not peaks.size or correlation[peaks].max() < PERIODIC:
        return float("nan")
    step = int(peaks[correlation[peaks] > 0.6 * correlation[peaks].max()][0])
    # Left and right steps differ: only strides, pairs of steps, repeat exactly. The last of several strides
    # divides the reading error by their number.
    strides = int(0.5 * band.size / (2 * step))
    lag, likeness = _track(correlation, 2 * step, strides)
    return 120 * rate_hz * strides / lag if likeness > STEADY else float("nan")


def _track(correlation: Floats, stride: int, count: int) -> tuple[float, float]:
    """Lag of the count-th repetition and its height, followed from one to the next, summit by a parabola."""
    estimate, lag, height = float(stride), float("nan"), 0.0
    for number in range(1, count + 1):
        centre, reach = round(estimate * number), max(2, stride // 10)
        index = centre - reach + int(correlation[centre - reach : centre + reach + 1].argmax())
        left, middle, right = correlation[index - 1 : index + 2]
        bend = left - 2 * middle + right
        lag = index + (0.5 * (left - right) / bend if bend < 0 else 0.0)
        estimate, height = lag / number, float(middle)
    return lag, height


def _stops_s(t_s: Floats, band: Floats, rate_hz: float) -> Floats:
    """Stretches of at least three seconds in which one-second windows do not move."""
    second = round(rate_hz)
    energy = np.convolve(band * band, np.full(second, 1 / second), mode="same")
    still = np.concatenate(([False], energy < MOVING_G**2, [False]))
    edges = np.flatnonzero(still[1:] != still[:-1]).reshape(-1, 2)
    long = edges[(edges[:, 1] - edges[:, 0]) >= STOP_S * rate_hz]
    return np.column_stack((t_s[long[:, 0]], t_s[long[:, 1] - 1]))
