"""Why an alert came, in words that hold for this run and not for the rule in general."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.alert import Alert
from alerts.baseline import Usual
from alerts.rules import RULES, rule
from dsp.mount import Mount
from kneeload.review.brief import brief_section
from kneeload.review.head_section import SAFETY
from kneeload.review.metrics import METRICS
from kneeload.review.page import page
from kneeload.review.statistics import episodes
from kneeload.review.traces import MIDNIGHT_MS
from kneeload.review.waveform import windows_of
from kneeload.review.words import how_it_is_raised, what_happened, whence_the_limit
from kneeload.spoken import alert_line
from tests.sample_run import sample_run_data

__all__: list[str] = []


def raised(rule_id: str, *, usual: Usual | None = None, mount: Mount | None = Mount.LEFT_SHIN) -> Alert:
    """An alert with the limit that the engine would hold it against."""
    row = rule(rule_id)
    first = None if mount is None else row.first_shin if mount.segment == "shin" else row.first_shoe
    thresholds = row.thresholds(usual, first)
    assert thresholds is not None
    limit = thresholds.raise_at
    usual_runs = None if usual is None or row.form == "absolute" else usual.runs
    return Alert(rule_id, row.level, "raised", 40_000_000, mount, limit * 1.1, limit, usual_runs)


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        (
            raised("shock-high"),
            "was not known yet: until it is, a rough limit of 10.0 g holds for a sensor at the shin",
        ),
        (
            raised("shock-high", mount=Mount.LEFT_SHOE),
            "a rough limit of 30.0 g holds for a sensor at the shoe",
        ),
        (
            raised("shock-high", usual=Usual(7.6, 0.5)),
            "9.1 g is 1.2 times what is usual for you, 7.6 g, in this run's first minutes.",
        ),
        (raised("shock-high", usual=Usual(7.6, 0.5, 5)), "for you, 7.6 g, in the 5 runs before."),
        (raised("cadence-low", usual=Usual(170, 3)), "162 steps/min is 0.95 times what is usual"),
        (
            raised("shock-asymmetry-changed", usual=Usual(8, 0), mount=None),
            "13.0 % is 5.0 % over what is usual",
        ),
        (raised("shock-asymmetry-changed", usual=Usual(2, 0), mount=None), "never below 10.0 %"),
        (raised("sensor-silent"), "5.0 s is fixed"),
        (
            raised("strap-loose", usual=Usual(0.1, 0.02)),
            "0.16 is what is usual for you plus 3 median absolute",
        ),
    ],
    ids=lambda value: f"{value.rule} {value.limit:.3g}" if isinstance(value, Alert) else None,
)
def test_the_limit_is_explained(alert: Alert, said: str) -> None:
    assert said in whence_the_limit(alert, rule(alert.rule))


def test_a_value_that_reads_like_its_limit_is_just_beyond_it() -> None:
    silent = raised("sensor-silent")
    for value, said in ((5.02, "was 5.0 s, just above 5.0 s."), (5.5, "was 5.5 s, above 5.0 s.")):
        assert said in what_happened(replace(silent, value=value), rule("sensor-silent"))


def test_where_an_asymmetry_at_its_least_limit_is_over_is_said() -> None:
    said = how_it_is_raised(rule("shock-asymmetry-changed"))
    assert "plus 2.5 % (where 10 % is the limit, half-way from what is usual to it)." in said
    assert "is the limit, half-way" not in how_it_is_raised(rule("cadence-low"))


def test_what_was_held_against_the_limit_is_named() -> None:
    alert = raised("shock-high")
    assert what_happened(alert, rule("shock-high")) == (
        "Peak acceleration at the left shin was 11.0 g (median of the last 10 strides), above 10.0 g."
    )
    share = raised("sensor-clipping")
    assert what_happened(share, rule("sensor-clipping")) == (
        "The share of the last 50 strides beyond the sensor's range at the left shin was "
        f"{share.value:.0f} %, above 20 %."
    )
    assert "below 162 steps/min" in what_happened(
        raised("cadence-low", usual=Usual(170, 3)), rule("cadence-low")
    )


def test_a_share_is_not_counted_in_strides_above_it() -> None:
    text = how_it_is_raised(rule("sensor-clipping"))
    assert (
        "Raised when the share of the last 50 strides beyond the sensor's range is above 20 % at 8 of 10 "
        "strides, cleared when it is below 10 % at as many." in text
    )
    assert "at 8 of 10 strides" in how_it_is_raised(rule("sensor-moved"))
    assert "when 8 of the last 10 strides are above" in how_it_is_raised(rule("shock-high"))


def test_the_alerts_in_short_lead_to_their_cards() -> None:
    data = sample_run_data()
    text = brief_section(data, episodes(data.alerts))
    assert re.findall(r'href="#(alert-\d)"', text) == ["alert-1", "alert-2", "alert-3"]
    assert "right shin: at 3:42 for 0:38 (9.4 g, limit 9.1 g)" in text
    assert "to the end" in text


def test_an_alert_that_came_often_is_one_line() -> None:
    pattern = raised("shock-high")
    often = [
        replace(pattern, t_us=at_s * 1_000_000, state="cleared" if cleared else "raised")
        for at_s in range(60, 300, 60)
        for cleared in (False, True)
    ]
    often.pop()  # the last one stays
    data = sample_run_data(alerts=tuple(often), waveforms={})
    text = brief_section(data, episodes(data.alerts))
    assert text.count("<li>") == 1
    assert "4 times, 1:00 in all; first at 1:00" in text
    assert text.count("href=") == 4


def test_a_warning_is_not_told_as_the_hint_before_anything_was_usual() -> None:
    """The same rule at the same place: by a rough limit at first, by the runner's own usual later."""
    hint = replace(raised("shock-high"), t_us=40_000_000, level="info", limit=10.0, usual_runs=None)
    warning = replace(hint, t_us=350_000_000, level="warning", limit=7.1, usual_runs=0)
    alerts = tuple(
        told
        for alert in (hint, warning)
        for told in (alert, replace(alert, t_us=alert.t_us + 20_000_000, state="cleared"))
    )
    text = brief_section(sample_run_data(alerts=alerts, waveforms={}), episodes(alerts))
    assert re.findall(r'class="number (\w+)"', text) == ["info", "warning"]
    for said in ("Impacts above a rough limit", "Harder impacts than usual"):
        assert text.count(f"<strong>{said}</strong>") == 1


