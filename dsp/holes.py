"""Gaps in the samples beside a contact."""

from typing import Literal

import numpy as np

from dsp.grid import VOID, SampleGrid

__all__ = ["MOST_GUESSED_S", "MOST_HOLE_S", "SPOILT_AFTER_S", "SPOILT_BEFORE_S", "beat_reach", "hole_rows"]

SPOILT_BEFORE_S, SPOILT_AFTER_S = 0.03, 0.06  # around a contact: where a gap spoils what is measured
# A hole up to this long leaves a contact known to 20 ms, though not its peak; in a longer one it is guessed.
MOST_HOLE_S = 0.045
# In one this long the swings before and after it say that there was a contact, and the rhythm about when.
MOST_GUESSED_S = 0.15
# Periods from where the gate expects a contact to where the last one plus a period does: a shin has two jolts
# 0.1 s apart, of which the gate makes one; a shoe's gate is surer than its beat.
ON_BEAT: dict[Literal["shin", "shoe"], float] = {"shin": 0.15, "shoe": 0.1}
# With the contact in a hole the gate takes what is left beside it for the jolt, and a straight line for the
# end of the swing: a tenth of a second off.
BESIDE_HOLE = 0.25


def hole_rows(grid: SampleGrid, contact: float, first: int, end: int) -> int:
    """Rows of the gaps that reach into a contact, to where it no longer matters how many."""
    rate = grid.rate_hz
    reach = round(MOST_GUESSED_S * rate)
    a, b = int(contact - SPOILT_BEFORE_S * rate), int(contact + SPOILT_AFTER_S * rate)
    lo, hi = max(first, a - reach), min(end, b + reach)
    if not grid.any(lo, hi, VOID):
        return 0
    void = (grid.marks(lo, hi) & VOID) != 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], void, [False])))).reshape(-1, 2) + lo
    return sum(q - p for p, q in edges.tolist() if p < b and q > a)


def beat_reach(
    grid: SampleGrid,
    places: tuple[float, float],
    first: int,
    end: int,
    *,
    segment: Literal["shin", "shoe"],
    sure: bool,
) -> float:
    """Periods apart up to which the beat's contact is believed and not the gate's; places: rows of both.

    sure: the end of the swing is known, and a swing ends where the foot lands.
    """
    holes = [hole_rows(grid, place, first, end) for place in places] if grid.any(first, end, VOID) else [0]
    if max(holes) > MOST_HOLE_S * grid.rate_hz:
        return BESIDE_HOLE
    return 0.0 if sure else ON_BEAT[segment]
