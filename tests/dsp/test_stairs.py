"""Up stairs the foot is lifted further, swings less far and lands flatter: still one contact a stride."""

import numpy as np
import pytest

from dsp.mount import Mount
from firmware_sim.plan import Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

STAND = Phase(activity="stand", duration_s=4.0)
WALK = Phase(activity="walk", duration_s=12.0)

SITES = [
    (Mount.RIGHT_SHOE, True),
    (Mount.RIGHT_SHOE, False),
    (Mount.LEFT_SHIN, True),
]


@pytest.mark.parametrize("flight_s", [4.0, 15.0])
@pytest.mark.parametrize(("mount", "gyro"), SITES)
def test_stairs_on_a_walk_are_walked_through(mount: Mount, gyro: bool, flight_s: float) -> None:
    stairs = Phase(activity="stairs", duration_s=flight_s)
    block, true = simulated(mount, STAND, WALK, stairs, WALK, stairs, WALK, STAND, gyro=gyro, seed=3)
    strides = strides_of([block])
    verdict = judge(strides, true.initial_contact_s, true.toe_off_s)
    assert verdict.missed == 0
    assert verdict.extra <= 1  # the foot that comes down to stand
    assert {stride.activity for stride in strides} == {"walk"}


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("cadence_spm", [80.0, 100.0])
def test_stairs_from_standing_are_counted_once_a_stride(mount: Mount, gyro: bool, cadence_spm: float) -> None:
    """At a shin the foot brakes nearly as hard as it lands: a time may be early, the count is not."""
    stairs = Phase(activity="stairs", duration_s=20.0, cadence_spm=cadence_spm)
    block, true = simulated(mount, STAND, stairs, STAND, gyro=gyro, seed=4)
    told_s = np.array([stride.initial_contact_us for stride in strides_of([block])]) / 1e6
    assert abs(told_s.size - true.initial_contact_s.size) <= 1
    strides = np.diff(told_s) * cadence_spm / 120.0
    assert 0.7 < strides.min() < strides.max() < 1.3
