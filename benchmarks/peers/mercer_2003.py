"""Mercer 2003: shapes of the axial acceleration of the leg."""

import numpy as np
from scipy import signal

from benchmarks.peers.method import Method
from benchmarks.peers.signals import axial, contacts, even, low_pass
from benchmarks.trial import Contacts, Trial

__all__ = ["MERCER_2003"]

CUTOFF_HZ = 15.0
SHORTEST_STRIDE_S = 0.42
PROMINENCE_G = 0.8
OWN_PEAK_S = 0.020


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    raw = data.acc_g @ axial(trial)
    smooth = low_pass(raw, CUTOFF_HZ, data.rate_hz)
    height = raw.mean() + 1.5 * raw.std()
    peaks = signal.find_peaks(raw, height=height, distance=data.samples(SHORTEST_STRIDE_S))[0]
    maxima = signal.find_peaks(smooth, prominence=PROMINENCE_G)[0]
    minima = signal.argrelmin(smooth)[0]
    deep = signal.find_peaks(-smooth, prominence=PROMINENCE_G)[0]
    initial: list[int] = []
    off: list[int | float] = []
    for peak in peaks:
        before = minima[minima < peak]
        if not before.size:
            continue
        second = maxima[maxima > peak + data.samples(OWN_PEAK_S)]
        after = deep[deep > second[0]] if second.size else second
        initial.append(int(before[-1]))
        off.append(int(after[0]) if after.size else np.nan)
    return contacts(data, initial, off)


MERCER_2003 = Method(
    name="Mercer 2003",
    source="Mercer JA et al. 2003, as described by Kiernan et al. 2023, doi 10.3390/s23115022",
    site="shin",
    needs_gyro=False,
    gives_toe_off=True,
    needs="axial axis",
    reading="impacts 1.5 SD above the mean, at most 4.75 steps/s; later humps at least 0.8 g prominent",
    detect=detect,
)
