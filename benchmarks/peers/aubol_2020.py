"""Aubol & Milner 2020: initial contact from resultant tibial acceleration and its jerk."""

import numpy as np
from scipy import signal

from benchmarks.peers.method import Method
from benchmarks.peers.signals import contacts, even, low_pass, resultant_g
from benchmarks.trial import Contacts, Trial

__all__ = ["AUBOL_2020"]

CUTOFF_HZ = 70.0
SHORTEST_STRIDE_S = 0.42
JERK_WITHIN_S, MINIMUM_WITHIN_S, OTHER_PEAK_S = 0.150, 0.075, 0.025
PROMINENCE = 0.2


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    size = low_pass(resultant_g(data.acc_g), CUTOFF_HZ, data.rate_hz)
    jerk = np.gradient(size) * data.rate_hz
    third = float(np.sort(size[signal.argrelmax(size)[0]])[-3:][0])
    peaks = signal.find_peaks(size, height=0.5 * third, distance=data.samples(SHORTEST_STRIDE_S))[0]
    minima = signal.find_peaks(-size, prominence=PROMINENCE * third)[0]
    maxima = signal.find_peaks(size, prominence=PROMINENCE * third)[0]
    minima = minima[[not _follows(m, maxima, data.samples(OTHER_PEAK_S)) for m in minima.tolist()]]
    initial: list[int] = []
    for peak in peaks:
        low = max(0, int(peak) - data.samples(JERK_WITHIN_S))
        steep = low + int(jerk[low : peak + 1].argmax())
        near = minima[(minima <= steep) & (minima >= steep - data.samples(MINIMUM_WITHIN_S))]
        if near.size:
            initial.append(int(near[-1]))
    return contacts(data, initial, [np.nan] * len(initial))


def _follows(minimum: int, maxima: np.ndarray[tuple[int], np.dtype[np.intp]], within: int) -> bool:
    return bool(((maxima < minimum) & (maxima >= minimum - within)).any())


AUBOL_2020 = Method(
    name="Aubol & Milner 2020",
    source="Aubol KG, Milner CE 2020, as described by Kiernan et al. 2023, doi 10.3390/s23115022",
    site="shin",
    needs_gyro=False,
    gives_toe_off=False,
    needs="nothing more",
    reading="peaks of at least half the third-highest, at most 4.75 steps/s",
    detect=detect,
)
