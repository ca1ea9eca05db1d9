"""What a person sees: who is who on the time axes, in which units."""

import json
import re
from typing import Any

import pytest

from dsp.mount import Mount
from grafana.alerting import RULES
from tests.grafana.board import panel, panels

__all__: list[str] = []

CURVES = [shown for shown in panels() if shown["type"] == "timeseries"]


def look(shown: dict[str, Any], name: str, *, query: str = "A") -> dict[str, Any]:
    """Property -> value of a series of this name and query: overrides count in their order."""
    out: dict[str, Any] = {}
    for override in shown["fieldConfig"]["overrides"]:
        kind, wanted = override["matcher"]["id"], override["matcher"]["options"]
        if query == wanted if kind == "byFrameRefID" else re.search(wanted.strip("/"), name):
            out |= {row["id"]: row["value"] for row in override["properties"]}
    return out


@pytest.mark.parametrize("shown", CURVES, ids=lambda shown: str(shown["title"]))
def test_no_two_mounts_look_alike(shown: dict[str, Any]) -> None:
    looks = {
        mount: {name: look(shown, mount)[name] for name in ("color", "custom.lineStyle")} for mount in Mount
    }
    assert len({json.dumps(seen) for seen in looks.values()}) == len(Mount)
    for mount, seen in looks.items():
        assert seen["color"] != looks[mount.opposite]["color"]
        assert seen["custom.lineStyle"] == looks[mount.opposite]["custom.lineStyle"]


def test_lower_bounds_are_marks_of_their_own_and_no_figure_of_the_legend() -> None:
    peaks = [shown for shown in CURVES if len(shown["targets"]) > 1]
    assert len(peaks) == 2
    for shown in peaks:
        line, marks = shown["targets"]
        assert "clipped" not in line["query"]
        assert '"clipped" = true' in marks["query"]
        assert look(shown, "left-shin", query=line["refId"]).get("custom.drawStyle") is None
        drawn = look(shown, "left-shin, at least", query=marks["refId"])
        assert (drawn["custom.drawStyle"], drawn["custom.hideFrom"]["legend"]) == ("points", True)


def test_what_did_not_come_is_a_gap() -> None:
    """As long as the alert rule waits that tells of a lost sensor."""
    [lost] = [rule for rule in RULES if rule.title == "Sensor lost"]
    [source] = lost.sources
    for shown in CURVES:
        custom = shown["fieldConfig"]["defaults"]["custom"]
        assert custom["insertNulls"] == source.window_s * 1000
        assert not custom.get("spanNulls")
    link = panel("Link", "state-timeline")
    for mount in Mount:
        assert look(link, mount)["custom.insertNulls"] == source.window_s * 1000


@pytest.mark.parametrize("shown", CURVES, ids=lambda shown: str(shown["title"]))
def test_the_legend_sums_up_what_the_points_are(shown: dict[str, Any]) -> None:
    """A median of maxima, or of a count that only grows, is a figure of nothing."""
    [how] = re.findall(r"SELECT (\w+)", shown["targets"][0]["query"])
    wanted = {"max": ["max"], "last": [], "mean": ["min"], "median": ["median"]}[how]
    assert shown["options"]["legend"]["calcs"] == ["lastNotNull", *wanted]


def test_an_empty_panel_says_what_to_look_at() -> None:
    assert all("time range" in shown["fieldConfig"]["defaults"]["noValue"] for shown in CURVES)


def test_units_say_what_the_fields_are_in() -> None:
    """By the ends of the fields' names; times of a run are hours and minutes, those of a step are not."""
    ends = {
        "_spm": "suffix:steps/min",
        "_g": "accG",
        "_percent": "percent",
        "_hz": "suffix:Hz",
        "ing_s": "dthms",
        "idle_s": "dthms",
        "_s": "s",
    }
    seen = set()
    for shown in panels():
        for target in shown["targets"]:
            found = re.search(r'SELECT \w+\("(\w+)"\)', target["query"])
            end = next((end for end in ends if found and found[1].endswith(end)), None)
            if end is not None:
                assert shown["fieldConfig"]["defaults"]["unit"] == ends[end], shown["title"]
                seen.add(end)
    assert seen == set(ends)
