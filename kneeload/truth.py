"""Found foot contacts held against true ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Match", "match"]

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Index pairs found[i] <-> true[j] in order, and what is left over on either side."""

    found: Indices
    true: Indices
    missed: Indices
    extra: Indices


def match(found_s: Floats, true_s: Floats, *, tolerance_s: float) -> Match:
    """One-to-one pairing of (m,) and (n,) times in s, nearest first, none further apart than tolerance_s."""
    near = np.abs(found_s[:, None] - true_s[None, :])
    rows, columns = np.nonzero(near <= tolerance_s)
    order = np.argsort(near[rows, columns], kind="stable")
    free_found = np.ones(found_s.shape[0], dtype=bool)
    free_true = np.ones(true_s.shape[0], dtype=bool)
    pairs: list[tuple[int, int]] = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if free_found[row] and free_true[column]:
            free_found[row] = free_true[column] = False
            pairs.append((row, column))
    pairs.sort()
    return Match(
        found=np.array([row for row, _ in pairs], dtype=np.intp),
        true=np.array([column for _, column in pairs], dtype=np.intp),
        missed=np.flatnonzero(free_true),
        extra=np.flatnonzero(free_found),
    )
