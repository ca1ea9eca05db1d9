"""The alert rules, evaluated over a real InfluxDB as Grafana would: query, reduce to the last value,
threshold.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from alerts.rules import rule as alert_rule
from dsp.mount import Mount
from dsp.stride import Stride
from grafana.alerting import RULES, rule_groups
from grafana.limits import ABOVE_ROUGH_SHOCK
from grafana.output import FOLDER, plain
from kneeload.results import Result, SensorHealth
from tests.grafana.points import line_protocol
from tests.grafana.queries import expand
from tests.sample_run import SHINS, sample_health, sample_strides
from tests.services import Influxd

__all__: list[str] = []

NOW_S = 250.0
START_NS = 1_772_348_400_000_000_000


@pytest.fixture
def kneeload_db(influxd: Influxd) -> Influxd:
    influxd.query("CREATE DATABASE kneeload")
    return influxd


def fill(database: Influxd, results: Sequence[Result]) -> None:
    lines = line_protocol(results, runner="ada", run="20260301T070000Z", start_ns=START_NS)
    database.request("/write", body="\n".join(lines).encode(), parameters={"db": "kneeload"})


def firing(database: Influxd, title: str, *, now_s: float) -> set[str]:
    """Mounts for which the provisioned rule's condition holds at now_s; no data is no alert (noDataState
    OK).
    """
    [rule] = [r for g in plain(rule_groups())["groups"] for r in g["rules"] if r["title"] == title]
    assert rule["noDataState"] == "OK"
    values: dict[str, dict[str, float]] = {}
    for step in rule["data"]:
        model = step["model"]
        if step["datasourceUid"] != "__expr__":
            values[step["refId"]] = last_values(database, step, now_s=now_s)
        elif model["type"] == "reduce":
            values[step["refId"]] = values[model["expression"]]
        elif model["type"] == "math":
            a, b = values["A"], values["B"]
            assert model["expression"] == "($A >= 0) && ($B < 1)"
            values[step["refId"]] = {m: float(a[m] >= 0 and b[m] < 1) for m in a.keys() & b.keys()}
        else:
            [condition] = model["conditions"]
            kind, [limit] = condition["evaluator"]["type"], condition["evaluator"]["params"]
            held = values[model["expression"]]
            return {m for m, v in held.items() if (v > limit if kind == "gt" else v < limit)}
    raise AssertionError("no threshold")


def last_values(database: Influxd, step: dict[str, Any], *, now_s: float) -> dict[str, float]:
    to_ns = START_NS + int(now_s * 1e9)
    from_ns = to_ns - step["relativeTimeRange"]["from"] * 10**9
    statement = expand(step["model"]["query"], from_ns=from_ns, to_ns=to_ns, runner="", run="")
    out: dict[str, float] = {}
    for row in database.query(statement):
        [value] = [v for name, v in row.items() if name not in ("time", "runner", "run", "mount")]
        if value is not None:
            out[row["mount"]] = float(value)
    return out


def health(*, until_s: float, lost_from_s: float = 1e9, lost: Mount = Mount.LEFT_SHIN) -> list[SensorHealth]:
    """Both sensors well until until_s, one without samples from lost_from_s on."""
    rows = [
        row for mount in SHINS for row in sample_health(mount, duration_s=2000) if row.t_us <= until_s * 1e6
    ]
    return [
        replace(row, connected=not gone, rate_hz=0.0 if gone else 208.0)
        for row in rows
        for gone in [row.mount is lost and row.t_us >= lost_from_s * 1e6]
    ]


def louder(factor: float) -> list[Stride]:
    return [
        replace(s, peak_resultant_g=s.peak_resultant_g * factor)
        for mount in SHINS
        for s in sample_strides(mount)
        if s.peak_resultant_g is not None
    ]


def test_a_high_shock_fires_and_a_usual_one_does_not(kneeload_db: Influxd) -> None:
    fill(kneeload_db, louder(0.6))
    assert firing(kneeload_db, ABOVE_ROUGH_SHOCK, now_s=NOW_S) == set()
    fill(kneeload_db, louder(2.0))
    assert firing(kneeload_db, ABOVE_ROUGH_SHOCK, now_s=NOW_S) == {"left-shin", "right-shin"}
    assert firing(kneeload_db, ABOVE_ROUGH_SHOCK, now_s=35.0) == set(), "walking is no running shock"


def test_a_high_foot_shock_is_no_tibial_shock(kneeload_db: Influxd) -> None:
    fill(kneeload_db, sample_strides(Mount.LEFT_SHOE))
    assert firing(kneeload_db, ABOVE_ROUGH_SHOCK, now_s=NOW_S) == set()


def test_a_lost_sensor_fires_alone(kneeload_db: Influxd) -> None:
    fill(kneeload_db, health(until_s=NOW_S, lost_from_s=NOW_S - 35))
    assert firing(kneeload_db, "Sensor lost", now_s=NOW_S) == {"left-shin"}
    assert firing(kneeload_db, "Pipeline behind", now_s=NOW_S) == set()


def test_a_short_interruption_does_not_fire(kneeload_db: Influxd) -> None:
    fill(kneeload_db, health(until_s=NOW_S, lost_from_s=NOW_S - 20))
    assert firing(kneeload_db, "Sensor lost", now_s=NOW_S) == set()


def test_results_that_stop_coming_fire_pipeline_behind(kneeload_db: Influxd) -> None:
    fill(kneeload_db, health(until_s=NOW_S - 70))
    assert firing(kneeload_db, "Pipeline behind", now_s=NOW_S) == {"left-shin", "right-shin"}
    fill(kneeload_db, health(until_s=NOW_S))
    assert firing(kneeload_db, "Pipeline behind", now_s=NOW_S) == set(), "caught up"


def test_a_run_that_ended_fires_nothing(kneeload_db: Influxd) -> None:
    rows = [row for mount in SHINS for row in sample_health(mount)]
    fill(kneeload_db, rows)
    end_s = rows[-1].t_us / 1e6
    hold_s = {"30s": 30, "40s": 40, "1m": 60}
    for rule in RULES:
        held = [bool(firing(kneeload_db, rule.title, now_s=end_s + after)) for after in range(1, 1000, 10)]
        longest = longest_run(held) * 10
        assert longest <= hold_s[rule.hold], f"{rule.title} would have fired for {longest} s after the end"


def longest_run(flags: Sequence[bool]) -> int:
    best = now = 0
    for flag in flags:
        now = now + 1 if flag else 0
        best = max(best, now)
    return best


def test_texts_are_complete_and_labels_hold_no_variables() -> None:
    rules = plain(rule_groups())["groups"][0]["rules"]
    for rule in rules:
        assert "$" not in json.dumps(rule["labels"])
        assert "{{ $labels.mount }}" in rule["annotations"]["summary"]
        assert "$$" not in json.dumps(rule["annotations"])


def test_no_rule_speaks_of_risk_or_harm_but_to_deny_it() -> None:
    for rule in RULES:
        said = f"{rule.title}. {rule.summary}. {rule.description}"
        claims = said.replace("Not to be read as load on knee or bone, or injury risk", "")
        assert not re.search(r"risk|injur|danger|harm|\bload\b|force|diagnos", claims, re.IGNORECASE), (
            rule.title
        )


def test_the_shock_rule_is_called_what_kneeload_calls_it_without_a_baseline() -> None:
    [shock] = [rule for rule in RULES if rule.uid == "kneeload-shock-high"]
    assert shock.title == alert_rule("shock-high").first_title
    assert "rough limit" in shock.summary
    assert f"| {shock.title} |" in (FOLDER.parent / "docs/grafana.md").read_text(encoding="utf-8")
