"""Numbers of the review: medians, bands, sensor tracks, alerts from raised to cleared."""

from dataclasses import replace

import numpy as np
import pytest

from alerts.alert import Alert
from dsp.stride import Stride
from dsp.summary import Totals, summarise
from kneeload.review.counted import why_nothing
from kneeload.review.head_section import head_section, whole_seconds
from kneeload.review.medians_section import medians_section
from kneeload.review.metrics import METRICS
from kneeload.review.statistics import (
    bands,
    episodes,
    median,
    median_activity,
    spent,
)
from kneeload.spoken import with_unit
from tests.sample_run import (
    SHINS,
    sample_alerts,
    sample_run_data,
    sample_strides,
    sample_summaries,
)

__all__: list[str] = []

LEFT, RIGHT = SHINS
CADENCE, CONTACT, SHOCK = METRICS[:3]


def shocks(values: list[float], *, clipped: frozenset[int] = frozenset()) -> list[Stride]:
    pattern = next(s for s in sample_strides(LEFT) if s.activity == "run" and not s.gap)
    return [
        replace(pattern, stride=n, peak_resultant_g=value, clipped=n in clipped)
        for n, value in enumerate(values)
    ]


def test_the_median_is_over_the_running_strides_that_have_the_value() -> None:
    strides = sample_strides(LEFT)
    running = [s for s in strides if s.activity == "run"]
    chosen = [s.contact_time_s for s in running if s.contact_time_s is not None]
    got = median(strides, CONTACT, mount=LEFT, activity="run")
    assert got is not None
    assert got.value == np.median(chosen)
    assert got.low < got.value < got.high
    assert got.strides == len(chosen) < got.among == len(running) < len(strides)


def test_strides_with_lost_samples_count_as_in_the_summary() -> None:
    """Of a radio that loses samples all the time the review would else say nothing."""
    torn = [
        replace(s, gap=n % 3 > 0, contact_time_s=0.2 + 0.001 * n) for n, s in enumerate(shocks([5, 9, 7, 8]))
    ]
    torn.append(replace(torn[0], gap=True, contact_time_s=None, peak_resultant_g=None))
    totals = Totals(LEFT, 3.0, 3.0, 0.0, 0.0, samples=600, lost=60, clipped_samples=0, rate_hz=200.0)
    summary = summarise(torn, totals)
    for metric, expected in ((CONTACT, summary.contact_time_s), (SHOCK, summary.peak_resultant_g)):
        got = median(torn, metric, mount=LEFT, activity="run")
        assert got is not None
        assert (got.value, got.strides, got.among) == (expected, 4, 5)


def test_where_nothing_is_left_the_reason_is_said() -> None:
    whole = [replace(s, peak_resultant_g=None) for s in shocks([5, 6])]
    torn = [replace(s, gap=True) for s in whole]
    assert why_nothing(torn) == "left out: samples lost in every stride"
    assert why_nothing([*torn, whole[0]]) == "left out: samples lost in 2 of 3 strides"
    assert why_nothing([torn[0], *whole]) == "not estimated"
    assert why_nothing([]) == "no stride"


def test_what_a_sensor_cannot_know_has_its_reason() -> None:
    pattern = replace(shocks([5])[0], axis_method="stance", peak_swing_dps=400.0)
    stood, still = replace(pattern, axis_method="standing"), "not measured: this sensor saw no standing still"
    assert why_nothing([pattern, pattern], "shank_angle_deg") == still
    assert why_nothing([pattern, stood], "shank_angle_deg") == "not estimated"
    assert why_nothing([pattern], "contact_time_s") == "not estimated"
    fixed = replace(stood, peak_swing_dps=None)
    assert why_nothing([fixed], "shank_angle_deg") == "not measured: this sensor has no gyroscope"
    strides = (replace(stood, shank_angle_deg=5.0), replace(pattern, mount=RIGHT))
    text = medians_section(sample_run_data(strides=strides, alerts=(), health=(), waveforms={}))
    assert text.count(f"<div class='spread'>{still}</div>") == 1


def test_another_mount_has_no_median_of_its_own() -> None:
    assert median(sample_strides(LEFT), CONTACT, mount=RIGHT, activity="run") is None


def test_clipped_peaks_above_the_median_leave_it_exact() -> None:
    got = median(shocks([5, 6, 7, 16, 16], clipped=frozenset({3, 4})), SHOCK, mount=LEFT, activity="run")
    assert got is not None
    assert (got.value, got.at_least, got.clipped) == (7, False, 2)


def test_clipped_peaks_that_reach_the_median_make_it_a_lower_bound() -> None:
    got = median(shocks([5, 6, 16, 16, 16], clipped=frozenset({2, 3, 4})), SHOCK, mount=LEFT, activity="run")
    assert got is not None
    assert (got.value, got.at_least) == (16, True)


