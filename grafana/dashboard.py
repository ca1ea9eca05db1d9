"""The live-run dashboard."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    VariableRefresh,
    VariableSort,
)

from grafana.alert_log import alert_log, alert_marks
from grafana.drawing import curve_panel, link_panel, now_panel
from grafana.influxql import DATASOURCE
from grafana.now import NOW
from grafana.sensors import SENSORS
from grafana.strides import STRIDES

__all__ = ["DASHBOARD_UID", "live_run"]

DASHBOARD_UID = "kneeload-live-run"


def choice(
    name: str, label: str, query: str, *, sort: VariableSort, description: str
) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .description(description)
        .datasource(DATASOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(sort)
    )


def live_run() -> Dashboard:
    """The one dashboard; open it without variables in the address and it shows the newest run."""
    board = (
        dashboard.Dashboard("kneeload: live run")
        .uid(DASHBOARD_UID)
        .description(
            "One run as it happens. Values are for training: no medical device, no measure of bone or knee "
            "load, no comparison between runners."
        )
        .tags(["kneeload"])
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-15m", "now")
        .refresh("5s")
        .timepicker(dashboard.TimePicker().refresh_intervals(["1s", "5s", "10s", "30s", "1m"]))
        .with_variable(
            choice(
                "runner",
                "Runner",
                'SHOW TAG VALUES FROM "sensor" WITH KEY = "runner"',
                sort=VariableSort.ALPHABETICAL_ASC,
                description="As named under [runner] in kneeload's configuration.",
            )
        )
        .with_variable(
            choice(
                "run",
                "Run",
                'SHOW TAG VALUES FROM "sensor" WITH KEY = "run" WHERE "runner" =~ /^${runner:regex}$/',
                sort=VariableSort.ALPHABETICAL_DESC,
                description="Named by its start, in UTC. For a past run set the time range to it as well.",
            )
        )
        .annotation(alert_marks("Alert raised", raised=True, color="red"))
        .annotation(alert_marks("Alert cleared", raised=False, color="green"))
    )
    board = board.with_row(dashboard.Row("Newest values of the time range"))
    for curve in NOW:
        board = board.with_panel(now_panel(curve))
    board = board.with_row(dashboard.Row("Strides"))
    for curve in STRIDES:
        board = board.with_panel(curve_panel(curve, height=9))
    board = board.with_row(dashboard.Row("Alerts")).with_panel(alert_log())
    board = board.with_row(dashboard.Row("Sensors")).with_panel(link_panel())
    for curve in SENSORS:
        board = board.with_panel(curve_panel(curve, height=7))
    built = board.build()
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    return built
