"""The panels of the live-run dashboard: what each shows, how it is defined and what it must not be read
as.
"""

from alerts.rules import rule
from grafana.curve import Curve, Flag, Limit, Target
from grafana.influxql import SCOPE, per_mount

__all__ = ["LINK", "NOW", "SENSORS", "SHOCK_WATCH_G", "STRIDES"]

SHOCK_HIGH = rule("shock-high")
if SHOCK_HIGH.first_shin is None:
    raise ValueError("alerts.rules: shock-high has no limit for a shin without a baseline")
SHOCK_WATCH_G = SHOCK_HIGH.first_shin
"""Resultant peak at the shin from which a shock counts as high before a runner's own baseline exists."""


LINK = Flag(true=("connected", "green"), false=("lost", "red"))


def latest(field: str) -> str:
    """The newest 5-second value of the run."""
    return f'SELECT last("{field}") FROM "summary" WHERE {SCOPE}'


NOT_CLIPPED, CLIPPED = '"clipped" = false', '"clipped" = true'
SHIN, SHOE = '"mount" =~ /-shin$/', '"mount" =~ /-shoe$/'
SHOCK_LIMITS = (Limit(None, "green"), Limit(SHOCK_WATCH_G, "orange"))

NOW: tuple[Curve, ...] = (
    Curve(
        "Cadence",
        "suffix: steps/min",
        (Target(latest("cadence_spm"), "cadence"),),
        "Steps of both feet a minute, median over the last 5 s. A good cadence depends on speed and leg "
        "length: "
        "compare with this runner's own, not with a number from elsewhere.",
        decimals=0,
        width=3,
    ),
    Curve(
        "Contact time",
        "s",
        (
            Target(latest("contact_time_left_s"), "left"),
            Target(latest("contact_time_right_s"), "right"),
        ),
        "Toe-off minus initial contact, median over the last 5 s. Never compare shin with shoe sensors: "
        "their "
        "events differ.",
        decimals=0,
        width=4,
    ),
    Curve(
        "Peak acceleration",
        "accG",
        (
            Target(latest("peak_resultant_left_g"), "left"),
            Target(latest("peak_resultant_right_g"), "right"),
        ),
        "Largest acceleration magnitude after initial contact, median over the last 5 s. A training signal: "
        "it is "
        "neither bone nor knee load and no risk score.",
        limits=SHOCK_LIMITS,
        decimals=1,
        width=4,
    ),
    Curve(
        "Peaks read",
        "none",
        (
            Target(latest("peak_resultant_left_at_least"), "left"),
            Target(latest("peak_resultant_right_at_least"), "right"),
        ),
        "'At least': so many peaks of the last 5 s exceeded the sensor's range that the true median is what "
        "'Peak acceleration' shows or higher. Set the sensor to a larger range.",
        width=3,
        flag=Flag(true=("at least", "orange"), false=("as shown", "green")),
    ),
    Curve(
        "Shock asymmetry",
        "percent",
        (Target(latest("shock_asymmetry_percent"), "R-L"),),
        "200 (R-L)/(R+L) of the peaks' medians over 20 strides; plus = right higher. Healthy runners are "
        "asymmetric too, and two sensors sit differently: watch a change, not the value.",
        decimals=0,
        width=3,
    ),
    Curve(
        "Alerts open",
        "none",
        (Target(latest("alerts_open"), "open"),),
        "Alerts raised and not yet cleared. The runner's live cue comes from kneeload itself, within a "
        "stride.",
        limits=(Limit(None, "green"), Limit(1, "orange")),
        decimals=0,
        width=3,
    ),
    Curve(
        "Time in the run",
        "s",
        (
            Target(latest("running_s"), "running"),
            Target(latest("walking_s"), "walking"),
            Target(latest("idle_s"), "otherwise"),
        ),
        "How the time so far was spent, by the activity of the strides found.",
        decimals=0,
        width=4,
    ),
)

STRIDES: tuple[Curve, ...] = (
    Curve(
        "Cadence",
        "suffix: steps/min",
        (Target(per_mount('median("cadence_spm")', "stride")),),
        "Median of the last strides, both feet counted: 120 s over one foot's stride time. Left and right "
        "are "
        "measured separately and agree in steady running; where they part, one sensor misses contacts.",
        decimals=0,
        soft_min=140,
        soft_max=190,
    ),
    Curve(
        "Contact time",
        "s",
        (Target(per_mount('median("contact_time_s")', "stride")),),
        "Toe-off minus initial contact. Single strides from a shin or shoe sensor are off by tens of "
        "milliseconds, "
        "each mount in its own way: read the course of one mount, never shin against shoe nor runner "
        "against runner.",
        decimals=0,
        soft_min=0.15,
        soft_max=0.35,
    ),
    Curve(
        "Peak tibial acceleration (shin sensors)",
        "accG",
        (
            Target(per_mount('median("peak_resultant_g")', "stride", SHIN, NOT_CLIPPED)),
            Target(
                per_mount('max("peak_resultant_g")', "stride", SHIN, CLIPPED),
                "$tag_mount, at least",
                points=True,
            ),
        ),
        "Largest acceleration magnitude after initial contact. Marks 'at least': the sensor's range was "
        "exceeded. "
        "Compare within one runner, shoe, surface and speed; differences below 1.5 g are within the "
        "method's noise. "
        "It is not the load on bone or knee, and a lower value is not a lower risk of injury.",
        limits=SHOCK_LIMITS,
        decimals=1,
        soft_min=0,
        soft_max=12,
    ),
    Curve(
        "Foot shock (shoe sensors)",
        "accG",
        (
            Target(per_mount('median("peak_resultant_g")', "stride", SHOE, NOT_CLIPPED)),
            Target(
                per_mount('max("peak_resultant_g")', "stride", SHOE, CLIPPED),
                "$tag_mount, at least",
                points=True,
            ),
        ),
        "Largest acceleration magnitude at the shoe after initial contact: 2 to 5 times the shin's, "
        "different in every "
        "shoe. Never tibial acceleration.",
        decimals=1,
        soft_min=0,
        soft_max=20,
    ),
)

SENSORS: tuple[Curve, ...] = (
    Curve(
        "Sample rate",
        "hertz",
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
        "Samples that the sensor took over the last 5 s but that never came. Strides with a gap inside "
        "carry a flag "
        "and raise no alert.",
        limits=(Limit(None, "green"), Limit(1, "orange"), Limit(10, "red")),
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
        limits=(Limit(None, "red"), Limit(rule("battery-low").limit, "orange"), Limit(30, "green")),
        decimals=0,
        width=8,
        soft_min=0,
        soft_max=100,
    ),
    Curve(
        "Samples at the end of the range",
        "percent",
        (Target(per_mount('max("clipped_percent")', "sensor")),),
        "Over the last 5 s. Peaks of such strides read 'at least'.",
        limits=(Limit(None, "green"), Limit(0.1, "orange")),
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
        "How far a sensor's times may be from this machine's. What is measured within one leg is free of "
        "it; left "
        "against right is not.",
        decimals=1,
        width=8,
        soft_min=0,
        soft_max=0.01,
    ),
)
