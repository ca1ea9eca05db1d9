"""Purcell 2006: fore-aft and sideways acceleration of the shank around its largest resultant."""

import numpy as np
from scipy import signal

from benchmarks.peers.method import Method
from benchmarks.peers.signals import anterior, axial, contacts, even, resultant_g, stride_time_s
from benchmarks.trial import Contacts, Trial

__all__ = ["PURCELL_2006"]

SEARCH_S = 0.075
TOE_OFF_FROM, TOE_OFF_TO = 0.2, 0.6


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    size = resultant_g(data.acc_g)
    period = data.samples(stride_time_s(data))
    peaks = signal.find_peaks(size, distance=max(1, int(0.7 * period)))[0]
    forward = anterior(trial, data, peaks)
    fore_aft = data.acc_g @ forward
    sideways = data.acc_g @ np.cross(forward, axial(trial))
    minima = signal.argrelmin(fore_aft)[0]
    initial: list[int] = []
    off: list[int | float] = []
    for peak in peaks:
        near = minima[np.abs(minima - peak) <= data.samples(SEARCH_S)]
        if not near.size:
            continue
        contact = int(near[np.abs(near - peak).argmin()])
        low, high = contact + int(TOE_OFF_FROM * period), contact + int(TOE_OFF_TO * period)
        initial.append(contact)
        if high >= size.size:
            off.append(np.nan)
            continue
        window = slice(low, high)
        side = sideways[window] - np.median(sideways)
        off.append(low + (int(fore_aft[window].argmax()) + int(np.abs(side).argmax())) / 2)
    return contacts(data, initial, off)


PURCELL_2006 = Method(
    name="Purcell 2006",
    source="Purcell B et al. 2006, as described by Kiernan et al. 2023, doi 10.3390/s23115022",
    site="shin",
    needs_gyro=False,
    gives_toe_off=True,
    needs="axial, fore-aft and sideways axes",
    reading="one peak in 0.7 stride times; toe-off between the fore-aft maximum and the sideways extremum",
    detect=detect,
)
