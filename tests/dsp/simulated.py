"""Blocks from the gait simulator, as a sensor would give them."""

import numpy as np

from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Truth
from firmware_sim.plan import Phase, Plan

__all__ = ["simulated"]


def simulated(
    mount: Mount,
    *phases: Phase,
    rate_hz: float = 208.0,
    acc_range_g: float = 64.0,
    gyro: bool = True,
    seed: int = 0,
) -> tuple[ImuBlock, Truth]:
    """Samples clipped to the range and quantised to 16 bits, with the truth beside them."""
    source = GaitSource(
        mount,
        Plan.of(*phases),
        rate_hz=rate_hz,
        acc_range_g=acc_range_g,
        gyro_range_dps=2000.0 if gyro else None,
        seed=seed,
    )
    samples = source.take(source.plan.duration_s)
    step = acc_range_g / 32768
    acc = np.rint(np.clip(samples.acc_g, -acc_range_g, acc_range_g - step) / step) * step
    rate = (
        None if samples.gyro_dps is None else np.ascontiguousarray(np.clip(samples.gyro_dps, -2000.0, 2000.0))
    )
    t_us = np.rint(samples.t_s * 1e6).astype(np.int64)
    block = ImuBlock(
        mount, t_us, np.ascontiguousarray(acc), rate, rate_hz, restart=True, acc_range_g=acc_range_g
    )
    return block, source.truth()
