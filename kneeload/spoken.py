"""Results in a few words, for a line of a terminal."""

from typing import Final

from alerts.alert import Alert
from alerts.rules import RULES

__all__ = ["ADVICE", "alert_line", "clock_time", "milliseconds", "number"]

ADVICE: Final = {rule.id: rule.advice for rule in RULES}
TITLES: Final = {rule.id: rule.title for rule in RULES}
UNITS: Final = {rule.id: rule.unit for rule in RULES}


def number(value: float | None, digits: int, unit: str = "") -> str:
    """A value for people; an en dash for what was not estimated."""
    return "–" if value is None else f"{value:.{digits}f}{unit}"


def milliseconds(seconds: float | None) -> float | None:
    """The same time in ms."""
    return None if seconds is None else seconds * 1000


def clock_time(t_us: int) -> str:
    """Run time as m:ss, from an hour on as h:mm:ss."""
    minutes, seconds = divmod(t_us // 1_000_000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def alert_line(alert: Alert) -> str:
    """One alert in one line: when, where, what, how much."""
    where = f" {alert.mount}" if alert.mount else ""
    title = TITLES.get(alert.rule, alert.rule)
    if alert.state == "cleared":
        return f"{clock_time(alert.t_us)}{where} cleared: {title}"
    unit = f" {UNITS[alert.rule]}" if UNITS.get(alert.rule) else ""
    return (
        f"{clock_time(alert.t_us)}{where} {alert.level}: {title} "
        f"({alert.value:.3g}{unit}, limit {alert.limit:.3g}{unit})"
    )
