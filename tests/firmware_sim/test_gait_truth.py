"""The gait model's truth against its own samples, by ways that share nothing with how it was made."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal
from scipy.spatial.transform import Rotation

from dsp.mount import Mount
from firmware_sim.gait import Chip, GaitSource
from firmware_sim.impact import Fastening
from firmware_sim.motion import Samples
from firmware_sim.orientation import ALIGNED
from firmware_sim.plan import Phase, Plan
from firmware_sim.steps import STAIR_RISE_M

Floats = NDArray[np.float64]

G_MPS2 = 9.80665
RATE = 1000.0
QUIET = Chip(acc_noise_ug_per_rthz=0, gyro_noise_mdps_per_rthz=0, acc_offset_g=0, gyro_offset_dps=0)


def bout(phase: Phase, *, stand_s: float = 4.0) -> Plan:
    return Plan.of(
        Phase(activity="stand", duration_s=stand_s), phase, Phase(activity="stand", duration_s=stand_s)
    )


def in_world(samples: Samples) -> Floats:
    """(n, 3) specific force, g, y up: the gyroscope integrated from a first second of standing still."""
    assert samples.gyro_dps is not None
    up = samples.acc_g[: int(RATE)].mean(axis=0)
    attitude = Rotation.align_vectors(np.array([[0.0, 1.0, 0.0]]), up[np.newaxis])[0]
    middle = np.radians((samples.gyro_dps[1:] + samples.gyro_dps[:-1]) / 2) / RATE
    world = np.empty_like(samples.acc_g)
    for i in range(len(samples)):
        world[i] = attitude.apply(samples.acc_g[i])
        if i < len(middle):
            attitude = attitude * Rotation.from_rotvec(middle[i])
    return world


@pytest.mark.parametrize("activity", ["run", "walk"])
def test_both_legs_step_in_turn_half_a_stride_apart(activity: str) -> None:
    plan = bout(Phase(activity="run" if activity == "run" else "walk", duration_s=20))
    contacts = {}
    for mount in (Mount.LEFT_SHIN, Mount.RIGHT_SHIN, Mount.LEFT_SHOE):
        source = GaitSource(mount, plan, seed=8)
        source.take(100.0)
        contacts[mount] = source.truth().initial_contact_s
    assert np.array_equal(contacts[Mount.LEFT_SHIN], contacts[Mount.LEFT_SHOE])
    both = np.concatenate((contacts[Mount.LEFT_SHIN], contacts[Mount.RIGHT_SHIN]))
    side = np.concatenate(
        (np.zeros(len(contacts[Mount.LEFT_SHIN])), np.ones(len(contacts[Mount.RIGHT_SHIN])))
    )[np.argsort(both)]
    assert (np.diff(side) != 0).all()
    steps = np.diff(np.sort(both))
    assert np.all(np.abs(steps / np.median(steps) - 1) < 0.1)


@pytest.mark.parametrize(("cadence", "speed"), [(150, 8), (165, 12), (200, 16)])
def test_strides_last_as_the_cadence_says(cadence: float, speed: float) -> None:
    source = GaitSource(
        Mount.LEFT_SHIN,
        Plan.of(Phase(activity="run", duration_s=90, cadence_spm=cadence, speed_kmh=speed)),
        seed=1,
    )
    source.take(100.0)
    truth = source.truth()
    strides = np.diff(truth.initial_contact_s)
    assert 120 / strides.mean() == pytest.approx(cadence, rel=0.01)
    assert 0.008 < strides.std() / strides.mean() < 0.025
    assert (truth.toe_off_s > truth.initial_contact_s).all()
    assert (truth.toe_off_s[:-1] < truth.initial_contact_s[1:]).all()
    assert np.nanmean(truth.speed_m_per_s[3:]) * 3.6 == pytest.approx(speed, rel=0.02)


def test_autocorrelation_of_the_samples_repeats_at_the_true_stride_time() -> None:
    phase = Phase(activity="run", duration_s=40, variability_percent=0.0)
    source = GaitSource(Mount.RIGHT_SHIN, bout(phase), seed=3)
    samples = source.take(100.0)
    running = (samples.t_s > 12) & (samples.t_s < 36)
    size = np.sqrt((samples.acc_g[running] ** 2).sum(axis=1))
    size = size - size.mean()
    likeness = signal.correlate(size, size, "full")[size.shape[0] :]
    lag = 1 + int(np.argmax(likeness[100:250])) + 100
    true = float(np.median(np.diff(source.truth().initial_contact_s)))
    assert lag / source.rate_hz == pytest.approx(true, abs=1.0 / source.rate_hz)


@pytest.mark.parametrize("activity", ["run", "walk"])
@pytest.mark.parametrize("mount", [Mount.LEFT_SHOE, Mount.RIGHT_SHOE])
def test_integrating_the_shoe_gives_back_the_speed(activity: str, mount: Mount) -> None:
    phase = Phase(activity="run" if activity == "run" else "walk", duration_s=12)
    source = GaitSource(mount, bout(phase), rate_hz=RATE, seed=6, chip=QUIET)
    samples = source.take(100.0)
    truth = source.truth()
    world = in_world(samples)
    world[:, 1] -= 1.0
    velocity = np.cumsum(world, axis=0) * G_MPS2 / RATE
    stance = [
        int((ic + 0.42 * (to - ic)) * RATE)
        for ic, to in zip(truth.initial_contact_s, truth.toe_off_s, strict=True)
    ]
    lengths = []
    for a, b in pairwise(stance):
        part = velocity[a:b] - velocity[a]
        assert np.abs(part[-1]).max() < 0.03  # the foot is still again
        moved = part.sum(axis=0) / RATE
        assert abs(moved[1]) < 0.02
        lengths.append(float(np.hypot(moved[0], moved[2])))
    assert np.allclose(lengths, truth.stride_length_m[1:], rtol=0.01)


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHIN])
@pytest.mark.parametrize(
    "phase",
    [
        Phase(activity="run", duration_s=12, speed_kmh=8),
        Phase(activity="run", duration_s=12, speed_kmh=12, foot_strike="fore"),
        Phase(activity="run", duration_s=12, speed_kmh=16),
        Phase(activity="walk", duration_s=12),
    ],
    ids=lambda phase: f"{phase.activity}-{phase.foot_strike}-{phase.speed_kmh}",
)
def test_mean_force_over_even_strides_is_gravity_alone(mount: Mount, phase: Phase) -> None:
    source = GaitSource(mount, bout(phase), rate_hz=RATE, seed=6, chip=QUIET)
    world = in_world(source.take(100.0))
    truth = source.truth()
    flat = truth.initial_contact_s + 0.42 * (truth.toe_off_s - truth.initial_contact_s)
    ahead, up, aside = world[int(flat[3] * RATE) : int(flat[-2] * RATE)].mean(axis=0)
    assert up == pytest.approx(1.0, abs=0.01)
    assert np.hypot(ahead, aside) < 0.01


def test_a_foot_goes_up_two_stairs_a_stride_and_falls_the_last_bit() -> None:
    phase = Phase(activity="stairs", duration_s=12, impact_variability_percent=0.0)
    source = GaitSource(Mount.LEFT_SHOE, bout(phase), rate_hz=RATE, seed=6, chip=QUIET)
    world = in_world(source.take(100.0))
    truth = source.truth()
    world[:, 1] -= 1.0
    velocity = np.cumsum(world, axis=0) * G_MPS2 / RATE
    flat = (truth.initial_contact_s + 0.42 * (truth.toe_off_s - truth.initial_contact_s)) * RATE
    for a, b, contact in zip(flat[1:-2], flat[2:-1], truth.initial_contact_s[2:-1] * RATE, strict=True):
        height = np.cumsum(velocity[int(a) : int(b), 1] - velocity[int(a), 1]) / RATE
        assert height[-1] == pytest.approx(2 * STAIR_RISE_M, abs=0.02)
        assert height.max() < 2 * STAIR_RISE_M + 0.2  # over the edge, and not half a flight
        before = np.linalg.norm(world[int(a) : int(contact)], axis=1)
        assert before[-150:].max() < np.linalg.norm(world[int(contact) : int(contact) + 60], axis=1).max()


def test_standing_foot_is_still_and_weighs_one_g() -> None:
    source = GaitSource(Mount.LEFT_SHOE, Plan.of(Phase(activity="stand", duration_s=10)), chip=QUIET)
    samples = source.take(10.0)
    assert samples.gyro_dps is not None
    assert np.abs(np.sqrt((samples.acc_g**2).sum(axis=1)) - 1).max() < 1e-9
    assert np.abs(samples.gyro_dps).max() < 1e-9


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
def test_true_peaks_are_those_of_samples_at_a_high_rate(mount: Mount, strike: str) -> None:
    strikes = {"rear": "rear", "mid": "mid", "fore": "fore"}
    phase = Phase(activity="run", duration_s=10, foot_strike=strikes[strike])  # type: ignore[arg-type]
    errors = {}
    for rate in (208.0, 833.0, 3333.0):
        source = GaitSource(mount, bout(phase), rate_hz=rate, seed=2, chip=QUIET)
        samples = source.take(100.0)
        truth = source.truth()
        smooth = signal.sosfiltfilt(signal.butter(2, 60, fs=rate, output="sos"), samples.acc_g, axis=0)
        size = np.sqrt((smooth**2).sum(axis=1))
        found = np.array(
            [
                size[(samples.t_s >= ic - 0.010) & (samples.t_s <= ic + 0.075)].max()
                for ic in truth.initial_contact_s
            ]
        )
        errors[rate] = float(np.abs(found / truth.peak_resultant_g - 1).mean())
    assert errors[3333.0] < 0.002
    assert errors[3333.0] < errors[833.0] < errors[208.0] < 0.08


def test_impact_asymmetry_and_drift_are_in_the_peaks() -> None:
    phase = Phase(
        activity="run",
        duration_s=120,
        impact_g=8.0,
        asymmetry_percent=20,
        impact_variability_percent=5,
        impact_drift_percent_per_hour=600,
    )
    early, late = {}, {}
    for mount in (Mount.LEFT_SHIN, Mount.RIGHT_SHIN):
        source = GaitSource(mount, Plan.of(phase), seed=5)
        source.take(120.0)
        peaks = source.truth().peak_resultant_g
        early[mount], late[mount] = peaks[3:40].mean(), peaks[-40:].mean()
    left, right = early[Mount.LEFT_SHIN], early[Mount.RIGHT_SHIN]
    assert 200 * (right - left) / (right + left) == pytest.approx(20, abs=4)
    assert (left + right) / 2 == pytest.approx(8.0, rel=0.06)
    assert late[Mount.LEFT_SHIN] / left == pytest.approx(1 + 6 * 92 / 3600, rel=0.06)


def test_a_loose_strap_rings_longer() -> None:
    def ringing(fastening: Fastening) -> float:
        source = GaitSource(
            Mount.LEFT_SHIN,
            Plan.of(Phase(activity="run", duration_s=20)),
            seed=5,
            chip=QUIET,
            orientation=ALIGNED,
            fastening=fastening,
        )
        samples = source.take(20.0)
        band = signal.sosfiltfilt(
            signal.butter(4, (25, 90), "bandpass", fs=208, output="sos"), samples.acc_g[:, 1]
        )
        after = np.concatenate(
            [
                band[(samples.t_s > ic + 0.06) & (samples.t_s < ic + 0.12)]
                for ic in source.truth().initial_contact_s
            ]
        )
        return float(after.std())

    assert ringing(Fastening.loose()) > 2 * ringing(Fastening())


@pytest.mark.parametrize(
    "activity", ["stand", "cycling", "shaking", "jumping", "swaying", "bumps", "handled"]
)
@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.LEFT_SHOE])
def test_what_is_no_gait_has_no_contacts(activity: str, mount: Mount) -> None:
    phase = Phase(activity=activity, duration_s=12)  # type: ignore[arg-type]
    source = GaitSource(mount, bout(phase), seed=2)
    samples = source.take(100.0)
    assert len(source.truth()) == 0
    middle = samples.acc_g[(samples.t_s > 6) & (samples.t_s < 14)]
    assert (middle.std(axis=0).max() > 0.03) == (activity != "stand")
    assert np.abs(samples.acc_g).max() < 16


@pytest.mark.parametrize("mount", list(Mount))
@pytest.mark.parametrize("speed", [8.0, 12.0, 16.0])
def test_ordinary_running_stays_inside_wide_ranges(mount: Mount, speed: float) -> None:
    source = GaitSource(
        mount, bout(Phase(activity="run", duration_s=15, speed_kmh=speed)), seed=9, acc_range_g=64.0
    )
    samples = source.take(100.0)
    assert samples.gyro_dps is not None
    assert np.abs(samples.acc_g).max() < 45.0
    assert np.abs(samples.gyro_dps).max() < 1500.0
    assert not source.truth().clipped.any()


def test_truth_tells_where_a_range_is_too_small() -> None:
    plan = Plan.of(Phase(activity="run", duration_s=20, impact_g=10.0))
    source = GaitSource(Mount.LEFT_SHIN, plan, seed=4, acc_range_g=8.0, chip=QUIET)
    samples = source.take(20.0)
    truth = source.truth()
    seen = [
        bool((np.abs(samples.acc_g[(samples.t_s > ic - 0.05) & (samples.t_s < ic + 0.1)]) >= 8.0).any())
        for ic in truth.initial_contact_s
    ]
    assert truth.clipped.any()
    # A peak between two samples may be cut off unseen, never the other way round.
    assert not (np.array(seen) & ~truth.clipped).any()


def test_truth_grows_with_what_was_taken() -> None:
    source = GaitSource(Mount.LEFT_SHIN, Plan.of(Phase(activity="run")), seed=1)
    assert len(source.truth()) == 0
    lengths = []
    for until in (5.0, 10.0, 20.0):
        source.take(until)
        truth = source.truth()
        assert truth.toe_off_s[-1] < until
        assert until - truth.toe_off_s[-1] < 1.0
        lengths.append(len(truth))
    assert lengths == sorted(set(lengths))
    assert not source.finished


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"activity": "run", "duration_s": 1}, "at least"),
        ({"activity": "dance"}, "dance"),
        ({"activity": "run", "speed_kmh": -3}, "speed_kmh"),
        ({"activity": "run", "foot_strike": "heel"}, "heel"),
    ],
)
def test_a_phase_that_makes_no_sense_is_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Phase(**wrong)  # type: ignore[arg-type]


def test_only_the_last_phase_may_be_endless() -> None:
    with pytest.raises(ValueError, match="endless"):
        Plan.of(Phase(activity="run"), Phase(activity="stand"))
