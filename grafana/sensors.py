"""The panels of the row "Sensors": the links, and how good what they bring is."""

from grafana.curve import Curve, Flag, Target
from grafana.influxql import per_mount
from grafana.limits import BATTERY_LOW

__all__ = ["LINK", "SENSORS"]

LINK = Flag(true=("connected", "green"), false=("lost", "red"))

SENSORS: tuple[Curve, ...] = (
    Curve(
        "Sample rate",
        "suffix:Hz",
        (Target(per_mount('mean("rate_hz")', "sensor")),),
        "Samples received over the last 5 s. Zero: nothing comes, whatever the link says.",
        decimals=0,
        width=8,
        soft_min=0,
    ),
    Curve(
        "Samples lost",
        "percent",
        (Target(per_mount('max("lost_percent")', "sensor")),),
        "Samples that the sensor took over the last 5 s but that never came; no line where a sensor does not "
        "let that be seen. A stride with a gap inside has a peak of at least what is shown: it can raise an "
        "alert, never clear one, and is no part of a baseline.",
        decimals=1,
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
        width=8,
        soft_min=0,
        soft_max=100,
    ),
    Curve(
        "Samples at the end of the range",
        "percent",
        (Target(per_mount('max("clipped_percent")', "sensor")),),
        "Over the last 5 s. A stride with such samples has a peak of at least what is shown: it can raise an "
        "alert, never clear one, and is no part of a baseline.",
        decimals=2,
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
        width=8,
        soft_min=0,
        soft_max=0.01,
    ),
)
