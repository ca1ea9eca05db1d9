"""A person's own limits over the table."""

from types import SimpleNamespace as Settings

import pytest

from alerts.errors import RuleError
from alerts.rules import RULES, Rule, with_overrides


def changed(name: str, **settings: object) -> Rule:
    rules = {rule.id: rule for rule in with_overrides(RULES, {name: Settings(**settings)})}
    assert [rule for rule in RULES if rule.id != name] == [rule for rule in rules.values() if rule.id != name]
    return rules[name]


def test_nothing_said_nothing_changed() -> None:
    assert with_overrides(RULES, {}) == RULES
    assert with_overrides(RULES, {"shock-high": Settings(enabled=None, limit=None)}) == RULES


def test_switched_off() -> None:
    ids = [rule.id for rule in with_overrides(RULES, {"battery-low": Settings(enabled=False)})]
    assert ids == [rule.id for rule in RULES if rule.id != "battery-low"]


def test_clear_keeps_its_share_of_the_margin() -> None:
    assert changed("shock-high", limit=1.5).clear == pytest.approx(1.25)
    assert changed("cadence-low", limit=0.9).clear == pytest.approx(0.95)
    assert changed("battery-low", limit=30.0).clear == pytest.approx(40.0)
    assert changed("strap-loose", limit=5.0, clear=2.0).clear == 2.0


@pytest.mark.parametrize(("limit", "clear"), [(60.0, 80.0), (75.0, 87.5), (80.0, 90.0), (90.0, 95.0)])
def test_a_full_battery_clears_whatever_the_limit(limit: float, clear: float) -> None:
    rule = changed("battery-low", limit=limit)
    assert rule.clear == pytest.approx(clear)
    assert rule.inside(100.0, rule.clear)


def test_of_keeps_its_share_of_the_window() -> None:
    assert changed("shock-high", window=5).of == 4
    assert changed("cadence-low", window=30).of == 27
    assert changed("shock-high", window=1).of == 1
    assert changed("shock-high", window=20, of=11).of == 11
    assert changed("shock-high", cooldown_s=300.0).cooldown_s == 300.0


@pytest.mark.parametrize(
    ("name", "settings", "field", "text"),
    [
        ("shock-high", {"limit": 9.0}, "limit", "9 must be between 1.02 and 3 (times the own baseline)"),
        ("shock-high", {"limit": float("nan")}, "limit", "nan must be between"),
        ("shock-high", {"clear": 1.3}, "clear", "quiet side of the limit 1.2"),
        ("shock-high", {"clear": 0.9}, "clear", "must not pass the baseline itself (1)"),
        ("cadence-low", {"clear": 0.9}, "clear", "quiet side of the limit 0.95"),
        ("battery-low", {"clear": 120.0}, "clear", "120 must be above 0 and below 100 (%)"),
        ("battery-low", {"clear": 100.0}, "clear", "it would never be cleared"),
        ("sensor-clipping", {"clear": 0.0}, "clear", "it would never be cleared"),
        ("sensor-silent", {"clear": 0.0}, "clear", "0 must be above 0 (s): it would never be cleared"),
        ("shock-high", {"of": 5}, "of", "more than half of 10"),
        ("shock-high", {"of": 11}, "of", "more than half of 10"),
        ("shock-high", {"window": 0}, "window", "between 1 and 600"),
        ("sensor-silent", {"cooldown_s": 0.0}, "cooldown_s", "between 10 and 86400"),
    ],
)
def test_bad_settings_say_what_is_wrong(
    name: str, settings: dict[str, object], field: str, text: str
) -> None:
    with pytest.raises(RuleError) as caught:
        with_overrides(RULES, {name: Settings(**settings)})
    assert (caught.value.rule, caught.value.field) == (name, field)
    assert text in str(caught.value)
    assert str(caught.value).startswith(f"alerts.{name}.{field}: ")
    assert "\n" not in str(caught.value)


def test_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(RuleError, match="did you mean shock-high") as caught:
        with_overrides(RULES, {"shok-high": Settings(limit=1.3)})
    assert (caught.value.rule, caught.value.field) == ("shok-high", None)
