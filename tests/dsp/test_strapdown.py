"""Rotations one after another, and the way of a leg that turns a corner."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dsp.mount import Mount
from dsp.posture import Posture, plane_of, posture_of, stride_path
from dsp.strapdown import turned
from dsp.vectors import Vector

Floats = NDArray[np.float64]

RATE_HZ = 200.0
ROWS = 160
G_MPS2 = 9.80665
STRIDE_S = 0.9
NONE: Vector = (0.0, 0.0, 0.0)


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 2000.0))
def test_rotations_are_those_of_scipy(seed: int, fastest_dps: float) -> None:
    rng = np.random.default_rng(seed)
    gyro_dps = rng.uniform(-fastest_dps, fastest_dps, (3, ROWS))
    offset_dps = tuple(rng.uniform(-5.0, 5.0, 3).tolist())
    vectors = rng.uniform(-5.0, 5.0, (3, ROWS))
    rates = np.radians(gyro_dps - np.array(offset_dps)[:, None])
    orientation = Rotation.identity()
    forward, back = [vectors[:, 0]], [vectors[:, 0]]
    for k in range(1, ROWS):
        orientation = orientation * Rotation.from_rotvec((rates[:, k - 1] + rates[:, k]) / 2 / RATE_HZ)
        forward.append(orientation.apply(vectors[:, k]))
        back.append(orientation.inv().apply(vectors[:, 0]))
    ours = turned(gyro_dps, RATE_HZ, offset_dps)
    across, z = ours.forward(vectors)
    assert np.column_stack([across.real, across.imag, z]) == pytest.approx(np.array(forward), abs=1e-3)
    x0, y0, z0 = vectors[:, 0].tolist()
    assert ours.back(ROWS - 1, (x0, y0, z0)) == pytest.approx(back[-1], abs=1e-3)


def corner(turn_deg: float, *, offset_dps: Vector = NONE) -> tuple[Floats, Floats]:
    """Acceleration and rates of a foot that pitches, leans in, turns, and comes to rest 1.2 m ahead."""
    t_s = np.arange(round(STRIDE_S * RATE_HZ) + 60) / RATE_HZ
    u = np.clip(t_s / STRIDE_S, 0.0, 1.0)
    ease = u - np.sin(2 * np.pi * u) / (2 * np.pi)
    ahead_mps2 = np.where(u < 1.0, 2 * np.pi * 1.2 / STRIDE_S**2 * np.sin(2 * np.pi * u), 0.0)
    up_mps2 = np.where(u < 1.0, 0.1 * (2 * np.pi / STRIDE_S) ** 2 / 2 * np.cos(2 * np.pi * u), 0.0)
    pitch, lean = np.radians(50.0) * np.sin(2 * np.pi * ease), np.radians(15.0) * np.sin(np.pi * ease)
    # x ahead, y up, z to the right: about y it turns, about x it leans, about z it pitches.
    angles = np.column_stack([np.radians(turn_deg) * ease, lean, pitch])
    orientation = Rotation.from_euler("YXZ", angles)
    force = np.column_stack([ahead_mps2, up_mps2 + G_MPS2, 0.0 * t_s]) / G_MPS2
    steps = (orientation[:-1].inv() * orientation[1:]).as_rotvec() * RATE_HZ
    rates = np.degrees(np.vstack([steps[:1], 0.5 * (steps[1:] + steps[:-1]), steps[-1:]]))
    rates += offset_dps
    return orientation.inv().apply(force).T.copy(), rates.T.copy()


def posture(turn_deg: float, *, is_dps: Vector = NONE, told_dps: Vector = NONE) -> Posture:
    acc_g, gyro_dps = corner(turn_deg, offset_dps=is_dps)
    plane = plane_of((0.0, 0.0, 1.0), (0.0, 1.0, 0.0))
    assert plane is not None
    found = posture_of(
        acc_g,
        gyro_dps,
        plane=plane,
        rate_hz=RATE_HZ,
        contact=STRIDE_S * RATE_HZ,
        toe_off=STRIDE_S * RATE_HZ + 59,
        mount=Mount.LEFT_SHOE,
        offset_dps=told_dps,
    )
    assert found is not None
    return found


@pytest.mark.parametrize("turn_deg", [-150.0, -60.0, 0.0, 20.0, 90.0, 150.0])
def test_a_stride_round_a_corner_is_as_long_as_the_way_between_its_ends(turn_deg: float) -> None:
    found = posture(turn_deg)
    assert found.length_m == pytest.approx(1.2, rel=0.015)
    assert found.pitch_from_flat_deg == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("turn_deg", [0.0, 90.0])
def test_a_stride_tells_the_gyroscope_s_offset(turn_deg: float) -> None:
    """Across gravity; by and large at once, and what is left once that is taken off."""
    is_dps = (1.5, 0.0, 2.0)
    once = posture(turn_deg, is_dps=is_dps)
    twice = posture(turn_deg, is_dps=is_dps, told_dps=once.offset_dps)
    assert once.offset_dps == pytest.approx(is_dps, abs=0.8)
    assert twice.offset_dps == pytest.approx(is_dps, abs=0.5)
    assert twice.length_m == pytest.approx(1.2, rel=0.015)


@pytest.mark.parametrize(
    ("felt_g", "angles", "length"), [(1.0, True, True), (1.2, True, False), (1.5, False, False)]
)
def test_what_is_not_gravity_in_the_mean_tells_no_length_and_then_nothing(
    felt_g: float, angles: bool, length: bool
) -> None:
    acc = np.tile(np.array(((0.0,), (felt_g,), (0.0,))), (1, 150))
    path = stride_path(acc, np.zeros((3, 150)), 200.0, (0.0, 0.0, 0.0))
    assert (path is not None) is angles
    assert (path is not None and path.length_m is not None) is length