def test_a_run_without_alerts_says_so_first() -> None:
    data = sample_run_data(alerts=(), waveforms={})
    assert "No alert" in brief_section(data, ())


def test_pain_means_the_same_everywhere() -> None:
    """The page, the alerts and the README send to the same place, and none of them waits for it to stay."""
    way = re.compile(
        r"hurts[:,](</strong>)? stop, see a doctor, and\s+come back slowly, with plenty of\s+walking"
    )
    told = [advice for row in RULES for advice in (row.advice, row.first_advice) if "hurts" in advice]
    assert len(told) == 4
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for text in (*told, SAFETY, readme):
        assert way.search(text), text
    assert "too much, too soon" in SAFETY


def test_each_number_has_definition_filter_and_uncertainty_beside_it() -> None:
    cards = re.findall(
        r'<section class="metric">.*?</section>', page(sample_run_data(), plotly=""), re.DOTALL
    )
    assert len(cards) == 3
    for card in cards:
        metric = next(row for row in METRICS if f"<h3>{row.title}" in card)
        for part in (metric.definition, metric.uncertainty, "Filter: ", metric.unit):
            assert part in card
    assert all(len(row.uncertainty) > 40 for row in METRICS)
    assert all(rule_.unit or rule_.metric == "ringing" for rule_ in RULES)


@pytest.mark.parametrize(
    ("t_us", "at"),
    [(38_879_000, "0:38"), (59_999_999, "0:59"), (60_000_000, "1:00"), (3_723_999_999, "1:02:03")],
)
def test_an_alert_has_one_time_everywhere(t_us: int, at: str) -> None:
    alert = replace(raised("shock-high"), t_us=t_us)
    data = sample_run_data(alerts=(alert,), duration_s=4000.0, waveforms={})
    assert alert_line(alert).startswith(f"{at} left-shin warning: ")
    text = page(data, plotly="")
    assert f"left shin: at {at} for " in text
    assert f"· at {at}, not cleared" in text
    assert f'"hovertemplate":"{at}, left shin, not cleared' in text
    # Plotly cuts what is below a second, too.
    assert f'"x":[{MIDNIGHT_MS + t_us // 1000}]' in text


def test_an_empty_battery_is_no_matter_of_samples() -> None:
    low, high = raised("battery-low"), replace(raised("shock-high"), t_us=50_000_000)
    assert [window.place for window in windows_of([low, high], [Mount.LEFT_SHIN])] == [1]
    text = page(sample_run_data(alerts=(low,), waveforms={}), plotly="")
    assert "Battery low" in text
    assert "No samples" not in text
