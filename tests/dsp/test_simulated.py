"""Known motion: counts, peaks, posture and distance against the simulator's truth."""

import numpy as np
import pytest

from dsp.mount import Mount
from dsp.pipeline import StridePipeline
from firmware_sim.plan import FootStrike, Phase
from tests.dsp.judging import judge
from tests.dsp.recordings import strides_of
from tests.dsp.simulated import simulated

STAND = Phase(activity="stand", duration_s=5)
STRIKES: tuple[FootStrike, ...] = ("rear", "mid", "fore")


def run(speed_kmh: float, cadence_spm: float | None = None, strike: str = "rear") -> Phase:
    return Phase(
        activity="run",
        duration_s=30,
        speed_kmh=speed_kmh,
        cadence_spm=cadence_spm,
        foot_strike=strike,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize(
    ("speed_kmh", "cadence_spm", "strike"),
    [(8, 150, "rear"), (10, None, "mid"), (12, 180, "rear"), (16, 200, "fore")],
)
def test_running(mount: Mount, gyro: bool, speed_kmh: float, cadence_spm: float | None, strike: str) -> None:
    block, true = simulated(
        mount, STAND, run(speed_kmh, cadence_spm, strike), STAND, gyro=gyro, seed=int(speed_kmh)
    )
    strides = strides_of([block])
    verdict = judge(strides, true.initial_contact_s, true.toe_off_s)
    assert verdict.missed == 0
    assert verdict.extra <= 1  # the foot that comes down to stand
    assert {s.activity for s in strides} == {"run"}
    assert abs(verdict.contact_ms.mean()) < 12.0
    at = np.array([s.initial_contact_us / 1e6 for s in strides])
    peaks = [
        (strides[k].peak_resultant_g, want)
        for c, want in zip(true.initial_contact_s, true.peak_resultant_g, strict=True)
        if abs(at[k := int(np.argmin(np.abs(at - c)))] - c) < 0.05
    ]
    error = np.array([100 * (got / want - 1) for got, want in peaks if got is not None])
    assert abs(error.mean()) < 1.0
    assert error.std() < 2.0


@pytest.mark.parametrize(
    ("mount", "gyro", "speed_kmh", "strike", "off_ms"),
    [
        (Mount.LEFT_SHIN, True, 2.5, "rear", 50.0),
        (Mount.LEFT_SHIN, True, 2.5, "fore", 30.0),
        (Mount.LEFT_SHIN, True, 3.0, "mid", 100.0),
        *((Mount.RIGHT_SHOE, gyro, 2.0, strike, 30.0) for gyro in (True, False) for strike in STRIKES),
    ],
)
def test_who_walks_slowly_is_seen(
    mount: Mount, gyro: bool, speed_kmh: float, strike: FootStrike, off_ms: float
) -> None:
    """As after pain. The shin feels such a step faintly, but alike each time. Nine of ten within off_ms."""
    walk = Phase(activity="walk", duration_s=40.0, speed_kmh=speed_kmh, foot_strike=strike)
    for seed in range(2):
        block, true = simulated(mount, STAND, walk, STAND, gyro=gyro, seed=seed)
        strides = strides_of([block])
        steps = len(true.initial_contact_s) + len(true.ungraded_contact_s)
        assert abs(len(strides) - steps) <= 1
        assert {stride.activity for stride in strides} == {"walk"}
        found_s = np.array([stride.initial_contact_us for stride in strides]) / 1e6
        apart_ms = 1e3 * np.abs(true.initial_contact_s[:, None] - found_s).min(axis=1)
        assert np.quantile(apart_ms, 0.9) < off_ms


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("speed_kmh", [3.5, 5.0, 6.5])
def test_walking_is_never_doubled(mount: Mount, speed_kmh: float) -> None:
    phase = Phase(activity="walk", duration_s=30, speed_kmh=speed_kmh)
    block, true = simulated(mount, STAND, phase, STAND)
    strides = strides_of([block])
    verdict = judge(strides, true.initial_contact_s, true.toe_off_s)
    assert verdict.missed == 0
    assert verdict.extra <= 1
    assert {s.activity for s in strides} == {"walk"}


@pytest.mark.parametrize("phase", [run(9), run(14), Phase(activity="walk", duration_s=30)])
def test_distance_from_a_shoe(phase: Phase) -> None:
    block, true = simulated(Mount.LEFT_SHOE, STAND, phase, STAND, seed=4)
    lengths = [s.stride_length_m for s in strides_of([block]) if s.stride_length_m is not None]
    assert len(lengths) >= len(true.stride_length_m) - 2
    assert np.median(lengths) == pytest.approx(np.nanmedian(true.stride_length_m), rel=0.02)


def test_shank_angle_in_walking() -> None:
    block, true = simulated(Mount.RIGHT_SHIN, STAND, Phase(activity="walk", duration_s=30), STAND, seed=2)
    strides = strides_of([block])
    at = np.array([s.initial_contact_us / 1e6 for s in strides])
    error = [
        angle - want
        for c, want in zip(true.initial_contact_s, true.shank_angle_deg, strict=True)
        if (angle := strides[int(np.argmin(np.abs(at - c)))].shank_angle_deg) is not None
    ]
    assert len(error) > 15
    assert np.sqrt(np.mean(np.square(error))) < 3.0


def test_axial_peak_waits_for_alignment() -> None:
    started, _ = simulated(Mount.RIGHT_SHOE, run(11), seed=1)  # never seen standing
    strides = strides_of([started])
    assert strides[0].peak_axial_g is None
    assert strides[0].peak_resultant_g is not None
    assert strides[-1].peak_axial_g is not None


@pytest.mark.parametrize(
    "activity", ["stand", "cycling", "shaking", "jumping", "swaying", "bumps", "handled"]
)
@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("gyro", [True, False])
def test_no_gait_gives_no_stride(activity: str, mount: Mount, gyro: bool) -> None:
    phase = Phase(activity=activity, duration_s=60)  # type: ignore[arg-type]
    block, _ = simulated(mount, STAND, phase, gyro=gyro, seed=5)
    pipeline = StridePipeline(mount)
    assert pipeline.push(block) + pipeline.flush() == []
    assert pipeline.activity == "idle"
    assert pipeline.idle_s == pytest.approx(65.0, abs=0.1)


@pytest.mark.parametrize("seed", [51, 70])
def test_a_sensor_that_is_turned_over_and_over_in_a_hand_does_not_walk(seed: int) -> None:
    """Its faint jolts come as regularly as those of a slow walker, but it is never quiet."""
    phase = Phase(activity="handled", duration_s=300)
    block, _ = simulated(Mount.LEFT_SHIN, STAND, phase, rate_hz=104.0, acc_range_g=16.0, seed=seed)
    assert strides_of([block]) == []


@pytest.mark.parametrize("seed", [1, 2, 3, 6, 8])
def test_run_and_walk_are_told_apart_as_they_change(seed: int) -> None:
    phases = (
        STAND,
        Phase(activity="walk", duration_s=20),
        run(10),
        Phase(activity="walk", duration_s=20),
        STAND,
    )
    block, true = simulated(Mount.LEFT_SHIN, *phases, seed=seed)
    strides = strides_of([block])
    at = np.array([s.initial_contact_us / 1e6 for s in strides])
    wrong = sum(
        strides[int(np.argmin(np.abs(at - c)))].activity != what
        for c, what in zip(true.initial_contact_s, true.activity, strict=True)
    )
    assert wrong <= 2  # at each change the first, whoever runs


@pytest.mark.parametrize("seed", range(4))
def test_acceleration_alone_follows_a_change_of_gait(seed: int) -> None:
    walk = Phase(activity="walk", duration_s=20)
    block, true = simulated(Mount.LEFT_SHIN, walk, run(14), walk, gyro=False, seed=seed)
    verdict = judge(strides_of([block]), true.initial_contact_s, true.toe_off_s)
    assert verdict.missed <= 3
    assert verdict.extra == 0


def test_what_was_usual_before_a_stop_is_not_after_it() -> None:
    walk = Phase(activity="walk", duration_s=15)
    block, _ = simulated(Mount.LEFT_SHIN, STAND, run(12), STAND, walk, seed=2)
    stop_s = (STAND.duration_s + run(12).duration_s + 0.5 * STAND.duration_s) * 1e6
    first, second = [s for s in strides_of([block]) if s.initial_contact_us > stop_s][:2]
    assert first.stride_time_s is first.cadence_spm is None
    assert second.stride_time_s is not None
    assert second.cadence_spm == pytest.approx(120.0 / second.stride_time_s)


def test_clipped_strides_are_found_and_no_others() -> None:
    """Judged by the samples: a peak that left the range only between two of them was not cut off in any."""
    block, true = simulated(Mount.LEFT_SHIN, STAND, run(12), acc_range_g=8.0, seed=3)
    strides = strides_of([block])
    at = np.array([s.initial_contact_us / 1e6 for s in strides])
    t_s = block.t_us / 1e6
    at_an_end = np.asarray(((block.acc_g <= -8.0) | (block.acc_g >= 8.0 * 32767 / 32768)).any(axis=1))
    pairs = [
        (
            strides[int(np.argmin(np.abs(at - contact)))].clipped,
            bool(at_an_end[(t_s >= contact - 0.01) & (t_s <= toe_off)].any()),
        )
        for contact, toe_off in zip(true.initial_contact_s, true.toe_off_s, strict=True)
        if np.min(np.abs(at - contact)) < 0.05
    ]
    assert 0 < sum(want for _, want in pairs) < len(pairs)
    assert all(got == want for got, want in pairs)
