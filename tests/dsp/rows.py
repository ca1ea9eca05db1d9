"""Rows of a grid with their curves, from plain arrays."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dsp.grid import Piece, SampleGrid
from dsp.params import Params
from dsp.signals import Signals

__all__ = ["signals_of"]


def signals_of(x: NDArray[np.float64], rate_hz: float, cuts: Sequence[int] = ()) -> Signals:
    """(3 or 6, n) as a whole stream, filled at the rows given and at the end."""
    channels, n = x.shape
    grid = SampleGrid(
        rate_hz, channels, Signals.rows_beside(channels), keep=n, max_filled=2, max_void=round(rate_hz)
    )
    signals = Signals.at(grid, Params().gate_hz)
    t_us = np.rint(np.arange(n) * 1e6 / rate_hz).astype(np.int64)
    for a, b in pairwise((0, *cuts, n)):
        grid.append(Piece(t_us[a:b], x[:, a:b], np.zeros(b - a, dtype=np.uint8), a == 0))
        signals.fill()
    return signals