def test_of_an_even_number_both_in_the_middle_make_the_median() -> None:
    for clipped, at_least in ((frozenset({2, 3}), True), (frozenset({3}), False)):
        got = median(shocks([5, 6, 16, 17], clipped=clipped), SHOCK, mount=LEFT, activity="run")
        assert got is not None
        assert (got.value, got.at_least) == (11, at_least)


def test_clipping_says_nothing_of_times() -> None:
    got = median(shocks([16, 16], clipped=frozenset({0, 1})), CONTACT, mount=LEFT, activity="run")
    assert got is not None
    assert (got.clipped, got.at_least, got.filters) == (0, False, ())


def test_peaks_of_a_slow_sensor_are_told_to_read_low() -> None:
    slow = [replace(stride, low_rate=True) for stride in shocks([5, 6])]
    for metric, strides, expected in (
        (SHOCK, slow, True),
        (SHOCK, shocks([5]), False),
        (CONTACT, slow, False),
    ):
        got = median(strides, metric, mount=LEFT, activity="run")
        assert got is not None
        assert got.low_rate is expected


def test_walking_counts_where_nobody_ran() -> None:
    walking = [s for s in sample_strides(LEFT) if s.activity == "walk"]
    assert median_activity(walking) == "walk"
    assert median_activity(sample_strides(LEFT)) == "run"


def test_bands_follow_the_activity() -> None:
    spans = bands(sample_strides(RIGHT))
    assert [span.kind for span in spans] == ["walk", "run"]
    assert spans[0].from_s == pytest.approx(10.35)
    assert spans[0].to_s == spans[1].from_s == pytest.approx(40, abs=1.2)
    assert spans[1].to_s == pytest.approx(298, abs=1.2)


def test_a_break_separates_bands_and_single_contacts_do_not() -> None:
    running = [s for s in sample_strides(RIGHT) if s.activity == "run"][:60]
    odd = [replace(s, activity="walk") if n == 30 else s for n, s in enumerate(running)]
    assert [span.kind for span in bands(odd)] == ["run"]
    paused = [
        replace(s, initial_contact_us=s.initial_contact_us + 10_000_000 * (n >= 30))
        for n, s in enumerate(running)
    ]
    first, second = bands(paused)
    assert second.from_s - first.to_s == pytest.approx(10, abs=1)


def test_time_spent_comes_from_the_last_summary_or_the_bands() -> None:
    strides = sample_strides(LEFT)
    summaries = list(sample_summaries(strides))
    reported = spent(summaries, strides, 300)
    assert reported["running"] == summaries[-1].running_s
    counted = spent([], strides, 300)
    assert counted["running"] == pytest.approx(reported["running"], abs=16), "12 s of silence and the edges"
    assert sum(counted.values()) == pytest.approx(300)


def test_time_without_samples_is_told_where_there_is_some() -> None:
    strides = sample_strides(LEFT)
    summaries = list(sample_summaries(strides))
    assert sum(spent(summaries, strides, 342).values()) == pytest.approx(342)
    assert "No sensor sent" not in head_section(sample_run_data(), alerts=0)
    assert "<dt>No sensor sent</dt><dd>0:42 min</dd>" in head_section(
        sample_run_data(duration_s=342.0), alerts=0
    )


def test_the_heads_times_add_up() -> None:
    """1:46 + 0:09 + 0:02 + 0:05 of 2:01 would make a reader doubt the rest."""
    times = {"running": 105.6, "walking": 8.6, "otherwise": 1.6, "unwatched": 4.6}
    whole = whole_seconds(times)
    assert sum(whole.values()) == round(sum(times.values())) == 120
    assert all(abs(whole[name] - times[name]) <= 1 for name in times)
    assert (with_unit(401), with_unit(3723)) == ("6:41 min", "1:02:03 h")


def test_clipped_is_explained_on_the_card_that_counts_it() -> None:
    def cards(*strides: Stride) -> list[str]:
        data = sample_run_data(strides=strides, alerts=(), health=(), waveforms={})
        return [card for card in medians_section(data).split("<section") if "Clipped:" in card]

    (card,) = cards(*shocks([5, 6, 16], clipped=frozenset({2})))
    assert "<h3>Peak tibial acceleration" in card
    assert "1 clipped" in card
    assert cards(*shocks([5, 6, 16])) == []


def test_an_alert_is_matched_with_its_own_clearing() -> None:
    happened = episodes(sample_alerts())
    assert [(e.raised.rule, e.cleared is not None) for e in happened] == [
        ("sensor-silent", True),
        ("shock-high", True),
        ("shock-asymmetry-changed", False),
    ]
    other = Alert("shock-high", "warning", "cleared", 1, LEFT, 1.0, 1.0)
    assert [e.cleared for e in episodes([*sample_alerts()[2:3], other])] == [None]


def test_alerts_are_numbered_by_when_they_were_raised_not_by_when_they_were_told() -> None:
    raised = [alert for alert in sample_alerts() if alert.state == "raised"][:2]
    late, early = replace(raised[0], t_us=50_000_000), replace(raised[1], t_us=40_000_000)
    assert [episode.raised for episode in episodes([late, early])] == [early, late]
