"""Colours and lines: where there is one, the panel says what it means, and the rules table has its value."""

from typing import Any

import pytest

from alerts.rules import rule
from tests.grafana.board import panel, panels

__all__: list[str] = []


def limits(shown: dict[str, Any]) -> list[float]:
    """Where the panel changes its colour or has a line; the lowest colour has no value."""
    base, *steps = shown["fieldConfig"]["defaults"].get("thresholds", {"steps": [None]})["steps"]
    assert base is None or (base["value"], base["color"]) == (None, "text")
    return [step["value"] for step in steps]


def test_a_peak_of_who_knows_which_segment_is_not_judged() -> None:
    shown = panel("Peak acceleration", "stat")
    assert limits(shown) == []
    assert shown["options"]["colorMode"] == "none"


def test_lines_are_those_of_the_rules_table() -> None:
    shock = rule("shock-high")
    of = {shown["title"]: limits(shown) for shown in panels() if shown["type"] == "timeseries"}
    assert {title: at for title, at in of.items() if at} == {
        "Peak tibial acceleration (shin sensors)": [shock.first_shin],
        "Foot shock (shoe sensors)": [shock.first_shoe],
        "Battery": [rule("battery-low").limit],
    }


@pytest.mark.parametrize("shown", panels(), ids=lambda shown: f"{shown['type']}: {shown['title']}")
def test_a_limit_is_explained_where_it_is_shown(shown: dict[str, Any]) -> None:
    mark = "Orange from" if shown["type"] == "stat" else "Dashed line at"
    for value in limits(shown):
        assert f"{mark} {value:g}" in shown["description"]
    assert shown["description"].count(mark) == len(limits(shown))


def test_a_line_is_on_the_axis() -> None:
    for shown in panels():
        if shown["type"] == "timeseries" and limits(shown):
            custom = shown["fieldConfig"]["defaults"]["custom"]
            assert custom["thresholdsStyle"]["mode"] == "dashed"
            assert all(custom["axisSoftMin"] < value < custom["axisSoftMax"] for value in limits(shown))
