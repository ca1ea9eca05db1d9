"""Every rule: a case where it fires and clears, and one where it must not."""

from typing import Any

import pytest

from alerts.alert import Alert
from alerts.baseline import LEARN_STRIDES, WARM_UP_STRIDES, Usual
from alerts.engine import AlertEngine
from alerts.observation import Metric, Observation
from alerts.rules import RULES, rule
from dsp.mount import Mount
from tests.alerts.strides import Run, words

LEFT, RIGHT = Mount.LEFT_SHIN, Mount.RIGHT_SHIN
BOTH = (LEFT, RIGHT)
STORED: dict[tuple[Metric, Mount], Usual] = {
    ("peak_resultant_g", LEFT): Usual(7.0, 0.7),
    ("peak_resultant_g", RIGHT): Usual(7.0, 0.7),
    ("cadence_spm", LEFT): Usual(171.0, 2.0),
    ("ringing", LEFT): Usual(0.2, 0.03),
}


def fresh(*, stored: bool = True) -> Run:
    return Run(AlertEngine(RULES, baseline=STORED if stored else None))


def test_shock_high_fires_above_the_own_baseline_and_clears_below_half_the_margin() -> None:
    run = fresh()
    assert run.steps(50) == []
    (raised,) = run.steps(20, peak_resultant_g=9.0)
    assert (raised.rule, raised.state, raised.mount) == ("shock-high", "raised", LEFT)
    assert raised.value == 9.0
    assert raised.limit == pytest.approx(8.4)
    assert run.steps(50, peak_resultant_g=8.0) == []  # between clear and limit: stays as it is
    (cleared,) = run.steps(20, peak_resultant_g=7.5)
    assert cleared.state == "cleared"
    assert cleared.limit == pytest.approx(7.7)


def test_shock_high_needs_eight_of_ten() -> None:
    run = fresh()
    for _ in range(20):
        assert run.steps(7, peak_resultant_g=20.0) + run.steps(3) == []


def test_shock_high_is_absolute_until_there_is_a_baseline_and_only_informs() -> None:
    run = fresh(stored=False)
    (raised,) = run.steps(20, peak_resultant_g=10.5)
    assert (raised.rule, raised.state, raised.level, raised.limit) == ("shock-high", "raised", "info", 10.0)
    (cleared,) = run.steps(20, peak_resultant_g=9.0)
    assert (cleared.state, cleared.level, cleared.value) == ("cleared", "info", 9.0)
    assert cleared.limit == pytest.approx(10.0 * 1.1 / 1.2)
    assert fresh(stored=False).steps(20, peak_resultant_g=9.5) == []


def test_shock_high_warns_against_the_own_baseline() -> None:
    run = fresh()
    alerts = run.steps(20, peak_resultant_g=9.0) + run.steps(20, peak_resultant_g=7.0)
    assert [(alert.state, alert.level) for alert in alerts] == [("raised", "warning"), ("cleared", "warning")]


def test_a_clearing_has_its_raisings_level_whatever_limit_cleared_it() -> None:
    """A sensor that goes on at another rate has no baseline of old any more."""
    usual: dict[tuple[Metric, Mount], Usual] = {("peak_resultant_g", LEFT): Usual(7.0, 0.7, 3, "test")}
    run = Run(AlertEngine(RULES, baseline=usual))
    raised, cleared = run.steps(20, peak_resultant_g=9.5) + run.steps(
        20, peak_resultant_g=9.0, filter="other"
    )
    assert (raised.level, raised.usual_runs) == ("warning", 3)
    assert (cleared.level, cleared.usual_runs) == ("warning", None)


def test_what_a_rough_limit_raised_is_over_once_a_baseline_is_known() -> None:
    """Left open, it would keep the warning by the baseline from ever being raised."""
    run = fresh(stored=False)
    assert run.steps(WARM_UP_STRIDES + LEARN_STRIDES - 20, peak_resultant_g=7.0) == []
    rough, over, own = run.steps(20 + 150, peak_resultant_g=10.5)
    assert (rough.state, rough.level, rough.limit) == ("raised", "info", 10.0)
    assert (over.state, over.level, over.usual_runs) == ("cleared", "info", None)
    assert over.limit == pytest.approx(10.0 * 1.1 / 1.2)
    assert (own.state, own.level, own.usual_runs) == ("raised", "warning", 0)
    assert own.limit == pytest.approx(1.2 * 7.0)
    assert words(run.steps(20, peak_resultant_g=7.0)) == [("shock-high", "cleared")]


