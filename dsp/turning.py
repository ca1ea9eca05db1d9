"""Steps of a turn: the foot is lifted and set down again, but does not swing about its usual axis.

Looked for only where a stride took unusually long. Between two moments of rest the foot stirred: enough, for
long enough, and it came down with a jolt.
"""

from itertools import pairwise

import numpy as np

from dsp.bout import Bout, Cycle
from dsp.signals import GateSignals

__all__ = ["side_steps"]

LONG = 1.35  # periods between two swings
APART = 0.7  # periods between a step aside and the steps before and after it
STILL, STIRRED = 0.15, 0.4  # of the usual height of a swing, any axis
REST_S, SHORTEST_S, LONGEST_S = 0.1, 0.2, 1.6
LANDS_S, SETTLES_S = 0.75, 0.2  # after the fastest turning, after it has come to rest


def side_steps(signals: GateSignals, bout: Bout, rise: int) -> tuple[Cycle, ...]:
    """Cycles before the one that ends in the swing from `rise`; moves the bout's anchor past them."""
    if rise - bout.anchor < LONG * bout.period:
        return ()
    rate = signals.grid.rate_hz
    w = signals.gyro(bout.anchor, rise)
    size = np.sqrt(w[0] ** 2 + w[1] ** 2 + w[2] ** 2)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (size < STILL * bout.level).astype(np.int8), [0]))))
    rests = [(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a >= REST_S * rate]
    cycles: list[Cycle] = []
    origin, landing = bout.anchor, None
    for (_, begin), (end, _) in pairwise(rests):
        if not SHORTEST_S * rate <= end - begin <= LONGEST_S * rate:
            continue
        peak = begin + int(np.argmax(size[begin:end]))
        if size[peak] < STIRRED * bout.level or end - peak < 3:
            continue
        if min(origin + peak - bout.anchor, rise - origin - peak) < APART * bout.period:
            continue
        cycles.append(Cycle(bout.anchor, None, origin + begin, bout.period, landing))
        bout.anchor = origin + peak
        until = min(origin + end + round(SETTLES_S * rate), bout.anchor + round(LANDS_S * rate), rise)
        landing = bout.anchor + int(np.argmax(signals.jerk(bout.anchor, until)))
    if not cycles:
        return ()
    # The last step's own cycle is the caller's, but where it landed is known only here.
    bout.landing = landing
    return tuple(cycles)
