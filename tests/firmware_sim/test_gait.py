"""The gait model's first promises: a whole grid of samples, the same however it is asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.mount import Mount
from firmware_sim.gait import Chip, GaitSource
from firmware_sim.motion import Samples
from firmware_sim.orientation import ALIGNED, random_orientation
from firmware_sim.plan import Phase, Plan

QUIET = Chip(acc_noise_ug_per_rthz=0, gyro_noise_mdps_per_rthz=0, acc_offset_g=0, gyro_offset_dps=0)

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


@settings(max_examples=8, deadline=None)
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


@pytest.mark.parametrize("mount", list(Mount))
def test_the_leg_swings_forward_with_positive_pitch_rate_and_is_mirrored(mount: Mount) -> None:
    source = GaitSource(mount, Plan.of(Phase(activity="run", duration_s=20)), seed=4, orientation=ALIGNED)
    samples = source.take(20.0)
    truth = source.truth()
    assert samples.gyro_dps is not None
    swing = (truth.initial_contact_s[3:] + truth.toe_off_s[2:-1]) / 2
    pitch = np.array([samples.gyro_dps[np.argmin(np.abs(samples.t_s - at)), 2] for at in swing])
    assert (pitch > 250).all()
    early = np.array(
        [samples.gyro_dps[np.argmin(np.abs(samples.t_s - at - 0.03)), 0] for at in truth.toe_off_s]
    )
    outward = 1.0 if mount.side == "right" else -1.0
    if mount.segment == "shoe":
        assert (outward * early > 0).all()


def test_a_sensor_without_a_gyroscope_reads_the_same_accelerations() -> None:
    bare = GaitSource(Mount.LEFT_SHIN, BOUT, seed=4, gyro_range_dps=None).take(22.0)
    full = GaitSource(Mount.LEFT_SHIN, BOUT, seed=4).take(22.0)
    assert bare.gyro_dps is None
    assert np.array_equal(bare.acc_g, full.acc_g)


def test_orientation_only_turns_the_axes() -> None:
    turned = GaitSource(Mount.LEFT_SHIN, BOUT, seed=4, chip=QUIET, orientation=random_orientation(3)).take(
        22.0
    )
    straight = GaitSource(Mount.LEFT_SHIN, BOUT, seed=4, chip=QUIET, orientation=ALIGNED).take(22.0)
    assert np.allclose(turned.acc_g, straight.acc_g @ random_orientation(3).T, atol=1e-12)
    assert np.linalg.det(random_orientation(3)) == pytest.approx(1.0)
