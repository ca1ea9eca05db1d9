"""The panels of the first row: the newest values of a run in the time range."""

from grafana.curve import Curve, Flag, Limit, Target
from grafana.influxql import SCOPE
from grafana.not_read_as import ASYMMETRY, CADENCE, CONTACT_TIME, PEAK

__all__ = ["NOW"]


def latest(field: str) -> str:
    """The newest 5-second value of the run."""
    return f'SELECT last("{field}") FROM "summary" WHERE {SCOPE}'


NOW: tuple[Curve, ...] = (
    Curve(
        "Cadence",
        "suffix:steps/min",
        (Target(latest("cadence_spm"), "cadence"),),
        "Steps of both feet a minute, median over 5 s. Compare with this runner's own.",
        not_read_as=CADENCE,
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
        "Toe-off minus initial contact, median over 5 s; of the shoe where a side has two sensors.",
        not_read_as=CONTACT_TIME,
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
        "Largest acceleration magnitude after initial contact, median over 5 s; of the shin where a side has "
        "two sensors. No colour: the same step reads two to five times as high at a shoe as at a shin, and "
        "what is usual is each runner's own.",
        not_read_as=PEAK,
        decimals=1,
        width=4,
    ),
    Curve(
        "Is the peak cut off?",
        "none",
        (
            Target(latest("peak_resultant_left_at_least"), "left"),
            Target(latest("peak_resultant_right_at_least"), "right"),
        ),
        "Yes, in orange: so many peaks of those 5 s exceeded the sensor's range that the true median is what "
        "'Peak acceleration' shows or higher. Set the sensor to a larger range.",
        width=3,
        flag=Flag(true=("yes", "orange"), false=("no", "text")),
    ),
    Curve(
        "Shock asymmetry",
        "percent",
        (Target(latest("shock_asymmetry_percent"), "R-L"),),
        "200 (R-L)/(R+L) of the peaks' medians over 20 strides; plus = right higher. Two sensors never sit "
        "alike: watch a change, not the value.",
        not_read_as=ASYMMETRY,
        decimals=0,
        width=3,
    ),
    Curve(
        "Alerts open",
        "none",
        (Target(latest("alerts_open"), "open"),),
        "Alerts raised and not yet cleared. The runner's live cue comes from kneeload itself, within a "
        "stride.",
        limits=(Limit(1, "look at the list below"),),
        decimals=0,
        width=3,
    ),
    Curve(
        "Time in the run",
        "dthms",
        (
            Target(latest("running_s"), "running"),
            Target(latest("walking_s"), "walking"),
            Target(latest("idle_s"), "otherwise"),
        ),
        "Hours, minutes and seconds so far, by the activity of the strides found.",
        width=4,
    ),
)
