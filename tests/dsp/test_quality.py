"""quality means the same at every site: wrong contacts are unlike the others, right ones are alike."""

from math import exp, log

import numpy as np
import pytest

from dsp.likeness import FAINT, LEAST, PERIOD, UNKNOWN, Likeness
from dsp.mount import Mount
from dsp.record import UNLIKE
from firmware_sim.plan import Phase
from tests.dsp.recordings import recording, strides_of
from tests.dsp.simulated import simulated
from tests.dsp.test_recordings import FEET, RUNS, WALKS, vicon_trials

STAND = Phase(activity="stand", duration_s=4.0)
SURE = 0.6
USUAL = 300.0


def taught() -> Likeness:
    likeness = Likeness()
    for _ in range(LEAST):
        likeness.remember(USUAL, "run")
    return likeness


def quality(
    jolt: float = USUAL,
    *,
    landing: float | None = 1.0,
    lift: float | None = 1.0,
    stride_s: float | None = 0.7,
) -> float:
    return taught().of(jolt, "run", landing=landing, lift=lift, stride_s=stride_s, period_s=0.7)


def test_alike_is_one_and_each_difference_counts() -> None:
    assert quality() == 1.0
    assert quality(landing=0.4) == pytest.approx(0.4)
    assert quality(USUAL / FAINT) == pytest.approx(exp(-1))
    assert quality(stride_s=0.7 * (1 + PERIOD)) == pytest.approx(exp(-1))
    assert quality(stride_s=0.7 * (1 - 2 * PERIOD)) == pytest.approx(exp(-4))


def test_a_doubtful_toe_off_halves_at_the_most() -> None:
    assert quality(lift=0.0) == pytest.approx(0.5)
    assert quality(lift=None) == 1.0


def test_a_harder_landing_is_no_reason_for_doubt() -> None:
    assert quality(3000.0) == 1.0


def test_what_cannot_be_compared_is_half_doubted() -> None:
    first = Likeness().of(USUAL, "run", landing=None, lift=None, stride_s=None, period_s=0.7)
    assert first == pytest.approx(UNKNOWN**3)
    assert quality(stride_s=None) == pytest.approx(UNKNOWN)
    assert quality(landing=None) == pytest.approx(UNKNOWN)
    other = taught().of(USUAL, "walk", landing=1.0, lift=1.0, stride_s=0.7, period_s=0.7)
    assert other == pytest.approx(UNKNOWN)


def test_a_changed_landing_is_usual_after_a_few() -> None:
    likeness, other = taught(), 120.0

    def now() -> float:
        return likeness.of(other, "run", landing=1.0, lift=1.0, stride_s=0.7, period_s=0.7)

    before = now()
    for _ in range(LEAST + 1):
        likeness.remember(other, "run")
    assert before == pytest.approx(exp(-((log(2.5) / log(FAINT)) ** 2)))
    assert now() == 1.0


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, Mount.RIGHT_SHOE])
@pytest.mark.parametrize("activity", ["run", "walk"])
def test_steady_gait_is_sure_at_every_site(activity: str, mount: Mount, gyro: bool) -> None:
    phase = (
        Phase(activity="run", duration_s=30.0, speed_kmh=11.0)
        if activity == "run"
        else Phase(activity="walk", duration_s=30.0, speed_kmh=5.0)
    )
    block, _ = simulated(mount, STAND, phase, STAND, gyro=gyro, seed=5)
    values = np.array([stride.quality for stride in strides_of([block])])
    assert np.median(values) >= 0.9
    assert (values[4:-2] >= SURE).mean() >= 0.9


def test_no_four_contacts_in_a_row_of_people_are_like_none_before() -> None:
    """That would end their bout (dsp.pipeline.UNLIKE); what lost samples say is not asked there either."""
    streams = [
        *(recording(f"treadmill_shank/{name}", Mount.LEFT_SHIN, 142.857) for name in (*RUNS, *WALKS)),
        *(recording(f"walk_feet/{name}", Mount.LEFT_SHOE, 100.0) for name in FEET),
        *(recording(f"vicon_shoe/{name}", Mount.RIGHT_SHOE, 200.0) for name, _, _ in vicon_trials()),
        recording("outdoor_shoe/run-left-shoe", Mount.LEFT_SHOE, 100.0),
        recording("ble_foot/run", Mount.LEFT_SHOE, 100.0),
    ]
    for stream in streams:
        row = 0
        for stride in strides_of([stream]):
            row = row + 1 if stride.quality < UNLIKE and not stride.gap else 0
            assert row <= 2


def test_acceleration_alone_on_a_shoe_outdoors_is_as_sure() -> None:
    block = recording("outdoor_shoe/run-left-shoe", Mount.LEFT_SHOE, 100.0)
    values = np.array([stride.quality for stride in strides_of([block])])
    assert (values >= SURE).mean() >= 0.9
