"""Whether rows of acceleration alone are of a leg in gait."""

import numpy as np

from dsp.gait import plausible
from dsp.params import Params
from dsp.rhythm import LEAST_FUNDAMENTAL, SHORTEST_S, fundamental_share
from dsp.signals import Signals

__all__ = ["ALIKE", "leg_moves"]

ALIKE = 0.55  # likeness of one stride to the next from which a rhythm is believed
LEAST_TILT_G = 0.12  # across gravity: a leg swings, a jumping or shaken one need not


def leg_moves(signals: Signals, start: int, now: int, period: float, params: Params) -> bool:
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
