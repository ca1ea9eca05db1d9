"""Alerts on the dashboard: a table of them, and marks on the time axis."""

from grafana_foundation_sdk.builders import dashboard, table
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from grafana.influxql import DATASOURCE, SCOPE, InfluxAnnotation, InfluxQuery
from grafana.words import in_words

__all__ = ["alert_log", "alert_marks"]

ALERT_COLUMNS = ("rule", "mount", "level")


def renamed(name: str, width: int | None = None) -> list[DynamicConfigValue]:
    properties = [DynamicConfigValue("displayName", name)]
    return properties if width is None else [*properties, DynamicConfigValue("custom.width", width)]


COLUMNS: dict[str, list[DynamicConfigValue]] = {
    "title": renamed("Alert", 280),
    "rule": renamed("Rule", 190),
    "mount": renamed("Sensor", 100),
    "level": renamed("Level", 80),
    "raised": [
        *renamed("What", 80),
        DynamicConfigValue("mappings", [in_words({"true": "raised", "false": "cleared"})]),
    ],
    "value": [*renamed("Measured", 90), DynamicConfigValue("decimals", 2)],
    "limit": [*renamed("Limit", 80), DynamicConfigValue("decimals", 2)],
    "unit": renamed("Unit", 80),
    "advice": [
        *renamed("Advice"),
        DynamicConfigValue("custom.cellOptions", {"type": "auto", "wrapText": True}),
    ],
}
"""Column of the table -> how it looks, in their order."""


def alert_log() -> table.Panel:
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    panel = (
        table.Panel()
        .title("Alerts")
        .description(
            "Every alert as it was raised and cleared, the newest first. Unit: of what was measured and of "
            "the limit. Rule: its name in the configuration. An alert is a hint to look, not a finding. If "
            "it hurts, stop, see a doctor, and come back slowly, with plenty of walking."
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
    for column, look in COLUMNS.items():
        panel = panel.override_by_name(column, look)
    return panel


def alert_marks(name: str, *, raised: bool, color: str) -> dashboard.AnnotationQuery:
    """The advice where an alert was raised; where it was cleared there is nothing to do, so its rule."""
    text = "advice" if raised else "rule"
    # With tags alone there would be no rows: InfluxQL wants a field.
    columns = ", ".join(f'"{column}"' for column in dict.fromkeys(("raised", text, *ALERT_COLUMNS)))
    query = f'SELECT {columns} FROM "alert" WHERE "raised" = {str(raised).lower()} AND {SCOPE}'
    return (
        dashboard.AnnotationQuery()
        .name(name)
        .datasource(DATASOURCE)
        .enable(True)
        .icon_color(color)
        .target(InfluxAnnotation(query, text=text, tags=ALERT_COLUMNS))
    )
