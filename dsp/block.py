"""Samples of one inertial sensor, the only thing that goes into signal processing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount

__all__ = ["ImuBlock", "Rows"]


@dataclass(frozen=True, slots=True, eq=False)
class ImuBlock:
    """A piece of one sensor's stream, in the sensor's own frame. All numbers are finite.

    t_us: (n,) int64, microseconds on the run's timeline, strictly increasing across blocks.
    acc_g: (n, 3) float64 C-contiguous, g, gravity included.
    gyro_dps: (n, 3) float64 C-contiguous, deg/s, or None when the sensor has no gyroscope.
    rate_hz: nominal sample rate, 20 Hz or more, the same in all blocks of a stream.
    lost_before: samples that the sensor took but that never came, between the previous block and this one.
    restart: the stream begins anew here (first block, reboot): no sample goes with one before. What was
        learned of the runner and of how the sensor sits is kept until the strides contradict it.
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


class Rows(NamedTuple):
    """Blocks of one rate, range and set of channels without a restart between them, channel by channel.

    t_us: (n,); x: (3 or 6, n) g and deg/s; lost: (row, samples known to be lost before it) where any were.
    """

    t_us: NDArray[np.int64]
    x: NDArray[np.float64]
    lost: tuple[tuple[int, int], ...]
    restart: bool
    rate_hz: float
    acc_range_g: float | None
    gyro_range_dps: float | None

    @classmethod
    def of(cls, blocks: Sequence[ImuBlock]) -> "Rows":
        first = blocks[0]
        gyros = [block.gyro_dps for block in blocks if block.gyro_dps is not None]
        t_us = np.concatenate([block.t_us for block in blocks])
        x = np.empty((6 if gyros else 3, t_us.shape[0]))
        np.concatenate([block.acc_g for block in blocks], out=x[:3].T)
        if gyros:
            np.concatenate(gyros, out=x[3:].T)
        lost, row = [], 0
        for block in blocks:
            if block.lost_before:
                lost.append((row, block.lost_before))
            row += block.t_us.shape[0]
        ranges = first.acc_range_g, first.gyro_range_dps
        return cls(t_us, x, tuple(lost), first.restart, first.rate_hz, *ranges)
