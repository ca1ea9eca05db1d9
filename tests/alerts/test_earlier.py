"""What earlier runs say is usual, and an engine that is told so."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.baseline import LEARN_STRIDES, WARM_UP_STRIDES, Baseline, Usual
from alerts.earlier import LEAST_RUNS, usual_of_run, usual_of_runs
from alerts.engine import AlertEngine
from alerts.rules import RULES
from dsp.mount import Mount
from tests.alerts.strides import Run

LEFT, RIGHT, SHOE = Mount.LEFT_SHIN, Mount.RIGHT_SHIN, Mount.LEFT_SHOE
ENOUGH = WARM_UP_STRIDES + LEARN_STRIDES


def told(count: int = ENOUGH, *, mounts: tuple[Mount, ...] = (LEFT,), **changes: Any) -> Baseline:
    return usual_of_run(list(Run(AlertEngine(())).strides(count, mounts=mounts, **changes)))


def test_a_run_tells_what_the_engine_would_have_learned_from_it() -> None:
    run = Run(AlertEngine(RULES))
    run.steps(ENOUGH)
    learned = {key: replace(usual, filter="test") for key, usual in run.engine.baseline.items()}
    assert told() == learned
    assert ("peak_resultant_g", LEFT) in learned
    assert told(ENOUGH - 1) == {}


def test_warming_up_walking_and_doubt_are_left_out() -> None:
    run = Run(AlertEngine(()))
    strides = [*run.strides(WARM_UP_STRIDES, mounts=(LEFT,), peak_resultant_g=3.0)]
    strides += run.strides(400, mounts=(LEFT,), peak_resultant_g=20.0, activity="walk")
    strides += run.strides(400, mounts=(LEFT,), peak_resultant_g=20.0, quality=0.5)
    strides += run.strides(400, mounts=(LEFT,), peak_resultant_g=20.0, gap=True)
    strides += run.strides(LEARN_STRIDES, mounts=(LEFT,), peak_resultant_g=7.0)
    assert usual_of_run(strides)["peak_resultant_g", LEFT].value == 7.0


def test_a_run_beyond_the_range_tells_no_peak() -> None:
    run = Run(AlertEngine(()))
    strides = [*run.strides(ENOUGH, mounts=(LEFT,)), *run.strides(ENOUGH // 3, mounts=(LEFT,), clipped=True)]
    assert set(usual_of_run(strides)) == {("cadence_spm", LEFT)}


def test_what_comes_through_another_filter_is_another_thing() -> None:
    run = Run(AlertEngine(()))
    strides = [*run.strides(ENOUGH - 1, mounts=(LEFT,)), *run.strides(400, mounts=(LEFT,), filter="other")]
    assert {usual.filter for usual in usual_of_run(strides).values()} == {"other"}
    strides = [
        *run.strides(ENOUGH - 1, mounts=(LEFT,)),
        *run.strides(ENOUGH - 2, mounts=(LEFT,), filter="other"),
    ]
    assert usual_of_run(strides) == {}
    newest, same = told(filter="other"), told()
    assert usual_of_runs([newest, same, same]) == {}
    assert usual_of_runs([same, newest, same, same])["peak_resultant_g", LEFT].runs == 3


def test_one_odd_run_among_three_moves_little() -> None:
    runs = [told(peak_resultant_g=g) for g in (7.0, 14.0, 7.4)]
    usual = usual_of_runs(runs)["peak_resultant_g", LEFT]
    assert (usual.value, usual.runs, usual.filter) == (7.4, 3, "test")
    assert usual_of_runs(runs[: LEAST_RUNS - 1]) == {}


def test_the_spread_between_runs_counts() -> None:
    usual = usual_of_runs([told(ringing=ringing) for ringing in (0.1, 0.2, 0.4)])["ringing", LEFT]
    assert usual.value == 0.2
    assert usual.spread == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("mount", "speed", "kept"), [(LEFT, 3.0, False), (SHOE, None, False), (SHOE, 3.0, True)]
)
def test_step_rate_is_taken_over_where_the_speed_is_known_only(
    mount: Mount, speed: float | None, kept: bool
) -> None:
    usual = usual_of_runs([told(mounts=(mount,), speed_m_per_s=speed)] * 3)
    assert (("cadence_spm", mount) in usual) is kept


def test_a_stored_baseline_raises_before_anything_is_learned() -> None:
    stored: Baseline = {("peak_resultant_g", LEFT): Usual(6.0, 1.8, 4, "test")}
    (alert,) = Run(AlertEngine(RULES, baseline=stored)).steps(10, peak_resultant_g=8.0)
    assert (alert.rule, alert.usual_runs) == ("shock-high", 4)
    assert alert.limit == pytest.approx(7.2)
    assert Run(AlertEngine(RULES)).steps(10, peak_resultant_g=8.0) == []
    run = Run(AlertEngine(RULES))
    run.steps(ENOUGH, peak_resultant_g=6.0)
    (alert,) = run.steps(10, peak_resultant_g=8.0)
    assert alert.usual_runs == 0
    (alert,) = Run(AlertEngine(RULES)).steps(10, peak_resultant_g=12.0)
    assert alert.usual_runs is None


def test_a_stored_baseline_of_another_filter_is_not_used() -> None:
    stored: Baseline = {("peak_resultant_g", LEFT): Usual(3.0, 0.9, 4, "other")}
    run = Run(AlertEngine(RULES, baseline=stored))
    assert run.steps(ENOUGH, peak_resultant_g=6.0) == []
    assert run.engine.baseline["peak_resultant_g", LEFT].value == 6.0


def test_sides_are_not_compared_across_days() -> None:
    """Today's harder ground is on both sides: one side's other days would make a difference of it."""
    stored: Baseline = {("peak_resultant_g", LEFT): Usual(6.0, 1.8, 3, "test")}
    run = Run(AlertEngine(RULES, baseline=stored))
    alerts = run.steps(ENOUGH + 120, mounts=(LEFT, RIGHT), peak_resultant_g=7.0)
    for _ in range(120):
        alerts += run.steps(1, mounts=(LEFT,), peak_resultant_g=6.8)
        alerts += run.steps(1, mounts=(RIGHT,), peak_resultant_g=7.7)
    (alert,) = [alert for alert in alerts if alert.rule == "shock-asymmetry-changed"]
    assert (alert.usual_runs, alert.limit) == (0, 10.0)
    both: Baseline = {**stored, ("peak_resultant_g", RIGHT): Usual(7.0, 2.1, 5, "test")}
    run = Run(AlertEngine(RULES, baseline=both))
    run.steps(120, mounts=(LEFT, RIGHT), peak_resultant_g=7.0)
    alerts = []
    for _ in range(200):
        alerts += run.steps(1, mounts=(LEFT,), peak_resultant_g=6.0)
        alerts += run.steps(1, mounts=(RIGHT,), peak_resultant_g=8.0)
    (alert,) = [alert for alert in alerts if alert.rule == "shock-asymmetry-changed"]
    assert alert.usual_runs == 3
    assert alert.limit == pytest.approx(200 / 13 + 5)
