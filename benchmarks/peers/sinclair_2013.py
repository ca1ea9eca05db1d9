"""Sinclair 2013: zero-crossing and plateau of the axial acceleration of the tibia."""

import numpy as np
from scipy import signal

from benchmarks.peers.method import Method
from benchmarks.peers.signals import axial, contacts, even, low_pass
from benchmarks.trial import Contacts, Trial

__all__ = ["SINCLAIR_2013"]

CUTOFF_HZ = 60.0
POSITIVE_S = 0.020
SHORTEST_STRIDE_S = 0.42
PLATEAU = 0.1


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    along = low_pass(data.acc_g @ axial(trial), CUTOFF_HZ, data.rate_hz)
    along = along - along.mean()
    slope = np.gradient(along)
    positive = data.samples(POSITIVE_S)
    rising = np.flatnonzero((along[1:] > 0) & (along[:-1] <= 0)) + 1
    rising = rising[[bool((along[k : k + positive] > 0).all()) for k in rising]] if rising.size else rising
    peaks = signal.find_peaks(along, height=2 * along.std(), distance=data.samples(SHORTEST_STRIDE_S))[0]
    maxima = signal.find_peaks(along, prominence=0.25 * along.std())[0]
    initial: list[int] = []
    off: list[int | float] = []
    for peak in peaks:
        before = rising[rising <= peak]
        if not before.size:
            continue
        initial.append(int(before[-1]))
        second = maxima[maxima > peak]
        off.append(_plateau(slope, int(second[0])) if second.size else np.nan)
    return contacts(data, initial, off)


def _plateau(slope: np.ndarray[tuple[int], np.dtype[np.float64]], peak: int) -> int | float:
    """First sample after the fall from a peak where the slope has died down to a tenth of its steepest."""
    steepest = 0.0
    for index in range(peak + 1, slope.shape[0]):
        steepest = min(steepest, float(slope[index]))
        if steepest < 0 and slope[index] > PLATEAU * steepest:
            return index
    return np.nan


SINCLAIR_2013 = Method(
    name="Sinclair 2013",
    source="Sinclair J et al. 2013, as described by Kiernan et al. 2023, doi 10.3390/s23115022",
    site="shin",
    needs_gyro=False,
    gives_toe_off=True,
    needs="axial axis",
    reading="mean removed; impacts 2 SD high, second peak 0.25 SD; plateau = slope a tenth of the steepest",
    detect=detect,
)
