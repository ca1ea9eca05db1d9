"""Peak acceleration as the literature defines it, found on a fine time grid: the simulator's own yardstick.

Apart from dsp on purpose: an independent implementation at 2000 Hz of the same definition (4th-order
dual-pass Butterworth, i.e. second order forth and back, 60 Hz, largest value from 10 ms before to 75 ms after
initial contact), so that comparing the two is fair.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

__all__ = ["FINE_HZ", "Peaks", "amplitude_for", "fine_grid", "low_passed", "peaks"]

Floats = NDArray[np.float64]

FINE_HZ = 2000.0
CUT_OFF_HZ = 60.0
BEFORE_S, AFTER_S = 0.010, 0.075
MARGIN_S = 0.09
_SOS = signal.butter(2, CUT_OFF_HZ, fs=FINE_HZ, output="sos")


@dataclass(frozen=True, slots=True)
class Peaks:
    """Largest values around one initial contact, filtered, g."""

    resultant_g: float
    axial_g: float


def fine_grid(initial_contact_s: float, latest_s: float) -> Floats:
    """Times around an initial contact, none after latest_s."""
    end_s = min(initial_contact_s + AFTER_S + MARGIN_S, latest_s)
    start_s = initial_contact_s - BEFORE_S - MARGIN_S
    return start_s + np.arange(int((end_s - start_s) * FINE_HZ)) / FINE_HZ


def low_passed(acc_g: Floats) -> Floats:
    """(3, n) zero-phase filtered."""
    filtered: Floats = signal.sosfiltfilt(_SOS, acc_g, axis=1)
    return filtered


def _window(t_s: Floats, initial_contact_s: float) -> NDArray[np.bool_]:
    since = t_s - initial_contact_s
    return (since >= -BEFORE_S) & (since <= AFTER_S)


def peaks(t_s: Floats, acc_g: Floats, initial_contact_s: float) -> Peaks:
    """acc_g: (3, n) in segment axes on a fine grid; axial is y."""
    window = _window(t_s, initial_contact_s)
    smooth = low_passed(acc_g)[:, window]
    return Peaks(
        resultant_g=float(np.sqrt((smooth**2).sum(axis=0)).max()),
        axial_g=float(smooth[1].max()),
    )


def amplitude_for(
    target_g: float, t_s: Floats, motion_g: Floats, *, pulse: Floats, initial_contact_s: float
) -> float:
    """The factor of the pulse with which the filtered resultant of motion + factor x pulse peaks at the
    target.

    Filtering is linear, so each sample gives a quadratic equation; the smallest factor is where the peak
    arrives first. At least a tenth of the target, where the motion alone already exceeds it.
    """
    window = _window(t_s, initial_contact_s)
    base = low_passed(motion_g)[:, window]
    shape = low_passed(pulse)[:, window]
    a = (shape**2).sum(axis=0)
    b = (base * shape).sum(axis=0)
    c = (base**2).sum(axis=0) - target_g**2
    usable = (a > 1e-6) & (c < 0)
    if not usable.all() and (c >= 0).any():
        return 0.1 * target_g
    roots = (-b[usable] + np.sqrt(b[usable] ** 2 - a[usable] * c[usable])) / a[usable]
    return max(float(roots.min()), 0.1 * target_g)
