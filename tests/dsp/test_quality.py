"""quality means the same at every site: wrong contacts are unlike the others, right ones are alike."""

from math import exp, log

import numpy as np
import pytest

from dsp.likeness import FAINT, LEAD_S, LEAST, PERIOD, UNKNOWN, Landing, Likeness
from dsp.mount import Mount
from firmware_sim.plan import Phase
from tests.dsp.recordings import recording, strides_of
from tests.dsp.simulated import simulated

STAND = Phase(activity="stand", duration_s=4.0)
SURE = 0.6
USUAL = Landing(-0.005, 300.0)


def taught() -> Likeness:
    likeness = Likeness()
    for _ in range(LEAST):
        likeness.remember(USUAL, "run")
    return likeness


def quality(landing: Landing, stride_s: float | None = 0.7) -> float:
    return taught().of(landing, "run", stride_s=stride_s, period_s=0.7)


def test_alike_is_one_and_each_difference_counts() -> None:
    assert quality(USUAL) == 1.0
    assert quality(Landing(-0.005 - LEAD_S, 300.0)) == pytest.approx(exp(-1))
    assert quality(Landing(-0.005, 300.0 / FAINT)) == pytest.approx(exp(-1))
    assert quality(USUAL, 0.7 * (1 + PERIOD)) == pytest.approx(exp(-1))
    assert quality(USUAL, 0.7 * (1 - 2 * PERIOD)) == pytest.approx(exp(-4))


def test_a_harder_landing_is_no_reason_for_doubt() -> None:
    assert quality(Landing(-0.005, 3000.0)) == 1.0


def test_what_cannot_be_compared_is_half_doubted() -> None:
    assert Likeness().of(USUAL, "run", stride_s=None, period_s=0.7) == pytest.approx(UNKNOWN**3)
    assert quality(USUAL, None) == pytest.approx(UNKNOWN)
    assert quality(Landing(None, 300.0)) == pytest.approx(UNKNOWN)
    assert taught().of(USUAL, "walk", stride_s=0.7, period_s=0.7) == pytest.approx(UNKNOWN**2)


def test_a_changed_landing_is_usual_after_a_few() -> None:
    likeness, other = taught(), Landing(-0.09, 120.0)
    before = likeness.of(other, "run", stride_s=0.7, period_s=0.7)
    for _ in range(LEAST + 1):
        likeness.remember(other, "run")
    after = likeness.of(other, "run", stride_s=0.7, period_s=0.7)
    assert before == pytest.approx(exp(-((0.085 / LEAD_S) ** 2)) * exp(-((log(2.5) / log(FAINT)) ** 2)))
    assert after == 1.0


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


def test_acceleration_alone_on_a_shoe_outdoors_is_as_sure() -> None:
    block = recording("outdoor_shoe/run-left-shoe", Mount.LEFT_SHOE, 100.0)
    values = np.array([stride.quality for stride in strides_of([block])])
    assert (values >= SURE).mean() >= 0.9
