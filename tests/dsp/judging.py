"""Held against truth: pairs of contacts, and what was left over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.stride import Stride

__all__ = ["Verdict", "judge"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """Times in ms, ours less truth. missed and extra: contacts inside the span of the truth."""

    missed: int
    extra: int
    contact_ms: Floats
    toe_off_ms: Floats
    stance_ms: Floats


def judge(strides: list[Stride], contact_s: Floats, toe_off_s: Floats, *, within_s: float = 0.1) -> Verdict:
    ours = np.array([s.initial_contact_us / 1e6 for s in strides])
    pairs: list[tuple[int, int]] = []
    for i, at in enumerate(contact_s):
        k = int(np.argmin(np.abs(ours - at)))
        if abs(ours[k] - at) <= within_s and k not in {p[1] for p in pairs}:
            pairs.append((i, k))
    inside = (ours > contact_s[0] - 0.3) & (ours < contact_s[-1] + 0.3)
    # Where the truth skips a stride (a turn that nobody annotated) nothing can be judged.
    apart = np.diff(contact_s)
    for hole in np.flatnonzero(apart > 1.9 * np.median(apart)):
        inside &= ~((ours > contact_s[hole] + within_s) & (ours < contact_s[hole + 1] - within_s))
    known = [(i, k, s.toe_off_us / 1e6) for i, k in pairs if (s := strides[k]).toe_off_us is not None]
    return Verdict(
        missed=len(contact_s) - len(pairs),
        extra=int(inside.sum()) - len(pairs),
        contact_ms=np.array([1e3 * (ours[k] - contact_s[i]) for i, k in pairs]),
        toe_off_ms=np.array([1e3 * (end - toe_off_s[i]) for i, _, end in known]),
        stance_ms=np.array([1e3 * (end - ours[k] - toe_off_s[i] + contact_s[i]) for i, k, end in known]),
    )
