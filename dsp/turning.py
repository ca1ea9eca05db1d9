"""Steps that are no swing: those of a turn, the first from standing, the last before it.

The foot is lifted and set down again, but less far or about another axis than usual. Looked for only where a
stride took unusually long, before the first swing and after the last. Between two moments of rest the foot
stirred: enough, for long enough, and it came down with a jolt.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dsp.bout import Bout, Cycle
from dsp.signals import Signals
from dsp.vectors import size

__all__ = ["closing_steps", "first_steps", "side_steps"]

LONG = 1.35  # periods between two swings
APART = 0.7  # periods between a step aside and the steps before and after it
FURTHEST = 1.8  # periods from the first and the last step to the swings that they belong to
STILL, STIRRED = 0.15, 0.4  # of the usual height of a swing, any axis
LEAST_SWEPT_DEG, LEAST_JOLT = 15.0, 0.15  # all of it, any axis; of the usual jolt
REST, SHORTEST_S, LONGEST_S = 0.07, 0.2, 1.6  # periods: the stance of fast running is short
FIRST = 0.8  # of the highest jolt: the foot that is set down softly touches before it settles
SETTLES_S = 0.3  # until it has come down: it may be held in the air for a moment
LANDS = 0.25  # periods after the middle of its swing
BEFORE = 2.5  # periods before the first swing
# A runner in the air comes down: no stride of a run lasts this many periods, there was another contact.
RUNS_S, TWO_STRIDES = 0.93, 1.6
SOONEST, LATEST, PUSH = 0.85, 1.6, 0.35  # periods after the swing before, and before the next one
HARD = 0.5  # of the usual jolt


@dataclass(frozen=True, slots=True)
class _Stir:
    """Rows: begin, end, half of the way, the jolt after that."""

    begin: int
    end: int
    half: int
    landing: int


def _stirs(signals: Signals, a: int, b: int, *, bout: Bout, least_jolt: float) -> list[_Stir]:
    """The steps of rows [a, b) that begin and end in rest."""
    rate = signals.grid.rate_hz
    turning = size(signals.gyro(a, b))
    edges = np.flatnonzero(np.diff(turning < STILL * bout.level, prepend=False, append=False))
    rests = [(p, q) for p, q in edges.reshape(-1, 2).tolist() if q - p >= REST * bout.period]
    found: list[_Stir] = []
    for (_, begin), (end, _) in pairwise(rests):
        if not SHORTEST_S * rate <= end - begin <= LONGEST_S * rate:
            continue
        way = np.cumsum(turning[begin:end])
        if turning[begin:end].max() < STIRRED * bout.level or way[-1] < LEAST_SWEPT_DEG * rate:
            continue
        # What jolts in the first half of the way is the push-off.
        half = begin + int(np.searchsorted(way, 0.5 * way[-1]))
        jerk = signals.jerk(a + half, min(a + end + round(SETTLES_S * rate), b))
        top = float(jerk.max())
        tops = np.flatnonzero(
            (jerk[1:-1] > jerk[:-2]) & (jerk[1:-1] >= jerk[2:]) & (jerk[1:-1] >= FIRST * top)
        )
        k = 1 + int(tops[0]) if tops.shape[0] else int(np.argmax(jerk))
        if top >= least_jolt:
            found.append(_Stir(a + begin, a + end, a + half, a + half + k))
    return found


def side_steps(signals: Signals, bout: Bout, rise: int) -> tuple[Cycle, ...]:
    """Cycles before the one that ends in the swing from `rise`; moves the bout's anchor past them."""
    if rise - bout.anchor < LONG * bout.period:
        return ()
    cycles: list[Cycle] = []
    landing = None
    stirs = _stirs(signals, bout.anchor, rise, bout=bout, least_jolt=0.0)
    for stir in stirs or _unswung(signals, bout, rise):
        if min(stir.half - bout.anchor, rise - stir.half) < APART * bout.period:
            continue
        cycles.append(Cycle(bout.anchor, None, stir.begin, bout.period, landing))
        bout.anchor, landing = stir.half, stir.landing
    if not cycles:
        return ()
    # The last step's own cycle is the caller's, but where it landed is known only here.
    bout.landing = landing
    return tuple(cycles)


def _unswung(signals: Signals, bout: Bout, rise: int) -> list[_Stir]:
    """The step of a run that swung about another axis, in a stance too short for rest: its jolt alone."""
    period = bout.period
    if period >= RUNS_S * signals.grid.rate_hz or rise - bout.anchor < TWO_STRIDES * period:
        return []
    a = bout.anchor + round(SOONEST * period)
    b = min(bout.anchor + round(LATEST * period), rise - round(PUSH * period))
    usual = float(signals.jerk(bout.anchor, bout.anchor + round(0.5 * period)).max())
    if b - a < 3:
        return []
    jerk = signals.jerk(a, b)
    k = int(np.argmax(jerk))
    if not 0 < k < b - a - 1 or jerk[k] < HARD * usual:
        return []
    swung = a + k - round(LANDS * period)
    return [_Stir(swung, a + k, swung, a + k)]


def closing_steps(signals: Signals, bout: Bout, end: int, *, wanted: int) -> tuple[Cycle, ...]:
    """The cycle of the bout's last swing and those of the steps after it, up to row `end`.

    wanted: the row up to which there should be rows; a stream may end before.
    """
    cycles: list[Cycle] = []
    landing = bout.landing
    usual = float(signals.jerk(bout.anchor, min(end, bout.anchor + round(0.5 * bout.period))).max())
    for stir in _stirs(signals, bout.anchor, end, bout=bout, least_jolt=LEAST_JOLT * usual):
        if not APART * bout.period <= stir.half - bout.anchor <= FURTHEST * bout.period:
            continue
        cycles.append(Cycle(bout.anchor, None, stir.begin, bout.period, landing))
        bout.anchor, landing = stir.half, stir.landing
    return (*cycles, Cycle(bout.anchor, None, wanted, bout.period, landing))


def first_steps(signals: Signals, bout: Bout, floor: int, rise: int) -> tuple[Cycle, ...]:
    """Cycles of the steps before the bout's first swing, which begins at row `rise`."""
    start = max(floor, bout.anchor - round(BEFORE * bout.period))
    usual = float(signals.jerk(bout.anchor, bout.anchor + round(0.5 * bout.period)).max())
    cycles: list[Cycle] = []
    following = bout.anchor
    for stir in reversed(_stirs(signals, start, rise, bout=bout, least_jolt=LEAST_JOLT * usual)):
        if not APART * bout.period <= following - stir.half <= FURTHEST * bout.period:
            break
        ready = rise if not cycles else cycles[-1].anchor
        cycles.append(Cycle(stir.half, rise if not cycles else None, ready, bout.period, stir.landing))
        following = stir.half
    return tuple(reversed(cycles))
