"""What must not matter: how the sensor is turned, which leg, noise, and samples that are missing."""

from dataclasses import asdict, replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dsp.block import ImuBlock
from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from dsp.stride import Stride
from firmware_sim.plan import Phase
from tests.dsp.recordings import recording, strides_of, without
from tests.dsp.simulated import simulated

CASES = (
    ("treadmill_shank/run-01", Mount.LEFT_SHIN, 142.857),
    ("treadmill_shank/walk-03", Mount.LEFT_SHIN, 142.857),
    ("walk_feet/walk-5-1-lf", Mount.LEFT_SHOE, 100.0),
    ("vicon_shoe/run-2017-12-15-18-03-05", Mount.RIGHT_SHOE, 200.0),
)


def turned(block: ImuBlock, turn: NDArray[np.float64]) -> ImuBlock:
    gyro = (
        None
        if block.gyro_dps is None
        else np.ascontiguousarray(block.gyro_dps @ turn.T * np.linalg.det(turn))
    )
    # A mirror image turns a rate's direction over as well: it is an axial vector.
    return replace(block, acc_g=np.ascontiguousarray(block.acc_g @ turn.T), gyro_dps=gyro)


def rotation(angles: tuple[float, float, float]) -> NDArray[np.float64]:
    out = np.eye(3)
    for k, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        step = np.eye(3)
        i, j = [(1, 2), (0, 2), (0, 1)][k]
        step[i, i] = step[j, j] = c
        step[i, j], step[j, i] = -s, s
        out = step @ out
    return out


def same(a: list[Stride], b: list[Stride], *, but: tuple[str, ...]) -> None:
    """Every column but these, up to the rounding of a turn."""
    assert len(a) == len(b) > 5
    for one, two in zip(a, b, strict=True):
        for name, value in asdict(one).items():
            other = getattr(two, name)
            if name.endswith("_us") and value is not None:
                assert abs(value - other) <= 2, name
            elif isinstance(value, float):
                assert other == pytest.approx(value, rel=1e-4, abs=2e-5), name
            elif name not in but:
                assert value == other, name


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_any_turn_of_the_sensor_gives_the_same_strides(case: tuple[str, Mount, float]) -> None:
    # A clipped axis turns its rails with it: ranges are given, and what was cut off is not compared.
    block = recording(*case, acc_range_g=400.0)
    usual = strides_of([block])

    @settings(max_examples=6, deadline=None)
    @given(st.tuples(*[st.floats(-np.pi, np.pi)] * 3))
    def check(angles: tuple[float, float, float]) -> None:
        same(usual, strides_of([turned(block, rotation(angles))]), but=("clipped",))

    check()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
def test_the_mirror_image_on_the_other_leg_gives_the_same_strides(case: tuple[str, Mount, float]) -> None:
    name, mount, rate_hz = case
    block = recording(name, mount, rate_hz, acc_range_g=400.0)
    image = replace(turned(block, np.diag([1.0, 1.0, -1.0])), mount=mount.opposite)
    same(strides_of([block]), strides_of([image]), but=("mount",))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c[0])
@pytest.mark.parametrize("noise_g", [0.03, 0.1])
def test_noise_makes_and_hides_no_stride(case: tuple[str, Mount, float], noise_g: float) -> None:
    block = recording(*case, acc_range_g=400.0)
    random = np.random.default_rng(7)
    gyro = (
        None
        if block.gyro_dps is None
        else block.gyro_dps + 50 * noise_g * random.standard_normal((len(block), 3))
    )
    noisy = replace(
        block, acc_g=block.acc_g + noise_g * random.standard_normal((len(block), 3)), gyro_dps=gyro
    )
    assert abs(len(strides_of([noisy])) - len(strides_of([block]))) <= 1


@pytest.fixture(scope="module")
def steady() -> ImuBlock:
    return simulated(Mount.LEFT_SHIN, Phase(activity="run", duration_s=30, speed_kmh=11), rate_hz=200.0)[0]


def test_single_lost_samples_are_bridged_and_flagged(steady: ImuBlock) -> None:
    gone = np.zeros(len(steady), dtype=np.bool_)
    gone[500::37] = True
    usual, bridged = strides_of([steady]), strides_of([without(steady, gone)])
    assert len(bridged) == len(usual)
    assert not any(s.gap for s in usual)
    assert all(s.gap for s in bridged if s.initial_contact_us > 4_000_000)


def test_nothing_is_measured_across_a_gap(steady: ImuBlock) -> None:
    usual = strides_of([steady])
    middle = usual[15]
    # All of the landing is missing, and more than one notification can hold.
    hidden = (steady.t_us > middle.initial_contact_us - 90_000) & (
        steady.t_us < middle.initial_contact_us + 110_000
    )
    rest = strides_of([without(steady, hidden)])
    assert min(abs(s.initial_contact_us - middle.initial_contact_us) for s in rest) > 200_000
    after = next(s for s in rest if s.initial_contact_us > middle.initial_contact_us)
    assert after.stride_time_s is None
    assert len(rest) == len(usual) - 1


