"""Falbriard 2018: shoe contacts as the two minima of pitch rate between mid-swings."""

from itertools import pairwise

import numpy as np
from scipy import signal

from benchmarks.peers.method import Method
from benchmarks.peers.signals import contacts, even, lateral_rate, low_pass, stride_time_s
from benchmarks.trial import Contacts, Trial

__all__ = ["FALBRIARD_2018"]

CUTOFF_HZ = 30.0
SWING_SHARE = 0.6


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    rate = lateral_rate(trial, data)
    fine = low_pass(rate, CUTOFF_HZ, data.rate_hz)
    period_s = stride_time_s(data)
    coarse = low_pass(rate, 3.0 / period_s, data.rate_hz)
    swings = signal.find_peaks(
        coarse,
        height=0.4 * float(np.quantile(coarse, 0.98)),
        distance=max(1, data.samples(SWING_SHARE * period_s)),
    )[0]
    initial: list[int] = []
    off: list[int | float] = []
    for swing, following in pairwise(swings.tolist()):
        if following - swing > data.samples(2 * period_s):
            continue
        middle = (swing + following) // 2
        initial.append(int(swing + fine[swing:middle].argmin()))
        off.append(int(middle + fine[middle:following].argmin()))
    return contacts(data, initial, off)


FALBRIARD_2018 = Method(
    name="Falbriard 2018",
    source="Falbriard M et al. 2018, doi 10.3389/fphys.2018.00610",
    site="shoe",
    needs_gyro=True,
    gives_toe_off=True,
    needs="gyroscope, pitch axis",
    reading="the speed-dependent correction is not applied; mid-swings 0.6 stride times apart",
    detect=detect,
)
