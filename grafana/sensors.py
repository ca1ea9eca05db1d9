"""The panels of the row "Sensors": the links, and how good what they bring is."""

from grafana.curve import Curve, Flag, Target
from grafana.influxql import per_mount
from grafana.limits import BATTERY_LOW

__all__ = ["LINK", "SENSORS"]

LINK = Flag(true=("connected", "green"), false=("lost", "red"))

LOWER_BOUND = (
    "a peak of at least what is shown: it can raise an alert, never clear one, and is no part of a baseline"
)

SENSORS: tuple[Curve, ...] = (
    Curve(
        "Sample rate",
        "suffix:Hz",
        (Target(per_mount('mean("rate_hz")', "sensor")),),
        "Samples received a second, over 5 s. Zero: nothing comes, whatever the link says.",
        decimals=0,
        legend=("lastNotNull", "min"),
        width=8,
        soft_min=0,
    ),
    Curve(
        "Samples lost",
        "percent",
        (Target(per_mount('max("lost_percent")', "sensor")),),
        "Samples that the sensor took over 5 s but that never came, the worst 5 s of a point; no line where "
        f"a sensor does not let that be seen. A stride with a gap inside has {LOWER_BOUND}.",
        decimals=1,
        legend=("lastNotNull", "max"),
        width=8,
        soft_min=0,
        soft_max=2,
    ),
    Curve(
        "Battery",
        "percent",
        (Target(per_mount('last("battery_percent")', "sensor")),),
        "As the sensor reports it. A cold battery reads low and may end early.",
        limits=(BATTERY_LOW,),
        decimals=0,
        legend=("lastNotNull",),
        width=8,
        soft_min=0,
        soft_max=100,
    ),
    Curve(
        "Samples at the end of the range",
        "percent",
        (Target(per_mount('max("clipped_percent")', "sensor")),),
        f"Over 5 s, the worst 5 s of a point. A stride with such samples has {LOWER_BOUND}.",
        decimals=2,
        legend=("lastNotNull", "max"),
        width=8,
        soft_min=0,
        soft_max=0.5,
    ),
    Curve(
        "Reconnects",
        "none",
        (Target(per_mount('last("reconnects")', "sensor")),),
        "Times the link came back since the run's start.",
        decimals=0,
        legend=("lastNotNull",),
        width=8,
        soft_min=0,
        soft_max=2,
    ),
    Curve(
        "Clock uncertainty",
        "s",
        (Target(per_mount('max("clock_uncertainty_s")', "sensor")),),
        "How far a sensor's times may be from this machine's. What one sensor measures is free of it; one "
        "sensor against another, such as left against right, is not.",
        decimals=1,
        legend=("lastNotNull", "max"),
        width=8,
        soft_min=0,
        soft_max=0.01,
    ),
)
