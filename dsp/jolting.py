"""Whether rows of acceleration alone are of a leg in gait, and how long its strides are."""

import numpy as np

from dsp.gait import plausible
from dsp.params import Params
from dsp.rhythm import LEAST_FUNDAMENTAL, SHORTEST_S, fundamental_share, stride_period
from dsp.signals import GateSignals

__all__ = ["ALIKE", "leg_moves", "newest_period"]

ALIKE = 0.55  # likeness of one stride to the next from which a rhythm is believed
LEAST_TILT_G = 0.12  # across gravity: a leg swings, a jumping or shaken one need not


def newest_period(signals: GateSignals, start: int, now: int, params: Params) -> tuple[float, float]:
    """(period in rows, likeness) of the whole vector signal in the rows; period 0 where nothing repeats."""
    rate = signals.grid.rate_hz
    thin = max(1, round(rate / 40.0))
    period, alike = stride_period(
        signals.acc(start, now)[:, ::thin],
        params.min_stride_s * rate / thin,
        params.max_stride_s * rate / thin,
    )
    return period * thin, alike


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
