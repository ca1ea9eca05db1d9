"""Rules over simulated runs: an alert comes when it should, none in a steady run of an hour, none twice."""

from dataclasses import replace

import pytest

from alerts.alert import Alert
from alerts.earlier import usual_of_run, usual_of_runs
from alerts.engine import AlertEngine
from alerts.rules import RULES
from dsp.mount import Mount
from dsp.stride import Stride
from tests.alerts.simulated import STAND, alerts_of, run, strides_of
from tests.alerts.strides import words

BOTH = (Mount.LEFT_SHIN, Mount.RIGHT_SHIN)
SHOE = Mount.LEFT_SHOE
LEARN_MIN = 4.5


def later(strides: tuple[Stride, ...], seconds: float) -> list[Stride]:
    return [replace(s, initial_contact_us=s.initial_contact_us + round(seconds * 1e6)) for s in strides]


def raised(alerts: list[Alert]) -> list[str]:
    return [alert.rule for alert in alerts if alert.state == "raised"]


def test_a_steady_hour_is_silent() -> None:
    """A quarter of it is simulated: three more of the same kind would differ in their noise alone."""
    quarter_s = 15 * 60.0
    quarter = strides_of(Mount.LEFT_SHIN, (run(15, 11),), rate_hz=100.0, seed=2)
    hour = [stride for number in range(4) for stride in later(quarter, number * quarter_s)]
    assert len(hour) > 4900
    assert hour[-1].initial_contact_us > 3_595_000_000
    assert alerts_of(AlertEngine(RULES), hour) == []


def test_two_even_sides_are_silent() -> None:
    sensors = [strides_of(mount, (STAND, run(8, 11)), seed=2) for mount in BOTH]
    assert alerts_of(AlertEngine(RULES), *sensors) == []


@pytest.mark.parametrize("speed_kmh", [9.0, 14.0])
def test_another_speed_with_its_own_step_rate_is_no_slow_cadence_at_the_shoe(speed_kmh: float) -> None:
    strides = strides_of(SHOE, (STAND, run(LEARN_MIN, 12), run(4, speed_kmh)))
    assert "cadence-low" not in raised(alerts_of(AlertEngine(RULES), strides))


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, SHOE])
def test_an_easy_day_after_faster_ones_is_silent_and_a_hard_one_is_told(mount: Mount) -> None:
    usual = usual_of_runs([usual_of_run(strides_of(mount, (STAND, run(LEARN_MIN, 12, impact_g=6.0))))] * 3)
    easy = strides_of(mount, (STAND, run(2, 9, impact_g=5.0)), seed=7)
    assert alerts_of(AlertEngine(RULES, baseline=usual), easy) == []
    hard = strides_of(mount, (STAND, run(0.5, 12, impact_g=8.5)), seed=7)
    assert raised(alerts_of(AlertEngine(RULES, baseline=usual), hard)) == ["shock-high"]
    assert alerts_of(AlertEngine(RULES), hard) == []


def test_slower_steps_at_the_same_speed_are_told_once() -> None:
    usual = run(LEARN_MIN, 11).cadence()
    tired = run(5, 11, cadence_spm=0.9 * usual)
    strides = strides_of(SHOE, (STAND, run(LEARN_MIN, 11), tired))
    alerts = [alert for alert in alerts_of(AlertEngine(RULES), strides) if alert.rule == "cadence-low"]
    (alert,) = alerts
    changed_s = 4.0 + 60 * LEARN_MIN
    assert alert.state == "raised"
    assert 50 <= alert.t_us / 1e6 - changed_s <= 90  # 54 of 60 s


def test_harder_impacts_are_told_once_and_taken_back() -> None:
    phases = (
        STAND,
        run(LEARN_MIN, 11, impact_g=6.0),
        run(2, 11, impact_g=8.5),
        run(2, 11, impact_g=6.0),
    )
    alerts = alerts_of(AlertEngine(RULES), strides_of(Mount.LEFT_SHIN, phases))
    assert words(alerts) == [("shock-high", "raised"), ("shock-high", "cleared")]
    changed_s = 4.0 + 60 * LEARN_MIN
    assert 0 <= alerts[0].t_us / 1e6 - changed_s <= 15
    assert 0 <= alerts[1].t_us / 1e6 - changed_s - 120 <= 15


def test_walking_breaks_say_nothing() -> None:
    walk = replace(run(1.5, 11), activity="walk", speed_kmh=5.0)
    phases = (STAND, run(LEARN_MIN, 11), walk, run(2, 11), walk, run(2, 11))
    assert alerts_of(AlertEngine(RULES), strides_of(Mount.LEFT_SHIN, phases)) == []


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, SHOE])
@pytest.mark.parametrize("rate_hz", [200.0, 400.0])
def test_a_strap_that_comes_loose_is_told_once(mount: Mount, rate_hz: float) -> None:
    tight = strides_of(mount, (STAND, run(LEARN_MIN, 11)), rate_hz=rate_hz, seed=4)
    loose = strides_of(mount, (STAND, run(2, 11)), rate_hz=rate_hz, seed=4, loose=True)
    alerts = alerts_of(AlertEngine(RULES), tight, later(loose, 60 * LEARN_MIN + 4))
    assert raised(alerts).count("strap-loose") == 1
    assert "strap-loose" not in raised(alerts_of(AlertEngine(RULES), tight))


@pytest.mark.parametrize("mount", [Mount.LEFT_SHIN, SHOE])
def test_a_tight_strap_at_another_speed_is_not_loose(mount: Mount) -> None:
    for speeds in ((9.0, 14.0), (14.0, 9.0)):
        strides = strides_of(mount, (STAND, run(LEARN_MIN, speeds[0]), run(3, speeds[1])), seed=6)
        assert "strap-loose" not in raised(alerts_of(AlertEngine(RULES), strides))


def test_a_slow_sensor_cannot_see_a_loose_strap() -> None:
    """Under 190 Hz what rings is beyond what samples can hold: no value, so no alert, and no false one."""
    strides = strides_of(Mount.LEFT_SHIN, (STAND, run(1, 11)), rate_hz=100.0, loose=True)
    assert len(strides) > 60
    assert all(stride.ringing is None for stride in strides)


def test_a_small_range_is_told_and_mutes_what_it_spoils() -> None:
    strides = strides_of(Mount.LEFT_SHIN, (STAND, run(LEARN_MIN, 14)), acc_range_g=8.0, seed=3)
    alerts = alerts_of(AlertEngine(RULES), strides)
    assert raised(alerts).count("sensor-clipping") == 1
    assert set(raised(alerts)) <= {"sensor-clipping", "shock-high"}
