"""Samples cut into the blocks that a sensor's packets would have been."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount

__all__ = ["cut"]

Floats = NDArray[np.float64]


def cut(
    mount: Mount,
    t_s: Floats,
    acc_g: Floats,
    *,
    gyro_dps: Floats | None,
    rate_hz: float,
    samples: int,
    acc_range_g: float | None = None,
    gyro_range_dps: float | None = None,
    keep: NDArray[np.bool_] | None = None,
) -> Iterator[ImuBlock]:
    """Blocks of so many samples; keep (number of blocks,) False: that block was lost on the way."""
    t_us = np.rint(t_s * 1e6).astype(np.int64)
    lost, restart = 0, True
    for number, first in enumerate(range(0, t_us.size, samples)):
        last = min(first + samples, t_us.size)
        if keep is not None and not keep[number]:
            lost += last - first
            continue
        yield ImuBlock(
            mount=mount,
            t_us=t_us[first:last],
            acc_g=np.ascontiguousarray(acc_g[first:last]),
            gyro_dps=None if gyro_dps is None else np.ascontiguousarray(gyro_dps[first:last]),
            rate_hz=rate_hz,
            lost_before=lost,
            restart=restart,
            acc_range_g=acc_range_g,
            gyro_range_dps=gyro_range_dps,
        )
        lost, restart = 0, False
