"""The line through the dots of the timeline."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_S", "SMOOTH", "pieces", "running_median"]

SMOOTH: Final = 15
"""Strides in the running median."""
BREAK_S: Final = 5.0
"""No line is drawn over a longer time without strides."""
MOST_S: Final = 20.0
"""Nor where its strides lie over a longer time: what is short would be smeared, or lost, and differently on
either leg. Of running they take 10 s, of a slow walk 18.
"""


def pieces(t_s: NDArray[np.float64], *, running: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where the line begins anew: after a break, and from walking into running or back."""
    return np.flatnonzero((np.diff(t_s) > BREAK_S) | (running[1:] != running[:-1])) + 1


def running_median(
    t_s: NDArray[np.float64], values: NDArray[np.float64], *, begins: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(n,): centred over SMOOTH strides, fewer at a piece's ends; NaN where these span more than MOST_S."""
    out = np.full(len(values), np.nan)
    for piece in np.split(np.arange(len(t_s)), begins):
        for i in range(len(piece)):
            near = piece[max(0, i - SMOOTH // 2) : i + SMOOTH // 2 + 1]
            if t_s[near[-1]] - t_s[near[0]] <= MOST_S:
                out[piece[i]] = np.median(values[near])
    return out
