"""Three alert rules for whoever watches from elsewhere (a coach, the person who runs the server).

Grafana evaluates every 10 s at best and groups what it sends: the runner's own cue comes from kneeload
itself. Each rule is a query, a Reduce to one number a series, and a Threshold on it, so that no frame shape
can break it.
"""

from dataclasses import dataclass
from typing import Literal

from grafana_foundation_sdk.builders import alerting, expr
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.alerting import Query, RelativeTimeRange
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from grafana.influxql import DATASOURCE_UID, InfluxQuery
from grafana.limits import ABOVE_ROUGH_SHOCK, SHIN_SHOCK
from grafana.not_read_as import PEAK

__all__ = ["FOLDER", "RULES", "Rule", "Source", "rule_groups"]

FOLDER = "kneeload"
EXPRESSIONS = DataSourceRef("__expr__", "__expr__")


@dataclass(frozen=True, slots=True)
class Source:
    """A query over the last window_s seconds; its last value a series is what counts."""

    query: str
    window_s: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires while the last reduced value is `sense` (gt or lt) `limit` for `hold`.

    sources: reduced to A, B …; math: a value out of them ($A, $B …), where one source is not enough.
    summary, description: annotations, where Grafana leaves `$labels` alone; in a label it would have to be
    `$$labels`.
    """

    uid: str
    title: str
    sources: tuple[Source, ...]
    sense: Literal["gt", "lt"]
    limit: float
    hold: str
    summary: str
    description: str
    math: str = ""
    severity: Literal["info", "warning"] = "warning"


RULES: tuple[Rule, ...] = (
    Rule(
        "kneeload-shock-high",
        ABOVE_ROUGH_SHOCK,
        (
            Source(
                'SELECT median("peak_resultant_g") FROM "stride" WHERE "mount" =~ /-shin$/ AND "activity" = '
                "'run' AND $timeFilter "
                'GROUP BY "runner", "run", "mount"',
                60,
            ),
        ),
        "gt",
        SHIN_SHOCK.value,
        "30s",
        "{{ $labels.runner }}: {{ $labels.mount }} shock above the rough limit of "
        + f"{SHIN_SHOCK.value:g} g",
        "Median peak tibial acceleration (resultant) of the last minute of running. Clipped strides count "
        "with what was measured, so the true median may be higher. The limit knows nothing of what is usual "
        "for this runner: compare with their own runs. "
        f"Not to be read as {PEAK}.",
        severity="info",
    ),
    Rule(
        "kneeload-sensor-lost",
        "Sensor lost",
        (
            Source(
                'SELECT max("rate_hz") FROM "sensor" WHERE $timeFilter GROUP BY "runner", "run", "mount"', 30
            ),
        ),
        "lt",
        1.0,
        "40s",
        "{{ $labels.runner }}: nothing comes from {{ $labels.mount }}",
        "The run goes on and reports this sensor, but no sample came for 30 s. Held longer than the window, "
        "so that the last report of a run that ended does not fire it.",
    ),
    Rule(
        "kneeload-pipeline-behind",
        "Pipeline behind",
        (
            # Only of sensors whose last report says that the link is up: at a run's end it says otherwise.
            Source(
                'SELECT last("rate_hz") FROM (SELECT last("connected") AS "connected", "rate_hz" '
                'FROM "sensor" WHERE $timeFilter GROUP BY "runner", "run", "mount") WHERE "connected" = true '
                'GROUP BY "runner", "run", "mount"',
                900,
            ),
            Source(
                'SELECT count("rate_hz") FROM "sensor" WHERE $timeFilter '
                'GROUP BY time(30s), "runner", "run", "mount" fill(0)',
                900,
            ),
        ),
        "gt",
        0.5,
        "1m",
        "{{ $labels.runner }}: results of {{ $labels.mount }} do not arrive",
        "The sensor's last report said that its link was up, then the reports stopped: kneeload was killed, "
        "or its way to the database is down. kneeload keeps everything in its journal and sends it later.",
        math="($A >= 0) && ($B < 1)",
    ),
)


def window(seconds: int) -> RelativeTimeRange:
    return RelativeTimeRange(from_val=seconds, to=0)


def expression(ref_id: str, model: Builder[Dataquery]) -> Query:
    query = alerting.Query(ref_id).datasource_uid("__expr__").model(model).relative_time_range(window(0))
    return query.build()


def steps(rule: Rule) -> list[Query]:
    """Queries Q0, Q1 …, their reductions A, B …, perhaps a sum M of them, the threshold T."""
    out: list[Query] = []
    for place, source in enumerate(rule.sources):
        model = InfluxQuery(source.query, ref_id=f"Q{place}", interval_ms=1000)
        query = alerting.Query(f"Q{place}").datasource_uid(DATASOURCE_UID).model(model)
        out.append(query.relative_time_range(window(source.window_s)).build())
    for place in range(len(rule.sources)):
        name = chr(ord("A") + place)
        reduce = (
            expr.TypeReduce()
            .ref_id(name)
            .datasource(EXPRESSIONS)
            .expression(f"Q{place}")
            .reducer("last")
            .settings(expr.ExprTypeReduceSettings().mode("dropNN"))
        )
        out.append(expression(name, reduce))
    held = "A"
    if rule.math:
        held = "M"
        math = expr.TypeMath().ref_id(held).datasource(EXPRESSIONS).expression(rule.math)
        out.append(expression(held, math))
    beyond = expr.ExprTypeThresholdConditionsEvaluator().type(rule.sense).params([rule.limit])
    threshold = (
        expr.TypeThreshold()
        .ref_id("T")
        .datasource(EXPRESSIONS)
        .expression(held)
        .conditions([expr.ExprTypeThresholdConditions().evaluator(beyond)])
    )
    out.append(expression("T", threshold))
    return out


def provisioned(rule: Rule) -> dict[str, object]:
    return {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "T",
        "data": steps(rule),
        "noDataState": "OK",
        "execErrState": "KeepLast",
        "for": rule.hold,
        "annotations": {"summary": rule.summary, "description": rule.description},
        "labels": {"app": "kneeload", "severity": rule.severity},
        "isPaused": False,
    }


def rule_groups() -> dict[str, object]:
    """The provisioning file. No folderUid: the folder's title alone is what rules and dashboards share."""
    group = {
        "orgId": 1,
        "name": "kneeload live run",
        "folder": FOLDER,
        "interval": "10s",
        "rules": [provisioned(rule) for rule in RULES],
    }
    return {"apiVersion": 1, "groups": [group]}