def test_shock_high_at_the_shoe_has_another_absolute_limit() -> None:
    shoe = (Mount.LEFT_SHOE,)
    assert fresh(stored=False).steps(50, mounts=shoe, peak_resultant_g=29.0) == []
    assert words(fresh(stored=False).steps(50, mounts=shoe, peak_resultant_g=31.0)) == [
        ("shock-high", "raised")
    ]


def test_shock_high_learns_what_is_usual_from_the_run() -> None:
    run = fresh(stored=False)
    assert run.steps(WARM_UP_STRIDES, peak_resultant_g=4.0) == []
    assert run.steps(LEARN_STRIDES, peak_resultant_g=6.0) == []
    assert run.engine.baseline["peak_resultant_g", LEFT].value == 6.0
    assert words(run.steps(20, peak_resultant_g=7.5)) == [("shock-high", "raised")]


@pytest.mark.parametrize("cut", [{"clipped": True}, {"gap": True}])
def test_cut_off_peaks_are_lower_bounds(cut: dict[str, Any]) -> None:
    assert words(fresh().steps(10, peak_resultant_g=16.0, **cut)) == [("shock-high", "raised")]
    assert fresh().steps(10, peak_resultant_g=8.0, **cut) == []


@pytest.mark.parametrize("cut", [{"clipped": True}, {"gap": True}])
def test_cut_off_peaks_never_clear(cut: dict[str, Any]) -> None:
    run = fresh()
    assert words(run.steps(10, peak_resultant_g=9.0)) == [("shock-high", "raised")]
    assert ("shock-high", "cleared") not in words(run.steps(200, peak_resultant_g=6.0, **cut))


@pytest.mark.parametrize("cut", [{"clipped": True}, {"gap": True}])
def test_cut_off_peaks_are_no_baseline(cut: dict[str, Any]) -> None:
    run = fresh(stored=False)
    run.steps(400, peak_resultant_g=9.0, **cut)
    assert ("peak_resultant_g", LEFT) not in run.engine.baseline
    assert ("cadence_spm", LEFT) in run.engine.baseline


@pytest.mark.parametrize("doubt", [{"activity": "walk"}, {"quality": 0.02}])
def test_walking_and_doubt_are_silent(doubt: dict[str, Any]) -> None:
    assert fresh().steps(200, peak_resultant_g=30.0, cadence_spm=90.0, ringing=5.0, **doubt) == []


@pytest.mark.parametrize("doubt", [{"activity": "walk"}, {"quality": 0.02}])
def test_of_walking_and_doubt_nothing_is_learned(doubt: dict[str, Any]) -> None:
    run = fresh(stored=False)
    run.steps(WARM_UP_STRIDES + LEARN_STRIDES, peak_resultant_g=20.0, **doubt)
    assert run.engine.baseline == {}
    run.steps(WARM_UP_STRIDES + LEARN_STRIDES, peak_resultant_g=7.0)
    assert run.engine.baseline["peak_resultant_g", LEFT].value == 7.0


def test_cadence_low_fires_after_a_minute() -> None:
    run = fresh()
    assert run.steps(70, cadence_spm=160.0) == []  # 49 s
    (raised,) = run.steps(30, cadence_spm=160.0)
    assert (raised.rule, raised.mount) == ("cadence-low", LEFT)
    assert raised.limit == pytest.approx(0.95 * 171)
    assert words(run.steps(100, cadence_spm=168.0)) == [("cadence-low", "cleared")]


def test_cadence_low_is_silent_within_five_percent_and_without_a_baseline() -> None:
    assert fresh().steps(300, cadence_spm=164.0) == []
    assert fresh(stored=False).steps(WARM_UP_STRIDES, cadence_spm=120.0) == []


