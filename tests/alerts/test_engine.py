"""What holds for any sequence of observations."""

from itertools import groupby, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.alert import Alert
from alerts.baseline import Usual
from alerts.engine import AlertEngine
from alerts.observation import Metric, Observation
from alerts.rules import RULES
from dsp.mount import Mount
from dsp.stride import Stride
from tests.alerts.strides import Run

MOUNTS = list(Mount)
METRICS: list[Metric] = sorted({rule.metric for rule in RULES})


def phases(count: int) -> st.SearchStrategy[list[tuple[int, float]]]:
    """Pieces of (how many values, how large against the usual): long enough to fill windows."""
    return st.lists(st.tuples(st.integers(1, 90), st.floats(0.2, 3.0)), min_size=1, max_size=count)


USUAL: dict[Metric, float] = {
    "peak_resultant_g": 7.0,
    "cadence_spm": 170.0,
    "ringing": 0.2,
    "shock_asymmetry_percent": 6.0,
    "clipped_strides_percent": 15.0,
    "moved_strides_percent": 35.0,
    "silence_s": 3.0,
    "battery_percent": 17.0,
}
LEARNABLE: tuple[Metric, ...] = ("peak_resultant_g", "cadence_spm", "ringing")
BASELINE = {
    (metric, mount): Usual(USUAL[metric], USUAL[metric] / 10) for mount in MOUNTS for metric in LEARNABLE
}


@given(
    st.sampled_from(METRICS),
    phases(12),
    st.floats(0.05, 40.0),
    st.sampled_from([None, *MOUNTS]),
)
def test_raised_and_cleared_alternate_and_respect_the_cooldown(
    metric: Metric, pieces: list[tuple[int, float]], step_s: float, mount: Mount | None
) -> None:
    engine = AlertEngine(RULES, baseline=BASELINE)
    alerts: list[Alert] = []
    t_us = 0
    for count, size in pieces:
        for _ in range(count):
            t_us += round(step_s * 1e6)
            alerts += engine.observe(Observation(metric, mount, t_us, size * USUAL[metric]))
    _check(alerts)
    last = {(alert.rule, alert.mount): alert.state for alert in alerts}
    assert set(engine.open) == {place for place, state in last.items() if state == "raised"}


def _check(alerts: list[Alert]) -> None:
    rules = {rule.id: rule for rule in RULES}
    places = sorted(alerts, key=lambda alert: (alert.rule, str(alert.mount)))
    for (rule_id, _), group in groupby(places, key=lambda alert: (alert.rule, str(alert.mount))):
        history = list(group)
        assert [alert.state for alert in history] == ["raised", "cleared"] * (len(history) // 2) + [
            "raised"
        ] * (len(history) % 2)
        raised = [alert.t_us for alert in history if alert.state == "raised"]
        gaps = [later - earlier for earlier, later in pairwise(raised)]
        assert all(gap >= rules[rule_id].cooldown_s * 1e6 for gap in gaps)
        for alert in history:
            rule = rules[rule_id]
            side = rule.beyond if alert.state == "raised" else rule.inside
            # What stood in for a baseline is over when that is known, wherever the value is.
            over = alert.state == "cleared" and alert.level != rule.level
            assert over or side(alert.value, alert.limit)


def test_the_property_is_not_empty() -> None:
    """The sequences above do raise and clear every rule of the table."""
    engine = AlertEngine(RULES, baseline=BASELINE)
    seen = set()
    for rule in RULES:
        bad, good = (3.0, 0.2) if rule.direction == "above" else (0.2, 3.0)
        for second in range(300):
            size = bad if second < 150 else good
            mount = None if rule.scope == "sides" else Mount.LEFT_SHIN
            seen |= {
                (alert.rule, alert.state)
                for alert in engine.observe(
                    Observation(rule.metric, mount, second * 1_000_000, size * USUAL[rule.metric])
                )
            }
    assert seen >= {
        (rule.id, state) for rule in RULES if rule.scope == "mount" for state in ("raised", "cleared")
    }


@settings(max_examples=25)
@given(phases(8), st.integers(0, 200))
def test_a_restored_engine_goes_on_as_if_nothing_had_been(pieces: list[tuple[int, float]], cut: int) -> None:
    strides: list[Stride] = []
    run = Run(AlertEngine(RULES))
    for count, size in pieces:
        strides += run.strides(count, mounts=(Mount.LEFT_SHIN,), peak_resultant_g=7.0 * size)
    whole = AlertEngine(RULES)
    expected = [alert for stride in strides for alert in whole.push(stride)]

    first, second = AlertEngine(RULES), AlertEngine(RULES)
    alerts = [alert for stride in strides[:cut] for alert in first.push(stride)]
    second.restore(first.snapshot())
    for stride in strides[:20]:
        first.push(stride)  # the old one going on must not reach into the new one
    alerts += [alert for stride in strides[cut:] for alert in second.push(stride)]
    assert alerts == expected
    assert second.snapshot() == whole.snapshot()
    _check(alerts)
