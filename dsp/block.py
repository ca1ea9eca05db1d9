"""Samples of one inertial sensor, the only thing that goes into signal processing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount

__all__ = ["ImuBlock", "joined"]


@dataclass(frozen=True, slots=True, eq=False)
class ImuBlock:
    """A piece of one sensor's stream, in the sensor's own frame.

    t_us: (n,) int64, microseconds on the run's timeline, strictly increasing across blocks.
    acc_g: (n, 3) float64 C-contiguous, g, gravity included.
    gyro_dps: (n, 3) float64 C-contiguous, deg/s, or None when the sensor has no gyroscope.
    rate_hz: nominal sample rate, the same in all blocks of a stream.
    lost_before: samples that the sensor took but that never came, between the previous block and this one.
    restart: the stream begins anew here (first block, reboot): nothing may be carried over from before.
    acc_range_g, gyro_range_dps: full-scale values; None where unknown (a bare recording).
    """

    mount: Mount
    t_us: NDArray[np.int64]
    acc_g: NDArray[np.float64]
    gyro_dps: NDArray[np.float64] | None
    rate_hz: float
    lost_before: int = 0
    restart: bool = False
    acc_range_g: float | None = None
    gyro_range_dps: float | None = None

    def __len__(self) -> int:
        return int(self.t_us.shape[0])


def joined(blocks: Sequence[ImuBlock]) -> tuple[ImuBlock, list[tuple[int, int]]]:
    """Blocks without a restart between them as one, and its (row, samples lost before it) where any were."""
    first = blocks[0]
    lost, row = [], 0
    for block in blocks:
        if block.lost_before:
            lost.append((row, block.lost_before))
        row += len(block)
    if len(blocks) == 1:
        return first, lost
    gyros = [block.gyro_dps for block in blocks if block.gyro_dps is not None]
    whole = ImuBlock(
        first.mount,
        np.concatenate([block.t_us for block in blocks]),
        np.concatenate([block.acc_g for block in blocks]),
        np.concatenate(gyros) if gyros else None,
        first.rate_hz,
        first.lost_before,
        first.restart,
        first.acc_range_g,
        first.gyro_range_dps,
    )
    return whole, lost