@pytest.mark.parametrize("begins_ms", [-50, -35, -20])
def test_a_contact_hidden_by_one_lost_notification_is_told_when_it_was_due(
    steady: ImuBlock, begins_ms: int
) -> None:
    usual = strides_of([steady])
    middle = usual[15]
    begins_us = middle.initial_contact_us + 1000 * begins_ms
    hidden = (steady.t_us > begins_us) & (steady.t_us < begins_us + 70_000)
    rest = strides_of([without(steady, hidden)])
    assert len(rest) == len(usual)
    told = min(rest, key=lambda s: abs(s.initial_contact_us - middle.initial_contact_us))
    assert abs(told.initial_contact_us - middle.initial_contact_us) < 50_000
    assert told.gap
    assert told.quality <= 0.25
    assert told.contact_time_s is told.peak_resultant_g is told.stride_time_s is None
    after = rest[told.stride + 1]
    assert after.stride_time_s is None


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize(("begins_ms", "lasts_ms"), [(-90, 140), (-70, 120), (-40, 90), (-40, 140)])
def test_of_a_contact_that_was_only_due_nothing_is_measured(
    begins_ms: int, lasts_ms: int, gyro: bool
) -> None:
    """On a shoe, whose toe-off is taken for the contact if that is hidden: the hole is before the guess."""
    run = Phase(activity="run", duration_s=14, speed_kmh=11)
    block, _ = simulated(Mount.RIGHT_SHOE, run, rate_hz=200.0, gyro=gyro)
    due_us = strides_of([block])[10].initial_contact_us
    begins_us = due_us + 1000 * begins_ms
    hidden = (block.t_us > begins_us) & (block.t_us < begins_us + 1000 * lasts_ms)
    rest = strides_of([without(block, hidden)])
    told = [(s, after) for s, after in pairwise(rest) if abs(s.initial_contact_us - due_us) < 50_000]
    assert len(told) == gyro
    for guessed, after in told:
        assert guessed.gap
        assert guessed.quality <= 0.25
        assert guessed.contact_time_s is guessed.peak_resultant_g is guessed.stride_time_s is None
        assert after.stride_time_s is after.speed_m_per_s is None


@pytest.mark.parametrize("share", [0.05, 0.1])
@pytest.mark.parametrize("gyro", [True, False])
def test_lost_notifications_take_no_running_time(share: float, gyro: bool) -> None:
    run = Phase(activity="run", duration_s=30, speed_kmh=11)
    block, _ = simulated(Mount.LEFT_SHIN, run, gyro=gyro, seed=3)
    lost = np.repeat(np.random.default_rng(4).random(len(block) // 18 + 1) < share, 18)[: len(block)]
    pipeline = StridePipeline(block.mount)
    strides = pipeline.push(without(block, lost)) + pipeline.flush()
    ran_s = (strides[-1].initial_contact_us - strides[0].initial_contact_us) / 1e6
    assert ran_s > 25.0
    assert pipeline.running_s == pytest.approx(ran_s, abs=0.001)


@pytest.mark.parametrize("rate_hz", [200.0, 1000.0])
def test_every_contact_lies_within_the_samples(rate_hz: float) -> None:
    """Of recordings that begin between a contact and its jolt."""
    walk = Phase(activity="walk", duration_s=12)
    whole, _ = simulated(Mount.LEFT_SHOE, walk, rate_hz=rate_hz, gyro=False)
    contact_us = strides_of([whole])[2].initial_contact_us
    for after_ms in range(2, 26, 8):
        part = without(whole, whole.t_us < contact_us + 1000 * after_ms)
        strides = strides_of([part])
        assert len(strides) > 5
        assert all(part.t_us[0] <= s.initial_contact_us <= part.t_us[-1] for s in strides)


def test_a_contact_in_a_short_hole_is_counted_and_not_measured(steady: ImuBlock) -> None:
    usual = strides_of([steady])
    middle = usual[15]
    hidden = (steady.t_us > middle.initial_contact_us - 10_000) & (
        steady.t_us < middle.initial_contact_us + 20_000
    )
    rest = strides_of([without(steady, hidden)])
    assert len(rest) == len(usual)
    torn = min(rest, key=lambda s: abs(s.initial_contact_us - middle.initial_contact_us))
    assert abs(torn.initial_contact_us - middle.initial_contact_us) < 20_000
    assert torn.gap
    assert torn.quality <= 0.25
    assert torn.peak_resultant_g is None
    assert torn.stride_time_s is None


@pytest.mark.parametrize("seed", [100, 102])
def test_the_beat_of_fast_shaking_is_not_a_stride(seed: int) -> None:
    shaken, _ = simulated(
        Mount.LEFT_SHIN,
        Phase(activity="stand", duration_s=5),
        Phase(activity="shaking", duration_s=600),
        gyro=False,
        seed=seed,
    )
    assert strides_of([shaken]) == []


def test_a_long_gap_ends_the_bout_and_makes_no_contact(steady: ImuBlock) -> None:
    hidden = (steady.t_us > 10_000_000) & (steady.t_us < 15_000_000)
    strides = strides_of([without(steady, hidden)])
    assert not any(10_000_000 < s.initial_contact_us < 15_000_000 for s in strides)
    assert any(s.initial_contact_us > 16_000_000 for s in strides)
    assert all(s.stride_time_s < 1.0 for s in strides if s.stride_time_s is not None)


def test_no_sample_at_all() -> None:
    pipeline = StridePipeline(Mount.LEFT_SHIN)
    empty = ImuBlock(Mount.LEFT_SHIN, np.zeros(0, np.int64), np.zeros((0, 3)), None, 200.0)
    assert pipeline.push(empty) == []
    assert pipeline.flush() == []
    assert pipeline.activity == "idle"


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 400.0, 1000.0])
def test_the_peak_does_not_depend_on_the_rate(rate_hz: float) -> None:
    phase = Phase(activity="run", duration_s=15, speed_kmh=11)
    block, true = simulated(Mount.LEFT_SHIN, phase, rate_hz=rate_hz)
    strides = [s for s in strides_of([block]) if s.peak_resultant_g is not None]
    peaks = np.median([s.peak_resultant_g for s in strides if s.peak_resultant_g is not None])
    assert peaks == pytest.approx(np.median(true.peak_resultant_g), rel=0.1 if rate_hz < 190 else 0.02)
    assert all(s.low_rate == (rate_hz < 190) for s in strides)


