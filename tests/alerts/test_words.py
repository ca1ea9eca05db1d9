"""What an alert says, and whose usual it names."""

from dataclasses import replace

import pytest

from alerts.alert import Alert
from alerts.baseline import Usual
from alerts.rules import RULES, rule
from alerts.words import advice, clear_at_least, compared_with, title, unit
from dsp.mount import Mount

SHIN, SHOE = Mount.LEFT_SHIN, Mount.LEFT_SHOE
STARTING = Alert("shock-high", "info", "raised", 0, SHIN, 11.0, 10.0)
USUAL = replace(STARTING, level="warning", limit=9.1, usual_runs=5)


@pytest.mark.parametrize(
    "alert",
    [
        STARTING,
        replace(STARTING, mount=SHOE, limit=30.0),
        replace(STARTING, state="cleared", limit=10.0 * 1.1 / 1.2),
    ],
)
def test_before_anything_is_usual_nothing_is_said_of_it(alert: Alert) -> None:
    assert title(alert) == "Impacts above a rough limit"
    assert "only a rough one" in advice(alert)
    assert "your own next runs" in advice(alert)
    assert "harder" not in advice(alert)
    assert "slow down" not in advice(alert).lower()
    assert compared_with(alert) == ""


@pytest.mark.parametrize(
    ("alert", "usual"),
    [
        (USUAL, "usual of your last 5 runs"),
        (replace(USUAL, limit=10.0), "usual of your last 5 runs"),
        (replace(USUAL, usual_runs=0), "usual of this run's first minutes"),
        (replace(USUAL, usual_runs=None), ""),
    ],
    ids=["runs", "by chance the starting limit", "this run", "of an older version"],
)
def test_what_is_usual_is_named(alert: Alert, usual: str) -> None:
    assert title(alert) == "Harder impacts than usual"
    assert advice(alert) == rule("shock-high").advice
    assert compared_with(alert) == usual


def test_the_other_rules_have_their_own_words() -> None:
    for row in RULES[1:]:
        alert = Alert(row.id, row.level, "raised", 0, None if row.scope == "sides" else SHIN, 1.0, 1.0)
        assert (title(alert), advice(alert), unit(alert)) == (row.title, row.advice, row.unit)


def test_a_rule_of_another_version_is_called_by_its_name() -> None:
    alert = Alert("of-another-version", "info", "raised", 0, SHIN, 1.0, 1.0)
    assert (title(alert), advice(alert), unit(alert)) == ("of-another-version", "", "")


def test_where_the_least_limit_holds_the_clear_limit_is_said_as_it_is() -> None:
    asymmetry = rule("shock-asymmetry-changed")
    assert clear_at_least(asymmetry) == "where 10 % is the limit, half-way from what is usual to it"
    for usual, clear_at in ((0.0, 5.0), (4.0, 7.0), (5.0, 7.5), (8.0, 10.5)):
        thresholds = asymmetry.thresholds(Usual(usual, 0.0))
        assert thresholds is not None
        assert thresholds.clear_at == pytest.approx(clear_at)
    earlier = replace(asymmetry, clear=1.0)
    assert clear_at_least(earlier) == "where 10 % is the limit, 20 % of the way from what is usual to it"
    assert [clear_at_least(other) for other in RULES if other.least is None] == [""] * (len(RULES) - 1)
