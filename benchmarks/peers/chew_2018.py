"""Chew 2018: shoe contacts from fore-aft and resultant acceleration."""

import numpy as np
from scipy import signal

from benchmarks.peers.method import Method
from benchmarks.peers.signals import anterior, contacts, even, low_pass, resultant_g, stride_time_s
from benchmarks.trial import Contacts, Trial

__all__ = ["CHEW_2018"]

SEARCH_S = 0.075
CUTOFF_HZ = 30.0
TOE_OFF_FROM_S, TOE_OFF_TO = 0.095, 0.7


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    size = low_pass(resultant_g(data.acc_g), CUTOFF_HZ, data.rate_hz)
    period = data.samples(stride_time_s(data))
    height = float(np.median(size) + 0.3 * (np.quantile(size, 0.995) - np.median(size)))
    peaks = signal.find_peaks(size, height=height, distance=max(1, int(0.7 * period)))[0]
    fore_aft = np.abs((data.acc_g - np.median(data.acc_g, axis=0)) @ anterior(trial, data, peaks))
    initial: list[int] = []
    off: list[int | float] = []
    for peak in peaks:
        low = max(0, int(peak) - data.samples(SEARCH_S))
        contact = low + int(fore_aft[low : peak + data.samples(SEARCH_S)].argmax())
        start, stop = contact + data.samples(TOE_OFF_FROM_S), contact + int(TOE_OFF_TO * period)
        initial.append(contact)
        off.append(start + int(size[start:stop].argmax()) if stop < size.size else np.nan)
    return contacts(data, initial, off)


CHEW_2018 = Method(
    name="Chew 2018",
    source="Chew DK et al. 2018, doi 10.1007/s12283-017-0255-9",
    site="shoe",
    needs_gyro=False,
    gives_toe_off=True,
    needs="fore-aft axis",
    reading="contact at the fore-aft extremum beside the resultant's peak, toe-off at its second peak",
    detect=detect,
)
