"""What panels and alert rules of Grafana take from the rules table: limits, and the name of passing one."""

from alerts.rules import rule
from dsp.mount import Mount
from grafana.curve import Limit

__all__ = ["ABOVE_ROUGH_SHOCK", "BATTERY_LOW", "SHIN_SHOCK", "SHOE_SHOCK"]


def rough_shock(mount: Mount) -> Limit:
    """The resultant peak from which shock counts as high before a runner's own baseline exists."""
    value = rule("shock-high").first(mount)
    if value is None:
        raise ValueError(f"alerts.rules: shock-high has no limit for {mount} without a baseline")
    return Limit(
        value,
        "the rough limit of the alert `shock-high`, which holds until the runner's own baseline is known and "
        "has no meaning after that",
    )


SHIN_SHOCK, SHOE_SHOCK = rough_shock(Mount.LEFT_SHIN), rough_shock(Mount.LEFT_SHOE)
ABOVE_ROUGH_SHOCK = rule("shock-high").first_title
BATTERY_LOW = Limit(
    rule("battery-low").limit, "below it the alert `battery-low` is raised, unless configured otherwise"
)
