"""Alerts in plain words."""

from math import isclose

from alerts.alert import Alert
from alerts.rule import Rule
from alerts.sensor_strides import CLIPPED_WINDOW, MOVED_WINDOW
from alerts.words import clear_at_least, from_a_start
from dsp.mount import Mount

__all__ = ["how_it_is_raised", "number", "place", "what_happened", "whence_the_limit"]

METRICS: dict[str, str] = {
    "peak_resultant_g": "Peak acceleration",
    "cadence_spm": "Cadence",
    "ringing": "Vibration after the impact, relative to the impact,",
    "shock_asymmetry_percent": "The difference between left and right shock",
    "clipped_strides_percent": f"The share of the last {CLIPPED_WINDOW} strides beyond the sensor's range",
    "moved_strides_percent": f"The share of the last {MOVED_WINDOW} strides that show a moved sensor",
    "silence_s": "Time without a sample",
    "battery_percent": "Battery",
}
SHARES = frozenset({"clipped_strides_percent", "moved_strides_percent"})  # of the last strides by themselves
DECIMALS: dict[str, int] = {
    "ringing": 2,
    "cadence_spm": 0,
    "battery_percent": 0,
    "clipped_strides_percent": 0,
    "moved_strides_percent": 0,
}


def place(mount: Mount | None) -> str:
    return "both sides" if mount is None else mount.value.replace("-", " ")


def number(value: float, rule: Rule | None) -> str:
    """With the rule's unit."""
    decimals = DECIMALS.get(rule.metric, 1) if rule else 2
    unit = f" {rule.unit}" if rule and rule.unit else ""
    return f"{value:.{decimals}f}{unit}"


def what_happened(alert: Alert, rule: Rule | None) -> str:
    """Value against limit."""
    if rule is None:
        return f"{number(alert.value, None)}, held against {number(alert.limit, None)}."
    subject = METRICS.get(rule.metric, rule.metric)
    at = "" if alert.mount is None else f" at the {place(alert.mount)}"
    of = f" (median of the last {span(rule)})" if rule.window > 1 and rule.metric not in SHARES else ""
    value, limit = number(alert.value, rule), number(alert.limit, rule)
    just = "just " if value == limit else ""
    return f"{subject}{at} was {value}{of}, {just}{rule.direction} {limit}."


def whence_the_limit(alert: Alert, rule: Rule) -> str:
    """What made the limit that held at that moment."""
    limit = number(alert.limit, rule)
    if rule.form == "absolute":
        return f"The limit of {limit} is fixed."
    if from_a_start(alert, rule):
        where = "" if alert.mount is None else f" for a sensor at the {alert.mount.segment}"
        return f"What is usual for you was not known yet: until it is, a rough limit of {limit} holds{where}."
    if rule.least is not None and isclose(alert.limit, rule.least):
        return f"The limit is never below {limit}, however little is usual for you."
    if rule.form == "times":
        usual = number(alert.limit / rule.limit, rule)
        said = f"{rule.limit:g} times what is usual for you, {usual}"
    elif rule.form == "points":
        usual = number(alert.limit - rule.limit, rule)
        said = f"{number(rule.limit, rule)} over what is usual for you, {usual}"
    else:
        said = scaled(rule, rule.limit)
    return f"The limit of {limit} is {said}{_whose(alert)}."


def _whose(alert: Alert) -> str:
    """In whose strides it was usual."""
    if alert.usual_runs is None:
        return ""
    if alert.usual_runs == 0:
        return ", in this run's first minutes"
    return f", in the {alert.usual_runs} runs before"


def span(rule: Rule) -> str:
    """The window in words."""
    return f"{rule.window} {'s' if rule.window_unit == 's' else rule.window_unit}"


def how_it_is_raised(rule: Rule) -> str:
    """The rule's definition."""
    unit = "seconds that have a value" if rule.window_unit == "s" else rule.window_unit
    limit, clear = scaled(rule, rule.limit), scaled(rule, rule.clear)
    if rule.least is not None:
        clear += f" ({clear_at_least(rule)})"
    other = "below" if rule.direction == "above" else "above"
    if rule.metric in SHARES:
        share = METRICS[rule.metric].replace("The share", "the share")
        when = (
            f"when {share} is {rule.direction} {limit} at {rule.of} of {rule.window} {unit}, "
            f"cleared when it is {other} {clear} at as many"
        )
    elif rule.window == 1:
        when = f"as soon as it is {rule.direction} {limit}, cleared when it is {other} {clear}"
    else:
        when = (
            f"when {rule.of} of the last {rule.window} {unit} are {rule.direction} {limit}, "
            f"cleared when as many are {other} {clear}"
        )
    least = "" if rule.least is None else f" The limit is never below {number(rule.least, rule)}."
    first = [
        f"{number(value, rule)} at the {segment}"
        for segment, value in (("shin", rule.first_shin), ("shoe", rule.first_shoe))
        if value is not None
    ]
    before = (
        f" Until what is usual is known, a rough limit stands in, {' and '.join(first)}." if first else ""
    )
    pause = f" At most once in {rule.cooldown_s:.0f} s."
    return f"Raised {when}.{least}{before}{pause} Source: {rule.source}."


def scaled(rule: Rule, value: float) -> str:
    return {
        "absolute": number(value, rule),
        "times": f"{value:g} times what is usual for you",
        "points": f"what is usual for you plus {number(value, rule)}",
        "mads": f"what is usual for you plus {value:g} median absolute deviations",
    }[rule.form]