def sides(run: Run, count: int, left: float, right: float) -> list[Alert]:
    """So many strides of each side with these peaks; what came of their asymmetry."""
    alerts = []
    for pair in zip(
        run.strides(count, mounts=(LEFT,), peak_resultant_g=left),
        run.strides(count, mounts=(RIGHT,), peak_resultant_g=right),
        strict=True,
    ):
        for stride in pair:
            alerts += run.engine.push(stride)
    return [alert for alert in alerts if alert.rule == "shock-asymmetry-changed"]


def usually(left: float, right: float) -> Run:
    usual: dict[tuple[Metric, Mount], Usual] = {
        ("peak_resultant_g", LEFT): Usual(left, 0.6),
        ("peak_resultant_g", RIGHT): Usual(right, 0.7),
    }
    return Run(AlertEngine(RULES, baseline=usual))


def test_shock_asymmetry_fires_when_it_changed() -> None:
    run = fresh()
    assert run.steps(200, mounts=BOTH) == []
    (raised,) = sides(run, 200, 6.5, 8.0)
    assert (raised.state, raised.mount) == ("raised", None)
    assert raised.value == pytest.approx(200 * 1.5 / 14.5)
    assert raised.limit == 10.0
    assert run.engine.shock_asymmetry_percent(run.t_us) == pytest.approx(200 * 1.5 / 14.5)
    assert words(run.steps(200, mounts=BOTH)) == [("shock-asymmetry-changed", "cleared")]


def test_shock_asymmetry_that_is_usual_is_silent() -> None:
    assert sides(usually(6.0, 7.5), 300, 6.0, 7.7) == []


@pytest.mark.parametrize(("left", "right", "fires"), [(7.5, 6.0, True), (6.0, 7.5, False), (6.0, 8.1, True)])
def test_shock_asymmetry_knows_which_side_was_harder(left: float, right: float, fires: bool) -> None:
    """Usually the right one is 22 % harder: as much on the left is a change of 44 points."""
    run = usually(6.0, 7.5)
    assert [alert.state for alert in sides(run, 200, left, right)] == ["raised"] * fires
    assert [alert.state for alert in sides(run, 200, 6.0, 7.5)] == ["cleared"] * fires


@pytest.mark.parametrize(("strides", "fires"), [(12, False), (30, False), (60, True)])
def test_what_one_side_was_usually_harder_by_does_not_count_for_the_other(strides: int, fires: bool) -> None:
    """Of a minute 54 s must be harder on the left, after minutes in which the right was as usual."""
    run = usually(6.0, 7.5)
    alerts = [*sides(run, 200, 6.0, 7.5), *sides(run, strides, 6.77, 6.0), *sides(run, 200, 6.0, 7.5)]
    assert [alert.state for alert in alerts] == ["raised", "cleared"] * fires
    assert [round(alert.value) for alert in alerts[:1]] == [12] * fires


def test_shock_asymmetry_needs_both_sides_of_the_same_segment() -> None:
    run = fresh()
    run.steps(100, mounts=(LEFT, Mount.RIGHT_SHOE))
    assert run.engine.shock_asymmetry_percent(run.t_us) is None
    run.steps(100, mounts=BOTH)
    assert run.engine.shock_asymmetry_percent(run.t_us) == 0.0
    assert run.engine.shock_asymmetry_percent(run.t_us + 60_000_000) is None


def test_strap_loose_fires_after_twenty_strides() -> None:
    run = fresh()
    assert run.steps(17, ringing=0.35) == []
    assert words(run.steps(3, ringing=0.35)) == [("strap-loose", "raised")]
    assert words(run.steps(20, ringing=0.2)) == [("strap-loose", "cleared")]


def test_strap_loose_is_silent_within_three_deviations() -> None:
    assert fresh().steps(100, ringing=0.28) == []


def test_sensor_clipping_fires_above_a_fifth() -> None:
    run = fresh()
    alerts = []
    for number in range(100):
        alerts += run.steps(1, clipped=number % 3 == 0)
    assert words(alerts) == [("sensor-clipping", "raised")]
    assert words(run.steps(100)) == [("sensor-clipping", "cleared")]


