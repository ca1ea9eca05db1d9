"""Whether rows of acceleration alone are of a leg in gait."""

import numpy as np
from numpy.typing import NDArray

from dsp.gait import plausible
from dsp.params import Params
from dsp.rhythm import LEAST_FUNDAMENTAL, SHORTEST_S, fundamental_share
from dsp.signals import GateSignals

__all__ = ["ALIKE", "hits_ground", "leg_moves"]

Floats = NDArray[np.float64]

ALIKE = 0.55  # likeness of one stride to the next from which a rhythm is believed
# Of a faint jolt: likeness of the strides, and times the quiet around it. A sensor that is turned over in a
# hand has 0.85 and 4, a leg that walks slowly 0.9 and 13 (simulated).
CLOCKWORK, OUT_OF_QUIET = 0.85, 7.0
LEAST_TILT_G = 0.12  # across gravity: a leg swings, a jumping or shaken one need not


def hits_ground(jolt: float, jerk: Floats, alike: float, params: Params, *, faint: float) -> bool:
    """Whether a jolt (g/s) of strides so alike is a foot's; jerk: (n,) of some strides; faint: the least."""
    if jolt >= params.min_jolt_g_per_s:
        return True
    if jolt < faint or alike < CLOCKWORK:
        return False
    return jolt >= OUT_OF_QUIET * float(np.partition(jerk, jerk.shape[0] // 4)[jerk.shape[0] // 4])


def leg_moves(signals: GateSignals, start: int, now: int, period: float, params: Params) -> bool:
    """Whether rows that repeat with this period can be a leg's."""
    rate = signals.grid.rate_hz
    acc = signals.acc(start, now)
    if not plausible(acc[:, -round(params.open_strides * period) :], period / rate):
        return False
    if period < SHORTEST_S * rate or fundamental_share(acc, period) < LEAST_FUNDAMENTAL:
        return False
    mean = acc.mean(axis=1)
    up = mean / max(float(np.sqrt((mean * mean).sum())), 1e-9)
    off = acc - mean[:, None]
    across = off - up[:, None] * (up[0] * off[0] + up[1] * off[1] + up[2] * off[2])
    return bool(np.sqrt((across * across).sum(axis=0).mean()) >= LEAST_TILT_G)
