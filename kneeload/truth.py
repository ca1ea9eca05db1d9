"""Found foot contacts held against true ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Match", "match_contacts"]


@dataclass(frozen=True, slots=True)
class Match:
    """pairs: (index of the true contact, index of the found one); the rest of either is missed or extra."""

    pairs: tuple[tuple[int, int], ...]
    missed: int
    extra: int


def match_contacts(true_s: ArrayLike, found_s: ArrayLike, *, tolerance_s: float) -> Match:
    """Pairs each true contact with at most one found contact, nearest first, within the tolerance.

    true_s (n,), found_s (m,): times in s, any order.
    """
    true, found = np.asarray(true_s, float), np.asarray(found_s, float)
    distance = np.abs(true[:, None] - found[None, :])
    candidates: Sequence[tuple[int, int]] = [
        (int(i), int(j)) for i, j in zip(*np.nonzero(distance <= tolerance_s), strict=True)
    ]
    pairs: list[tuple[int, int]] = []
    true_left, found_left = set(range(true.size)), set(range(found.size))
    for i, j in sorted(candidates, key=lambda pair: distance[pair]):
        if i in true_left and j in found_left:
            true_left.remove(i)
            found_left.remove(j)
            pairs.append((i, j))
    return Match(tuple(sorted(pairs)), len(true_left), len(found_left))
