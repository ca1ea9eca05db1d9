"""Van den Berghe 2021: the peak detector of a shock feedback system."""

import numpy as np

from benchmarks.peers.method import Method
from benchmarks.peers.signals import axial, contacts, even
from benchmarks.trial import Contacts, Trial

__all__ = ["VAN_DEN_BERGHE_2021"]

THRESHOLD_G = 3.0
NOTHING_HIGHER_S = 0.375


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    along = data.acc_g @ axial(trial)
    wait = data.samples(NOTHING_HIGHER_S)
    initial: list[int] = []
    index, end = 0, along.size
    while index < end:
        if along[index] > THRESHOLD_G:
            window = along[index : index + wait + 1]
            highest = index + int(window.argmax())
            if highest != index:
                index = highest
                continue
            initial.append(index)
            index += wait
        index += 1
    return contacts(data, initial, [np.nan] * len(initial))


VAN_DEN_BERGHE_2021 = Method(
    name="Van den Berghe 2021",
    source="Van den Berghe P et al. 2021, doi 10.1038/s41598-021-83538-w",
    site="shin",
    needs_gyro=False,
    gives_toe_off=False,
    needs="axial axis",
    reading="a peak above 3 g with nothing higher in the next 375 ms; the peak itself is the contact",
    detect=detect,
)
