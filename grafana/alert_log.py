"""Alerts on the dashboard: a table of them, and marks on the time axis."""

from grafana_foundation_sdk.builders import dashboard, table

from grafana.influxql import DATASOURCE, SCOPE, InfluxAnnotation, InfluxQuery

__all__ = ["alert_log", "alert_marks"]

ALERT_COLUMNS = ("rule", "mount", "level")


def alert_log() -> table.Panel:
    columns = ", ".join(f'"{name}"' for name in (*ALERT_COLUMNS, "raised", "value", "limit", "advice"))
    return (
        table.Panel()
        .title("Alerts")
        .description(
            "Every alert as it was raised and cleared: value and limit are in the rule's own unit. An alert "
            "is a hint "
            "to look, not a finding. Stop when something hurts."
        )
        .datasource(DATASOURCE)
        .with_target(
            InfluxQuery(
                f'SELECT {columns} FROM "alert" WHERE {SCOPE} ORDER BY time DESC LIMIT 200',
                result_format="table",
            )
        )
        .height(8)
        .span(24)
    )


def alert_marks(name: str, *, raised: bool, color: str) -> dashboard.AnnotationQuery:
    columns = ", ".join(f'"{column}"' for column in ("advice", *ALERT_COLUMNS))
    query = f'SELECT {columns} FROM "alert" WHERE "raised" = {str(raised).lower()} AND {SCOPE}'
    return (
        dashboard.AnnotationQuery()
        .name(name)
        .datasource(DATASOURCE)
        .enable(True)
        .icon_color(color)
        .target(InfluxAnnotation(query, text="advice", tags=ALERT_COLUMNS))
    )