@pytest.mark.parametrize(("rate_hz", "gyro"), list(product((20.0, 25.0, 33.0), (True, False))), ids=str)
def test_a_very_slow_sensor_makes_nothing_up(rate_hz: float, gyro: bool) -> None:
    stand, run = Phase(activity="stand", duration_s=3), Phase(activity="run", duration_s=15)
    for seed in range(6):
        block, true = simulated(Mount.RIGHT_SHOE, stand, run, stand, rate_hz=rate_hz, gyro=gyro, seed=seed)
        strides = strides_of([block])
        at_s = np.array([s.initial_contact_us for s in strides]) / 1e6
        true_s = np.concatenate((true.initial_contact_s, true.ungraded_contact_s))
        assert at_s.size >= true.initial_contact_s.size - 2
        assert np.abs(at_s[:, None] - true_s).min(axis=1).max() < 0.15
        assert all((s.impact_power_g2 is None) == (rate_hz < 40.0) and s.low_rate for s in strides)


def test_a_restart_may_change_rate_and_channels(steady: ImuBlock) -> None:
    slow, _ = simulated(
        Mount.LEFT_SHIN, Phase(activity="run", duration_s=20, speed_kmh=11), rate_hz=100.0, gyro=False
    )
    later = replace(slow, t_us=slow.t_us + int(steady.t_us[-1]) + 5_000_000)
    pipeline = StridePipeline(Mount.LEFT_SHIN)
    strides = pipeline.push(steady) + pipeline.push(later) + pipeline.flush()
    assert [s.stride for s in strides] == list(range(len(strides)))
    second = [s for s in strides if s.initial_contact_us >= later.t_us[0]]
    assert len(second) > 15
    assert second[0].stride_time_s is None
    assert all(s.low_rate for s in second)
    assert pipeline.running_s + pipeline.idle_s == pytest.approx(50.0, abs=0.1)


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("true_hz", [187.0, 204.0, 229.0])
def test_a_sensor_that_samples_at_another_rate_than_it_says(mount: Mount, true_hz: float) -> None:
    """Ways, speeds and how sure a contact is go by the times, which the clock has right."""
    phases = Phase(activity="stand", duration_s=4), Phase(activity="run", duration_s=20, speed_kmh=11)
    told = []
    for rate_hz in (208.0, true_hz):
        block, _ = simulated(mount, *phases, rate_hz=rate_hz, seed=1)
        told.append(strides_of([replace(block, rate_hz=208.0)]))
    for name in ("stride_length_m", "speed_m_per_s", "quality"):
        nominal, other = (np.median([v for s in of if (v := getattr(s, name)) is not None]) for of in told)
        assert other == pytest.approx(nominal, rel=0.02)
