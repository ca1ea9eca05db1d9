"""What all methods of the literature start from: an even time grid, the segment's axes, a low-pass filter.

The authors aligned their sensors by hand. Here every peer is given its axes: the axial one where the
recording's description names it, else the mean acceleration (gravity); the sagittal ones where a
simulation knows them, else by the variance that a leg's swing leaves. Filters are zero-phase Butterworth,
two passes of second order, as in offline work.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from benchmarks.trial import Contacts, Trial

__all__ = [
    "Even",
    "anterior",
    "axial",
    "contacts",
    "even",
    "lateral_rate",
    "low_pass",
    "resultant_g",
    "stride_time_s",
]

Floats = NDArray[np.float64]

QUIET_DPS = 40.0
LONGEST_STRIDE_S, SHORTEST_STRIDE_S = 1.6, 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Even:
    """A trial on an even grid: missing and uneven samples are interpolated linearly."""

    start_s: float
    rate_hz: float
    acc_g: Floats
    gyro_dps: Floats | None

    def samples(self, seconds: float) -> int:
        return max(1, round(seconds * self.rate_hz))

    def seconds(self, index: Floats | NDArray[np.intp]) -> Floats:
        return self.start_s + np.asarray(index, dtype=np.float64) / self.rate_hz


def even(trial: Trial) -> Even:
    count = int((trial.t_s[-1] - trial.t_s[0]) * trial.rate_hz) + 1
    grid_s = trial.t_s[0] + np.arange(count) / trial.rate_hz
    return Even(
        start_s=float(trial.t_s[0]),
        rate_hz=trial.rate_hz,
        acc_g=_interpolate(grid_s, trial.t_s, trial.acc_g),
        gyro_dps=None if trial.gyro_dps is None else _interpolate(grid_s, trial.t_s, trial.gyro_dps),
    )


def _interpolate(grid_s: Floats, t_s: Floats, values: Floats) -> Floats:
    return np.column_stack([np.interp(grid_s, t_s, values[:, k]) for k in range(values.shape[1])])


def low_pass(values: Floats, cutoff_hz: float, rate_hz: float) -> Floats:
    """Unchanged where the cut-off is too near the Nyquist frequency to be built."""
    if cutoff_hz >= 0.45 * rate_hz:
        return values
    sos = signal.butter(2, cutoff_hz, fs=rate_hz, output="sos")
    return np.asarray(signal.sosfiltfilt(sos, values, axis=0), dtype=np.float64)


def resultant_g(acc_g: Floats) -> Floats:
    return np.asarray(np.sqrt((acc_g * acc_g).sum(axis=1)), dtype=np.float64)


def axial(trial: Trial) -> Floats:
    """Unit vector along the segment, up: standing still it reads +1 g."""
    mean = trial.acc_g.mean(axis=0)
    axis = mean if trial.axial is None else trial.axial * np.sign(trial.axial @ mean)
    return np.asarray(axis / np.linalg.norm(axis), dtype=np.float64)


def anterior(trial: Trial, data: Even, impacts: NDArray[np.intp]) -> Floats:
    """Unit vector forward: most of the transverse variance; the foot is braked (negative) around impacts."""
    up = axial(trial)
    if trial.lateral is not None:
        return np.cross(up, trial.lateral)
    transverse = low_pass(data.acc_g - np.outer(data.acc_g @ up, up), 15.0, data.rate_hz)
    centred = transverse - transverse.mean(axis=0)
    forward = np.linalg.svd(centred.T @ centred)[0][:, 0]
    braking = centred[impacts] @ forward
    return np.asarray(-forward if braking.size and np.median(braking) > 0 else forward, dtype=np.float64)


def lateral_rate(trial: Trial, data: Even) -> Floats:
    """Rotation rate about the medio-lateral axis, deg/s, positive in mid-swing.

    The axis carries most of the rotation. The sign: the shank swings forward faster than it rolls over the
    foot; the foot leaves the ground, out of rest, by turning the other way first.
    """
    assert data.gyro_dps is not None, "asked only of recordings with a gyroscope"
    if trial.lateral is not None:
        return np.asarray(data.gyro_dps @ trial.lateral, dtype=np.float64)
    centred = data.gyro_dps - np.median(data.gyro_dps, axis=0)
    rate: Floats = centred @ np.linalg.svd(centred.T @ centred)[0][:, 0]
    smooth = low_pass(rate, 10.0, data.rate_hz)
    if trial.site == "shin":
        return rate if np.mean(smooth**3) > 0 else -rate
    moving = np.abs(smooth) > 150.0
    starts = np.flatnonzero(moving[1:] & ~moving[:-1]) + 1
    rest = data.samples(0.08)
    first = [
        smooth[k] for k in starts if k > rest and np.abs(smooth[k - rest : k - 1]).mean() < QUIET_DPS * 2
    ]
    return -rate if first and np.median(first) > 0 else rate


def stride_time_s(data: Even) -> float:
    """The strongest repetition of the resultant between the shortest and the longest stride time."""
    smooth = low_pass(resultant_g(data.acc_g), 15.0, data.rate_hz)
    smooth = smooth - smooth.mean()
    spectrum = np.fft.rfft(smooth, 2 * smooth.size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)
    low, high = data.samples(SHORTEST_STRIDE_S), data.samples(LONGEST_STRIDE_S)
    return float((low + int(np.argmax(correlation[low:high]))) / data.rate_hz)


def contacts(data: Even, initial: list[int], off: list[int | float]) -> Contacts:
    """Sample indices (NaN for no toe-off) to times, doubles removed."""
    index = np.array(initial, dtype=np.float64)
    off_index = np.array(off, dtype=np.float64)
    _, first = np.unique(index, return_index=True)
    return Contacts(data.seconds(index[first]), data.seconds(off_index[first]))
