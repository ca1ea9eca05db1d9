"""A walker's shin without a gyroscope that feels the leaving toe more than the push before it, as some do."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.plan import Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import recording, strides_of, truth
from tests.dsp.simulated import simulated

Floats = NDArray[np.float64]

WIDTH_S = 0.02
BURST_S = 0.06  # before toe-off in treadmill_shank: the heel has left and the knee begins to flex


def turned(block: ImuBlock, at_s: Floats, target: Floats, share: float) -> ImuBlock:
    """Accelerations of the same size, that point around these times towards the target (unit vector)."""
    t_s = block.t_us / 1e6
    bells = share * np.exp(-0.5 * ((t_s[:, None] - at_s[None, :]) / WIDTH_S) ** 2).max(axis=1)[:, None]
    size = np.linalg.norm(block.acc_g, axis=1, keepdims=True)
    mixed = (1.0 - bells) * block.acc_g + bells * size * target
    mixed *= size / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return replace(block, acc_g=np.ascontiguousarray(mixed))


@pytest.mark.parametrize("trial", ["walk-03", "walk-04", "walk-05", "walk-06"])
def test_toe_off_is_told_by_the_push_not_by_the_hardest_burst_across(trial: str) -> None:
    name = f"treadmill_shank/{trial}"
    contact_s, toe_off_s = truth(name)
    block = recording(name, Mount.RIGHT_SHIN, 142.857)
    mean = block.acc_g.mean(axis=0)
    across = np.cross(mean, [1.0, 0.0, 0.0])
    mean, across = (axis / np.linalg.norm(axis) for axis in (mean, across))
    # The push before it mostly along the shank, the leaving toe mostly across it.
    block = turned(turned(block, toe_off_s - BURST_S, mean, 0.3), toe_off_s + 0.02, across, 0.8)
    off_ms = judge(strides_of([block]), contact_s, toe_off_s).toe_off_ms
    assert off_ms.size >= 0.95 * toe_off_s.size
    assert np.mean(np.abs(off_ms) < 30.0) >= 0.95
    assert np.std(off_ms) < 20.0
    assert abs(np.median(off_ms)) < 15.0


def test_a_slow_walks_toe_off_stays_at_the_push_off() -> None:
    """Its push-off is faint: what ripples in stance where the last one was must not win, and be learned."""
    walk = Phase(activity="walk", duration_s=25.0, speed_kmh=3.0, foot_strike="mid")
    stand = Phase(activity="stand", duration_s=3.0)
    block, true = simulated(Mount.LEFT_SHIN, stand, walk, stand, gyro=False, seed=2)
    off_ms = judge(strides_of([block]), true.initial_contact_s, true.toe_off_s).toe_off_ms
    assert off_ms.size >= 15
    # The model's burst comes later than recorded ones (docs/gait-model.md).
    assert 0.0 < np.median(off_ms) < 80.0
    settled = off_ms[3:-1]
    assert np.ptp(settled) < 40.0
