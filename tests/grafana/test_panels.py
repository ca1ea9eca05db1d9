"""What the panels' texts claim is what the code does."""

from dataclasses import replace

import pytest

from alerts.engine import AlertEngine
from alerts.rules import RULES
from dsp.mount import Mount
from dsp.stride import Stride
from tests.grafana.board import panel
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
