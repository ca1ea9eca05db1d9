"""Pairing found contacts with true ones.

A truth is a list of complete stances, not of all contacts: before its first, after its last and in the holes
that it leaves (a turn that could not be annotated) nothing is known. Contacts found there are neither right
nor extra; they are counted apart as "unjudged".
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOLE_STRIDES", "TOLERANCE_S", "common_offset", "judged"]

TOLERANCE_S = 0.050
BEFORE_STRIDES, AFTER_STRIDES = 0.5, 0.1
"""After the last true toe-off the foot comes down once more, in a stance that the truth does not hold whole:
a stride's swing lasts 0.38 (walking) to 0.7 strides, the closing step before standing as little as 0.13 s."""
HOLE_STRIDES = 1.9
"""True contacts further apart than this many median strides have an unlisted contact between them."""

Floats = NDArray[np.float64]


def judged(found_s: Floats, true_contact_s: Floats, true_toe_off_s: Floats) -> NDArray[np.bool_]:
    """Which of the found contacts the truth can judge: BEFORE and AFTER its stances, holes excepted."""
    if true_contact_s.shape[0] == 0:
        return np.zeros(found_s.shape[0], dtype=bool)
    gaps = np.diff(true_contact_s)
    stride_s = float(np.median(gaps)) if gaps.size else 1.0
    ends = np.flatnonzero(gaps > HOLE_STRIDES * stride_s)
    starts_s = true_contact_s[np.concatenate(([0], ends + 1))] - BEFORE_STRIDES * stride_s
    stops_s = true_toe_off_s[np.concatenate((ends, [true_toe_off_s.shape[0] - 1]))] + AFTER_STRIDES * stride_s
    inside = (found_s[:, None] >= starts_s[None, :]) & (found_s[:, None] <= stops_s[None, :])
    return np.asarray(inside.any(axis=1), dtype=bool)


def common_offset(found_s: Floats, true_s: Floats, *, within_s: float = 0.120) -> float:
    """How late (+) or early (-) a method is throughout: median distance to the nearest true contact."""
    if found_s.size == 0 or true_s.size == 0:
        return 0.0
    nearest = found_s[np.abs(found_s[:, None] - true_s[None, :]).argmin(axis=0)] - true_s
    nearest = nearest[np.abs(nearest) <= within_s]
    return float(np.median(nearest)) if nearest.size else 0.0
