"""InfluxQL as Grafana's InfluxDB data source carries it."""

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import AnnotationTarget, DataSourceRef

__all__ = ["DATASOURCE", "DATASOURCE_UID", "SCOPE", "InfluxAnnotation", "InfluxQuery", "per_mount"]

DATASOURCE_UID = "kneeload-influxdb"
"""Written out in every file: alert rules cannot use a variable for it."""

DATASOURCE = DataSourceRef("influxdb", DATASOURCE_UID)

SCOPE = '"runner" =~ /^${runner:regex}$/ AND "run" =~ /^${run:regex}$/ AND $timeFilter'
"""The chosen run. The explicit format is needed: annotations and panels format a bare variable
differently.
"""


def per_mount(select: str, measurement: str, *where: str) -> str:
    """One value an interval and mount; intervals without any stay empty."""
    conditions = " AND ".join((SCOPE, *where))
    return (
        f'SELECT {select} FROM "{measurement}" WHERE {conditions} '
        'GROUP BY time($__interval), "mount" fill(none)'
    )


class InfluxQuery(Builder[Dataquery], Dataquery):
    """One query of a panel or an alert rule; the SDK has no model of its own for InfluxDB."""

    def __init__(
        self,
        query: str,
        *,
        ref_id: str = "A",
        alias: str = "",
        result_format: str = "time_series",
        interval_ms: int | None = None,
    ) -> None:
        self.query = query
        self.ref_id = ref_id
        self.alias = alias
        self.result_format = result_format
        self.interval_ms = interval_ms

    def build(self) -> "InfluxQuery":
        return self

    def to_json(self) -> dict[str, object]:
        model: dict[str, object] = {
            "datasource": DATASOURCE,
            "query": self.query,
            "rawQuery": True,
            "refId": self.ref_id,
            "resultFormat": self.result_format,
        }
        if self.alias:
            model["alias"] = self.alias
        if self.interval_ms is not None:
            model |= {"intervalMs": self.interval_ms, "maxDataPoints": 1000}
        return model


class InfluxAnnotation(Builder[AnnotationTarget], AnnotationTarget):
    """Marks on the time axis: a text and tags out of the columns of a query."""

    def __init__(self, query: str, *, text: str, tags: tuple[str, ...]) -> None:
        super().__init__()
        self.query = query
        self.text_column = text
        self.tag_columns = tags

    def build(self) -> AnnotationTarget:
        return self

    def to_json(self) -> dict[str, object]:
        return {
            "fromAnnotations": True,
            "query": self.query,
            "rawQuery": True,
            "refId": "Anno",
            "tagsColumn": ",".join(self.tag_columns),
            "textColumn": self.text_column,
        }
