"""How a curve becomes a panel of Grafana."""

from grafana_foundation_sdk.builders import common, dashboard, stat, statetimeline, timeseries
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
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMapping,
)

from dsp.mount import Mount
from grafana.curve import Curve, Flag
from grafana.influxql import DATASOURCE, InfluxQuery, per_mount
from grafana.sensors import LINK
from grafana.words import in_words

__all__ = ["curve_panel", "link_panel", "now_panel"]

SIDE_COLORS = {"left": "#56B4E9", "right": "#E69F00"}
"""Told apart with every common colour blindness (Okabe and Ito, 2008)."""

SEGMENT_LINES: dict[str, dict[str, object]] = {
    "shin": {"fill": "solid"},
    "shoe": {"fill": "dash", "dash": [8, 6]},
}
GAP_MS = 30_000
"""Without a value for longer a line breaks off: drawn across, a lost sensor would look well. The queries
leave such times out, so that only Grafana can tell them.
"""

LIMIT = "purple"  # neither side's colour, and no traffic light

MARKS = [
    DynamicConfigValue("custom.drawStyle", "points"),
    DynamicConfigValue("custom.pointSize", 8),
    # Its median would be that of the lower bounds alone.
    DynamicConfigValue("custom.hideFrom", {"legend": True, "tooltip": False, "viz": False}),
]
"""How a target of points is drawn; it is named in the tooltip only."""


def queries(curve: Curve) -> list[InfluxQuery]:
    return [
        InfluxQuery(target.query, ref_id=chr(ord("A") + place), alias=target.alias)
        for place, target in enumerate(curve.targets)
    ]


def thresholds(curve: Curve, color: str) -> dashboard.ThresholdsConfig:
    steps = [Threshold(None, "text"), *(Threshold(limit.value, color) for limit in curve.limits)]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def flagged(flag: Flag) -> list[ValueMapping]:
    """What stands for true and false."""
    said = {"true": flag.true, "false": flag.false}
    return [
        in_words({v: word for v, (word, _) in said.items()}, {v: color for v, (_, color) in said.items()})
    ]


def worn(mount: Mount) -> list[DynamicConfigValue]:
    """How what comes from a mount is drawn: the side is a colour, the segment a kind of line."""
    return [
        DynamicConfigValue("color", {"mode": "fixed", "fixedColor": SIDE_COLORS[mount.side]}),
        DynamicConfigValue("custom.lineStyle", SEGMENT_LINES[mount.segment]),
    ]


def now_panel(curve: Curve) -> stat.Panel:
    coloured = bool(curve.limits) or curve.flag is not None
    panel = (
        stat.Panel()
        .title(curve.title)
        .description(curve.explained("Orange from"))
        .datasource(DATASOURCE)
        .unit(curve.unit)
        .thresholds(thresholds(curve, "orange"))
        .graph_mode(BigValueGraphMode.NONE)
        .color_mode(BigValueColorMode.VALUE if coloured else BigValueColorMode.NONE)
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
        panel = panel.mappings(flagged(curve.flag)).reduce_options(shown)
    for query in queries(curve):
        panel = panel.with_target(query)
    return panel


def curve_panel(curve: Curve, *, height: int) -> timeseries.Panel:
    panel = (
        timeseries.Panel()
        .title(curve.title)
        .description(curve.explained("Dashed line at"))
        .datasource(DATASOURCE)
        .unit(curve.unit)
        .interval("1s")
        .thresholds(thresholds(curve, LIMIT))
        .line_width(2)
        .fill_opacity(0)
        .show_points(VisibilityMode.AUTO)
        .insert_nulls(GAP_MS)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(list(curve.legend))
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.NONE))
        .no_value("Nothing in this run and time range")
        .height(height)
        .span(curve.width)
    )
    if curve.limits:
        panel = panel.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
        )
    if curve.decimals is not None:
        panel = panel.decimals(curve.decimals)
    if curve.soft_min is not None:
        panel = panel.axis_soft_min(curve.soft_min)
    if curve.soft_max is not None:
        panel = panel.axis_soft_max(curve.soft_max)
    for mount in Mount:
        panel = panel.override_by_regexp(f"/^{mount}/", worn(mount))
    for query, target in zip(queries(curve), curve.targets, strict=True):
        panel = panel.with_target(query)
        if target.points:
            panel = panel.override_by_query(query.ref_id, MARKS)
    return panel


def link_panel() -> statetimeline.Panel:
    return (
        statetimeline.Panel()
        .title("Link")
        .description(
            "The Bluetooth link of each sensor, every 5 s and when it changes. Where there is nothing no "
            "report came for 30 s: the run has ended, or kneeload or its way to the database is down."
        )
        .datasource(DATASOURCE)
        .interval("5s")
        .mappings(flagged(LINK))
        .merge_values(True)
        .with_target(InfluxQuery(per_mount('last("connected")', "sensor"), alias="$tag_mount"))
        .override_by_regexp("/-(shin|shoe)$/", [DynamicConfigValue("custom.insertNulls", GAP_MS)])
        .height(6)
        .span(24)
    )