def test_sensor_moved_fires_once_the_axis_from_standing_is_given_up() -> None:
    run = fresh()
    assert run.steps(50, axis_method="standing") == []
    assert words(run.steps(20, axis_method="stance")) == [("sensor-moved", "raised")]
    assert run.steps(50, axis_method="stance") == []
    assert words(run.steps(20, axis_method="standing")) == [("sensor-moved", "cleared")]


def test_sensor_moved_is_silent_of_who_never_stood_and_of_holes() -> None:
    assert fresh().steps(100, axis_method="stance") == []
    run = fresh()
    run.steps(10, axis_method="standing")
    assert run.steps(100, axis_method="none", peak_resultant_g=None) == []
    assert [
        alert for k in range(90) for alert in run.steps(1, axis_method=("stance", "standing")[k % 2])
    ] == []


def test_sensor_moved_fires_too_where_no_axis_is_left() -> None:
    """A running shin has none but from standing."""
    run = fresh()
    run.steps(50, axis_method="standing")
    assert words(run.steps(20, axis_method="none")) == [("sensor-moved", "raised")]


def test_sensor_clipping_is_silent_below_a_fifth() -> None:
    run = fresh()
    assert [alert for number in range(200) for alert in run.steps(1, clipped=number % 6 == 0)] == []


def test_sensor_silent_fires_and_clears() -> None:
    engine = AlertEngine(RULES)
    alerts = []
    for second, silence in enumerate([0.1, 1.1, 2.1, 3.1, 4.1, 5.1, 6.1, 7.1, 0.2, 0.3]):
        alerts += engine.observe(Observation("silence_s", LEFT, second * 1_000_000, silence))
    assert [(alert.state, alert.t_us) for alert in alerts] == [("raised", 5_000_000), ("cleared", 8_000_000)]


def test_sensor_silent_keeps_quiet_over_short_gaps() -> None:
    engine = AlertEngine(RULES)
    for second in range(600):
        assert engine.observe(Observation("silence_s", LEFT, second * 1_000_000, second % 5)) == []


def test_battery_low_fires_once() -> None:
    engine = AlertEngine(RULES)
    alerts = []
    for step, percent in enumerate([16.0, 15.0, 14.0, 16.0, 14.0, 13.0, 13.0, 12.0, 15.5, 14.0]):
        alerts += engine.observe(Observation("battery_percent", LEFT, step * 5_000_000, percent))
    assert [(alert.rule, alert.state, alert.t_us) for alert in alerts] == [
        ("battery-low", "raised", 30_000_000)
    ]


def test_battery_low_is_silent_on_one_bad_reading() -> None:
    engine = AlertEngine(RULES)
    for step, percent in enumerate([80.0, 3.0, 80.0, 79.0, 4.0, 79.0]):
        assert engine.observe(Observation("battery_percent", LEFT, step * 5_000_000, percent)) == []


def test_what_was_seen_before_a_pause_does_not_count() -> None:
    run = fresh()
    assert run.steps(7, peak_resultant_g=20.0) == []
    run.t_us += 60_000_000
    assert run.steps(7, peak_resultant_g=20.0) == []
    assert words(run.steps(1, peak_resultant_g=20.0)) == [("shock-high", "raised")]


def test_no_rule_claims_what_the_sensors_cannot_know() -> None:
    forbidden = ("injur", "risk", "force", "diagnos", "prevent", "bone", "damage", "predict")
    for row in RULES:
        assert "softer ground" not in f"{row.advice} {row.first_advice}", "grass reads no lower than concrete"
        text = f"{row.title} {row.advice} {row.first_title} {row.first_advice}".lower()
        assert not [word for word in forbidden if word in text], row.id


def test_ids_are_unique_and_found() -> None:
    assert len({row.id for row in RULES}) == len(RULES)
    assert all(rule(row.id) is row for row in RULES)


def test_every_rule_that_begins_with_a_limit_has_words_for_it() -> None:
    for row in RULES:
        begins = row.first_shin is not None or row.first_shoe is not None
        assert bool(row.first_title) is bool(row.first_advice) is begins
        assert "usual" not in row.first_title
