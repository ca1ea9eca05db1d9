"""What the panels' texts claim is what the code does."""

import re
from dataclasses import replace
from typing import Any

import pytest

from alerts.engine import AlertEngine
from alerts.rules import RULES
from dsp.mount import Mount
from dsp.stride import Stride
from grafana.output import FOLDER
from tests.grafana.board import panel, panels
from tests.sample_run import sample_strides

__all__: list[str] = []


def strides(peaks_g: list[float], *, flag: str) -> list[Stride]:
    """Running strides with these peaks; those that are not whole carry the flag."""
    like = next(s for s in sample_strides(Mount.LEFT_SHIN) if s.activity == "run" and not s.gap)
    whole = replace(like, clipped=False, gap=False)
    out = []
    for place, peak_g in enumerate(peaks_g):
        at = replace(whole, initial_contact_us=place * 700_000, peak_resultant_g=abs(peak_g))
        out.append(replace(at, clipped=flag == "clipped", gap=flag == "gap") if peak_g < 0 else at)
    return out


@pytest.mark.parametrize(
    ("title", "flag"), [("Samples lost", "gap"), ("Samples at the end of the range", "clipped")]
)
def test_a_spoilt_peak_can_raise_an_alert_and_never_clear_one(title: str, flag: str) -> None:
    engine = AlertEngine(RULES)
    spoilt_high, spoilt_low, whole_low = [-40.0] * 12, [-1.0] * 40, [1.0] * 60
    told = [
        (alert.state, place)
        for place, stride in enumerate(strides(spoilt_high + spoilt_low + whole_low, flag=flag))
        for alert in engine.push(stride)
        if alert.rule == "shock-high"
    ]
    assert [state for state, _ in told] == ["raised", "cleared"]
    raised, cleared = (place for _, place in told)
    assert raised < len(spoilt_high)
    assert cleared >= len(spoilt_high + spoilt_low)
    assert "can raise an alert, never clear one" in panel(title, "timeseries")["description"]


def documented(field: str) -> str:
    """What docs/metrics.md says that a field is not to be read as."""
    text = (FOLDER.parent / "docs/metrics.md").read_text(encoding="utf-8")
    section = text.partition(f"### `{field}`")[2].partition("\n### ")[0]
    [row] = re.findall(r"^\| not to be read as \| (.+) \|$", section, re.MULTILINE)
    return str(row)


@pytest.mark.parametrize("shown", panels(), ids=lambda shown: f"{shown['type']}: {shown['title']}")
def test_each_panel_explains_itself(shown: dict[str, Any]) -> None:
    assert len(shown["description"]) > 40
    assert shown["description"].endswith(".")
    assert "  " not in shown["description"]


@pytest.mark.parametrize(
    ("metric", "fields"),
    [
        ("cadence_spm", "cadence_spm"),
        ("contact_time_s", "contact_time_(left_|right_)?s"),
        ("peak_resultant_g", "peak_resultant_(left_|right_)?g"),
    ],
)
def test_a_figure_of_the_runner_says_what_it_is_not(metric: str, fields: str) -> None:
    where = [shown for shown in panels() if re.search(rf'\("{fields}"\)', shown["targets"][0]["query"])]
    assert {shown["type"] for shown in where} == {"stat", "timeseries"}
    for shown in where:
        assert f"Not to be read as {documented(metric)}." in shown["description"], shown["title"]


def test_a_shoe_has_no_tibial_acceleration() -> None:
    assert "Never tibial acceleration" in panel("Foot shock (shoe sensors)", "timeseries")["description"]


def test_asymmetry_is_no_finding_as_the_metrics_say() -> None:
    text = (FOLDER.parent / "docs/metrics.md").read_text(encoding="utf-8")
    said = panel("Shock asymmetry", "stat")["description"].partition("Not to be read as a finding: ")[2]
    assert said.endswith(".")
    assert said.removesuffix(".") in text
