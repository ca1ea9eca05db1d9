"""Shoes whose gyroscope is taken away, held against themselves with it, and simulated shins without one."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.validate.cells import Cell
from benchmarks.validate.simulated import simulate
from dsp.block import ImuBlock
from dsp.mount import Mount
from firmware_sim.plan import FootStrike
from tests.dsp.judging import judge
from tests.dsp.recordings import contact_times_s, recording, strides_of, truth
from tests.dsp.test_recordings import FEET, vicon_trials

NEAR_S = 0.1


def two_jolts(
    *, lift_off: float, stance: float = 0.62, rate_hz: float = 100.0, stride_s: float = 1.2
) -> ImuBlock:
    """A walking foot by its bare bones: quiet stance, swing, and two jolts, of which one lands.

    lift_off: height of the jolt at lift-off, of the one at contact; stance: its share of the stride.
    Contacts at whole strides.
    """
    t_s = np.arange(0.0, 30.4 * stride_s, 1.0 / rate_hz)
    phase = (t_s / stride_s) % 1.0
    swing = np.where(phase > stance, np.sin(np.pi * (phase - stance) / (1.0 - stance)), 0.0)
    jolts = sum(
        height * np.exp(-0.5 * ((phase - centre + 0.5) % 1.0 - 0.5) ** 2 / 0.012**2)
        for centre, height in ((0.0, 2.0), (stance, 2.0 * lift_off))
    )
    wave = np.sin(2.0 * np.pi * 5.0 * t_s)
    acc_g = np.column_stack((0.8 * swing, 1.0 + jolts + 0.3 * swing * wave, 0.3 * swing * wave))
    t_us = np.rint(t_s * 1e6).astype(np.int64)
    return ImuBlock(Mount.LEFT_SHOE, t_us, np.ascontiguousarray(acc_g), None, rate_hz, restart=True)


@pytest.mark.parametrize("lift_off", [0.7, 1.4])
def test_of_two_jolts_a_stride_the_one_after_a_swing_is_the_contact(lift_off: float) -> None:
    contact_s = contact_times_s(strides_of([two_jolts(lift_off=lift_off)]))
    phase = (contact_s / 1.2 + 0.5) % 1.0 - 0.5
    assert contact_s.size > 25
    assert (np.abs(phase) < 0.1).all()


@pytest.mark.parametrize("stance", [0.58, 0.7])
def test_a_walking_shoe_lifts_off_when_it_pushes(stance: float) -> None:
    strides = strides_of([two_jolts(lift_off=0.8, stance=stance)])
    shares = [s.contact_time_s / 1.2 for s in strides[1:-1] if s.contact_time_s is not None]
    assert len(shares) > 20
    assert max(abs(share - stance) for share in shares) < 0.03


def test_walking_feet_lift_off_when_the_truth_says() -> None:
    true, off_ms = 0, []
    for trial in FEET:
        mount = Mount.LEFT_SHOE if trial.endswith("lf") else Mount.RIGHT_SHOE
        block = recording(f"walk_feet/{trial}", mount, 100.0)
        contact_s, toe_off_s = truth(f"walk_feet/{trial}")
        off_ms.append(judge(strides_of([replace(block, gyro_dps=None)]), contact_s, toe_off_s).toe_off_ms)
        true += contact_s.size
    off = np.concatenate(off_ms)
    assert off.size >= 0.85 * true
    assert np.mean(np.abs(off) < 50.0) >= 0.97


def test_walking_shoes_land_where_they_do_with_a_gyroscope() -> None:
    true = found = made_up = 0
    for trial, activity, _ in vicon_trials():
        if activity != "walk":
            continue
        block = recording(f"vicon_shoe/{trial}", Mount.RIGHT_SHOE, 200.0)
        with_s = contact_times_s(strides_of([block]))
        without_s = contact_times_s(strides_of([replace(block, gyro_dps=None)]))
        apart_s = np.abs(with_s[:, None] - without_s[None, :])
        true += with_s.size
        found += int((apart_s.min(axis=1) < NEAR_S).sum())
        made_up += int((apart_s.min(axis=0) >= NEAR_S).sum())
    assert found >= 0.95 * true
    assert made_up <= 0.05 * true


def test_a_contact_lost_in_a_hole_is_where_the_beat_has_it() -> None:
    """Ten samples gone every two seconds: what is left beside it is the end of the swing."""
    block = recording("outdoor_shoe/run-left-shoe", Mount.LEFT_SHOE, 100.0)
    whole_s = contact_times_s(strides_of([block]))
    random = np.random.default_rng(3)
    keep = np.ones(len(block), dtype=np.bool_)
    for at in np.cumsum(random.integers(100, 300, len(block) // 200)).tolist():
        keep[at : at + 10] = False
    keep[0] = True
    torn = replace(block, t_us=block.t_us[keep], acc_g=np.ascontiguousarray(block.acc_g[keep]))
    torn_s = contact_times_s(strides_of([torn]))
    apart_s = np.abs(whole_s[:, None] - torn_s[None, :])
    assert (apart_s.min(axis=1) >= 0.05).sum() <= 0.01 * whole_s.size
    assert (apart_s.min(axis=0) >= 0.05).sum() <= 0.01 * whole_s.size


@pytest.mark.parametrize(("foot_strike", "rate_hz", "noise"), [("fore", 100.0, 1.0), ("mid", 400.0, 5.0)])
@pytest.mark.parametrize("number", range(3))
def test_a_soft_walker_is_not_begun_at_the_lift_off(
    foot_strike: FootStrike, rate_hz: float, noise: float, number: int
) -> None:
    """The first strides from standing hold a lift-off more than contacts, and both jolt alike."""
    walk = simulate(walker(number, foot_strike=foot_strike, rate_hz=rate_hz, noise=noise), seconds=15.0)
    found_s = contact_times_s(strides_of([*walk.blocks]))
    early_s = walk.truth.initial_contact_s[:6]
    assert np.abs(found_s[:, None] - early_s).min(axis=0).max() < 0.05
    assert np.abs(found_s[:4, None] - early_s).min(axis=1).max() < 0.05


@pytest.mark.parametrize("number", range(3))
def test_noise_is_no_stride_after_a_stop(number: int) -> None:
    """At 1000 Hz a poor chip's noise makes a jerk of nearly half a soft walker's jolts."""
    walk = simulate(walker(number, foot_strike="mid", rate_hz=1000.0, noise=5.0), seconds=15.0)
    found_s = contact_times_s(strides_of([*walk.blocks]))
    # The foot is set down once more, beside the other one.
    assert (found_s > walk.truth.ungraded_contact_s.max() + 0.2).sum() == 0


def walker(number: int, *, foot_strike: FootStrike, rate_hz: float, noise: float) -> Cell:
    return Cell(
        number=number,
        mount=Mount.LEFT_SHIN,
        speed_kmh=4.5,
        cadence=1.08,
        foot_strike=foot_strike,
        rate_hz=rate_hz,
        acc_range_g=16.0,
        gyro=False,
        turned=True,
        noise=noise,
        loss_percent=0.0,
    )
