"""The live-run dashboard."""

from grafana_foundation_sdk.builders import common, dashboard, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    DataSourceRef,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
    VariableRefresh,
    VariableSort,
)

from grafana.curve import Curve, Flag
from grafana.influxql import DATASOURCE_UID, SCOPE, InfluxAnnotation, InfluxQuery, per_mount
from grafana.panels import LINK, NOW, SENSORS, STRIDES

__all__ = ["DASHBOARD_UID", "live_run"]

DASHBOARD_UID = "kneeload-live-run"
DATASOURCE = DataSourceRef("influxdb", DATASOURCE_UID)
LEFT, RIGHT = "#56B4E9", "#E69F00"  # told apart with every common colour blindness (Okabe and Ito, 2008)
ALERT_COLUMNS = ("rule", "mount", "level")


def queries(curve: Curve) -> list[InfluxQuery]:
    return [
        InfluxQuery(target.query, ref_id=chr(ord("A") + place), alias=target.alias)
        for place, target in enumerate(curve.targets)
    ]


def thresholds(curve: Curve) -> dashboard.ThresholdsConfig:
    steps = [Threshold(limit.value, limit.color) for limit in curve.limits]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def words(flag: Flag) -> list[ValueMapping]:
    """What stands for true and false."""
    options = {"true": flag.true, "false": flag.false}
    return [ValueMap({value: ValueMappingResult(*said) for value, said in options.items()})]


def fixed(color: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"mode": "fixed", "fixedColor": color})


def now_panel(curve: Curve) -> stat.Panel:
    panel = (
        stat.Panel()
        .title(curve.title)
        .description(curve.description)
        .datasource(DATASOURCE)
        .unit(curve.unit)
        .thresholds(thresholds(curve))
        .graph_mode(BigValueGraphMode.NONE)
        .color_mode(BigValueColorMode.VALUE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .no_value("–")
        .height(4)
        .span(curve.width)
    )
    if curve.decimals is not None:
        panel = panel.decimals(curve.decimals)
    if curve.flag is not None:
        # Left to itself it shows numbers alone.
        shown = common.ReduceDataOptions().calcs(["lastNotNull"]).fields("/^(left|right)$/")
        panel = panel.mappings(words(curve.flag)).reduce_options(shown)
    for query in queries(curve):
        panel = panel.with_target(query)
    return panel


def curve_panel(curve: Curve, *, height: int) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(curve.title)
        .description(curve.description)
        .datasource(DATASOURCE)
        .unit(curve.unit)
        .interval("1s")
        .thresholds(thresholds(curve))
        .line_width(2)
        .fill_opacity(0)
        .show_points(VisibilityMode.AUTO)
        .span_nulls(5000)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["lastNotNull", "median"])
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.NONE))
        .override_by_regexp("/^left/", [fixed(LEFT)])
        .override_by_regexp(
            "/^right/", [fixed(RIGHT), DynamicConfigValue("custom.lineStyle", {"fill": "dash"})]
        )
        .override_by_regexp(
            "/at least$/",
            [
                DynamicConfigValue("custom.drawStyle", "points"),
                DynamicConfigValue("custom.pointSize", 8),
            ],
        )
        .height(height)
        .span(curve.width)
    )
    if len(curve.limits) > 1:
        panel = panel.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
        )
    if curve.decimals is not None:
        panel = panel.decimals(curve.decimals)
    if curve.soft_min is not None:
        panel = panel.axis_soft_min(curve.soft_min)
    if curve.soft_max is not None:
        panel = panel.axis_soft_max(curve.soft_max)
    for query in queries(curve):
        panel = panel.with_target(query)
    return panel


def link_panel() -> statetimeline.Panel:
    return (
        statetimeline.Panel()
        .title("Link")
        .description("The Bluetooth link of each sensor, every 5 s and when it changes.")
        .datasource(DATASOURCE)
        .interval("5s")
        .mappings(words(LINK))
        .merge_values(True)
        .with_target(InfluxQuery(per_mount('last("connected")', "sensor"), alias="$tag_mount"))
        .height(6)
        .span(24)
    )


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


def choice(name: str, label: str, query: str, *, sort: VariableSort) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
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
            "load, no "
            "comparison between runners."
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
            )
        )
        .with_variable(
            choice(
                "run",
                "Run",
                'SHOW TAG VALUES FROM "sensor" WITH KEY = "run" WHERE "runner" =~ /^${runner:regex}$/',
                sort=VariableSort.ALPHABETICAL_DESC,
            )
        )
        .annotation(alert_marks("Alert raised", raised=True, color="red"))
        .annotation(alert_marks("Alert cleared", raised=False, color="green"))
    )
    board = board.with_row(dashboard.Row("Now"))
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
