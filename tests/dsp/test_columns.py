"""Each column that is measured, against what is known of the motion or of the curve that it is read off."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.impact import Impact, impact_of
from dsp.mount import Mount
from dsp.params import Params
from dsp.stride import Stride
from dsp.window import StrideWindow
from firmware_sim.gait import GaitSource
from firmware_sim.plan import FootStrike, Phase, Plan
from firmware_sim.shape import INVERSION_DEG
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

Floats = NDArray[np.float64]
STAND = Phase(activity="stand", duration_s=5.0)
CONTACT_S = 0.5


def impact(resultant: Floats, rate_hz: float) -> Impact:
    """Of a curve along one axis, with the contact at CONTACT_S."""
    acc = np.stack((np.zeros_like(resultant), resultant, np.zeros_like(resultant)))
    jerk = np.abs(np.diff(resultant, prepend=resultant[0])) * rate_hz
    window = StrideWindow(0, rate_hz, acc, None, jerk, resultant, np.zeros(acc.shape[1], dtype=np.uint8))
    return impact_of(window, CONTACT_S * rate_hz, up=(0.0, 1.0, 0.0), params=Params())


@pytest.mark.parametrize("rate_hz", [200.0, 400.0, 1000.0])
def test_jerk_is_the_slope_of_the_rise(rate_hz: float) -> None:
    t_s = np.arange(0.0, 1.0, 1.0 / rate_hz)
    ramp = 1.0 + 100.0 * np.clip(t_s - CONTACT_S, 0.0, 0.06)  # 100 g/s for 60 ms, long for 60 Hz
    ramp -= 6.0 * np.clip(t_s - CONTACT_S - 0.07, 0.0, 0.05) / 0.05
    measured = impact(ramp, rate_hz)
    assert measured.jerk_g_per_s == pytest.approx(100.0, rel=0.07)
    assert measured.resultant_g == pytest.approx(7.0, rel=0.02)
    assert measured.axial_g == pytest.approx(7.0, rel=0.02)


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 1000.0])
@pytest.mark.parametrize(("tone_hz", "share"), [(15.0, 1.0), (13.0, 1.0), (30.0, 0.0), (4.0, 0.1)])
def test_impact_power_is_that_of_the_band(rate_hz: float, tone_hz: float, share: float) -> None:
    t_s = np.arange(0.0, 1.0, 1.0 / rate_hz)
    power = impact(10.0 + 2.0 * np.sin(2.0 * np.pi * tone_hz * t_s), rate_hz).power_g2
    # 0.3 s of a tone are 7 Hz wide at their foot: some of it lies beside the band.
    assert power == pytest.approx(share * 2.0, abs=0.3)


@pytest.mark.parametrize("rate_hz", [200.0, 400.0, 1000.0])
def test_ringing_is_what_is_fast_after_the_impact(rate_hz: float) -> None:
    t_s = np.arange(0.0, 1.0, 1.0 / rate_hz)
    since_s = t_s - CONTACT_S - 0.02
    bump = 1.0 + 8.0 * np.exp(-0.5 * (since_s / 0.008) ** 2)
    # 0.1 s of 50 Hz at 1 g hold 0.05 g²s, the bump less its mean 0.6.
    still = impact(bump, rate_hz).ringing
    rings = impact(
        bump + np.where(since_s > 0.02, np.sin(2.0 * np.pi * 50.0 * since_s), 0.0), rate_hz
    ).ringing
    slow = impact(bump + np.where(since_s > 0.02, np.sin(2.0 * np.pi * 8.0 * since_s), 0.0), rate_hz).ringing
    assert still is not None
    assert rings is not None
    assert slow is not None
    shock = 64.0 * 0.008 * np.sqrt(np.pi) - (8.0 * 0.008 * np.sqrt(2.0 * np.pi)) ** 2 / 0.04
    assert 0.6 < (rings - still) * shock / 0.05 < 1.1  # the filter takes 12 % of 50 Hz, and its ends
    assert slow - still < 0.02


def column(strides: list[Stride], name: str) -> Floats:
    return np.array([np.nan if (v := getattr(s, name)) is None else v for s in strides])


@pytest.mark.parametrize("mount", list(Mount))
@pytest.mark.parametrize("foot_strike", ["rear", "mid", "fore"])
def test_flight_swing_strike_and_roll_are_those_of_the_motion(mount: Mount, foot_strike: FootStrike) -> None:
    run = Phase(activity="run", duration_s=30.0, speed_kmh=11.0, foot_strike=foot_strike)
    block, true = simulated(mount, STAND, run, STAND, seed=3)
    strides = strides_of([block])
    at_s = column(strides, "initial_contact_us") / 1e6
    nearest = [int(np.abs(at_s - c).argmin()) for c in true.initial_contact_s]
    told = [strides[k] for k in nearest]
    flight_s = np.diff(true.initial_contact_s).mean() / 2.0 - (true.toe_off_s - true.initial_contact_s)
    assert np.nanmean(column(told, "flight_time_s") - flight_s) == pytest.approx(0.0, abs=0.02)
    # About the segment's own axis across the leg, from the simulator: its fastest forward turn in a stride.
    lateral = GaitSource(mount, Plan.of(STAND), seed=3).orientation[:, 2]
    assert block.gyro_dps is not None
    rate = block.gyro_dps @ lateral
    for before, after in pairwise(told[2:-1]):
        of = (block.t_us > before.initial_contact_us) & (block.t_us < after.initial_contact_us)
        assert after.peak_swing_dps == pytest.approx(rate[of].max(), rel=0.1)
    if mount.segment == "shin":
        assert np.isnan(column(strides, "foot_strike_deg")).all()
        return
    error_deg = column(told, "foot_strike_deg") - true.shank_angle_deg
    assert np.sqrt(np.nanmean(error_deg**2)) < 3.0
    assert np.nanmedian(column(told, "pronation_deg")) == pytest.approx(INVERSION_DEG, abs=2.5)


def test_a_contact_longer_than_half_a_stride_has_no_flight() -> None:
    """It is no flight of zero: a step into standing counts as running, and stands."""
    found = 0
    for seed in range(6):
        phases = (
            Phase(activity="stand", duration_s=3.0),
            Phase(activity="run", duration_s=6.0, contact_time_s=0.36, cadence_spm=165.0),
            Phase(activity="stand", duration_s=3.0),
        )
        block, _ = simulated(Mount.LEFT_SHOE, *phases, seed=seed)
        for stride in strides_of([block]):
            if stride.activity != "run" or stride.contact_time_s is None or stride.cadence_spm is None:
                continue
            usual_s = 60.0 / stride.cadence_spm
            if stride.contact_time_s > usual_s:
                found += 1
                assert stride.flight_time_s is None
            else:
                assert stride.flight_time_s == pytest.approx(usual_s - stride.contact_time_s)
    assert found
