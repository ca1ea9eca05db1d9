"""Fadillioglu 2020: shank contacts from the medio-lateral gyroscope alone."""

import numpy as np
from scipy import signal

from benchmarks.peers.method import Method
from benchmarks.peers.signals import contacts, even, lateral_rate, low_pass
from benchmarks.trial import Contacts, Trial

__all__ = ["FADILLIOGLU_2020"]

CUTOFF_HZ, RESIDUAL_HZ = 15.0, 10.0
SWING_DPS = 250.0
SPACING_S = 1 / 3
STANCE_FROM_S, STANCE_TO = 0.095, 0.6


def detect(trial: Trial) -> Contacts:
    data = even(trial)
    raw = signal.detrend(lateral_rate(trial, data), type="constant")
    smooth = low_pass(raw, CUTOFF_HZ, data.rate_hz)
    residual = low_pass(np.abs(raw - smooth), RESIDUAL_HZ, data.rate_hz)
    swings = signal.find_peaks(smooth, height=SWING_DPS, distance=data.samples(SPACING_S))[0]
    residual_peaks = signal.argrelmax(residual)[0]
    initial: list[int] = []
    off: list[int | float] = []
    stride = int(np.median(np.diff(swings))) if swings.size > 2 else data.samples(0.8)
    for swing in swings:
        below = np.flatnonzero(smooth[swing : swing + stride] <= 0)
        if not below.size:
            continue
        contact = int(swing + below[0])
        low, high = contact + data.samples(STANCE_FROM_S), contact + int(STANCE_TO * stride)
        initial.append(contact)
        if high >= smooth.size:
            off.append(np.nan)
            continue
        lowest = low + int(smooth[low:high].argmin())
        near = residual_peaks[(residual_peaks <= lowest) & (residual_peaks >= low)]
        off.append(int(near[-1]) if near.size else lowest)
    return contacts(data, initial, off)


FADILLIOGLU_2020 = Method(
    name="Fadillioglu 2020",
    source="Fadillioglu C et al. 2020, as described by Kiernan et al. 2023, doi 10.3390/s23115022",
    site="shin",
    needs_gyro=True,
    gives_toe_off=True,
    needs="gyroscope, medio-lateral axis",
    reading="residual peak looked for between 95 ms and 0.6 stride times, else the gyroscope's minimum",
    detect=detect,
)
