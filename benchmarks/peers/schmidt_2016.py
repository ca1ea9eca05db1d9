"""Schmidt 2016: shank contacts in sprinting from the gyroscope and the axial acceleration."""

import numpy as np

from benchmarks.peers.method import Method
from benchmarks.peers.signals import axial, contacts, even, lateral_rate
from benchmarks.trial import Contacts, Trial

__all__ = ["SCHMIDT_2016"]

THRESHOLD_G = 5.0
BEFORE_S = 0.050
TOE_OFF_FROM_S, TOE_OFF_TO_S, AFTER_S = 0.090, 0.240, 0.050


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    along = data.acc_g @ axial(trial)
    rate = lateral_rate(trial, data)
    loud = along > THRESHOLD_G
    crossings = np.flatnonzero(loud[1:] & ~loud[:-1]) + 1
    falling = rate[crossings] < rate[np.maximum(crossings - data.samples(0.03), 0)]
    initial: list[int] = []
    off: list[int | float] = []
    for crossing in crossings[falling]:
        low = max(0, int(crossing) - data.samples(BEFORE_S))
        contact = low + int(along[low : crossing + 1].argmin())
        if initial and contact - initial[-1] < data.samples(TOE_OFF_TO_S):
            continue
        start, stop = contact + data.samples(TOE_OFF_FROM_S), contact + data.samples(TOE_OFF_TO_S)
        if stop + data.samples(AFTER_S) >= along.size:
            continue
        turn = start + int(rate[start:stop].argmin())
        initial.append(contact)
        off.append(turn + int(along[turn : turn + data.samples(AFTER_S)].argmin()))
    return contacts(data, initial, off)


SCHMIDT_2016 = Method(
    name="Schmidt 2016",
    source="Schmidt M et al. 2016, as described by Kiernan et al. 2023, doi 10.3390/s23115022",
    site="shin",
    needs_gyro=True,
    gives_toe_off=True,
    needs="gyroscope, axial axis",
    reading="made for sprinting; axial minimum in the 50 ms before 5 g is passed",
    detect=detect,
)
