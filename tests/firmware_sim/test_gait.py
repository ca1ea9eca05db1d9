"""The gait model's first promises: a whole grid of samples, the same however it is asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.mount import Mount
from firmware_sim.gait import GaitSource
from firmware_sim.motion import Samples
from firmware_sim.plan import Phase, Plan

BOUT = Plan.of(
    Phase(activity="stand", duration_s=4),
    Phase(activity="walk", duration_s=6),
    Phase(activity="run", duration_s=8, speed_kmh=11),
    Phase(activity="stand", duration_s=4),
)


def taken(source: GaitSource, until_s: float = 1e9) -> Samples:
    return source.take(until_s)


@pytest.mark.parametrize("mount", list(Mount))
def test_samples_lie_on_the_grid_without_a_hole(mount: Mount) -> None:
    samples = taken(GaitSource(mount, BOUT, seed=4))
    assert np.array_equal(samples.index, np.arange(22 * 208))
    assert np.array_equal(samples.t_s, samples.index / 208.0)
    assert samples.gyro_dps is not None
    assert np.isfinite(samples.acc_g).all()
    assert np.isfinite(samples.gyro_dps).all()


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.floats(0, 22), max_size=30), mount=st.sampled_from(list(Mount)))
def test_however_the_time_is_divided_the_samples_are_the_same(cuts: list[float], mount: Mount) -> None:
    whole = taken(GaitSource(mount, BOUT, seed=4))
    source = GaitSource(mount, BOUT, seed=4)
    pieces = [source.take(cut) for cut in [*cuts, 22.0, 30.0]]
    assert np.concatenate([piece.index for piece in pieces]).tobytes() == whole.index.tobytes()
    assert np.concatenate([piece.acc_g for piece in pieces]).tobytes() == whole.acc_g.tobytes()
    assert whole.gyro_dps is not None
    gyro = [piece.gyro_dps for piece in pieces if piece.gyro_dps is not None]
    assert np.concatenate(gyro).tobytes() == whole.gyro_dps.tobytes()
    assert source.finished
    assert len(source.take(100.0)) == 0
