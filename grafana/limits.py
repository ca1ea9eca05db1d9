"""Limits that the panels and the alert rules of Grafana take from the rules table."""

from alerts.rules import rule
from grafana.curve import Limit

__all__ = ["BATTERY_LOW", "SHOCK_LIMITS", "SHOCK_WATCH_G"]

SHOCK_HIGH = rule("shock-high")
if SHOCK_HIGH.first_shin is None:
    raise ValueError("alerts.rules: shock-high has no limit for a shin without a baseline")
SHOCK_WATCH_G = SHOCK_HIGH.first_shin
"""Resultant peak at the shin from which a shock counts as high before a runner's own baseline exists."""

SHOCK_LIMITS = (Limit(None, "green"), Limit(SHOCK_WATCH_G, "orange"))
BATTERY_LOW = rule("battery-low").limit
