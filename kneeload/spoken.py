"""Results in a few words, for a line of a terminal."""

from alerts.alert import Alert
from alerts.words import compared_with, title, unit

__all__ = [
    "alert_line",
    "bounded",
    "clock_time",
    "counted",
    "lasting",
    "milliseconds",
    "missing",
    "number",
    "with_unit",
]


def number(value: float | None, digits: int, unit: str = "") -> str:
    """A value for people; an en dash for what was not estimated."""
    return "–" if value is None else f"{value:.{digits}f}{unit}"


def bounded(value: float | None, digits: int, *, at_least: bool | None) -> str:
    """The same with ≥ where the true value may be higher."""
    return f"{'≥ ' if at_least else ''}{number(value, digits)}"


def counted(count: object, thing: str) -> str:
    """So many of a thing: 1 alert, 2 alerts."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def milliseconds(seconds: float | None) -> float | None:
    """The same time in ms."""
    return None if seconds is None else seconds * 1000


def missing(*, packets: int, results: int) -> str:
    """What a run lacks because neither disk nor memory had room for it; empty where it lacks nothing."""
    lacking = [counted(count, thing) for count, thing in ((packets, "packet"), (results, "result")) if count]
    if not lacking:
        return ""
    are = "is" if packets + results == 1 else "are"
    return f"{' and '.join(lacking)} {are} missing: the disk took nothing, and memory held no more"


def clock_time(t_us: int) -> str:
    """A moment of the run as m:ss, from an hour on as h:mm:ss: cut to whole seconds, as a clock is."""
    return _clock(t_us // 1_000_000)


def lasting(seconds: float) -> str:
    """A length of time in the same form, to the nearest second."""
    return _clock(round(seconds))


def with_unit(seconds: float) -> str:
    """A length of time that cannot be taken for another: 6:41 might be hours."""
    return f"{lasting(seconds)} {'h' if round(seconds) >= 3600 else 'min'}"


def _clock(whole_s: int) -> str:
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def alert_line(alert: Alert) -> str:
    """One alert in one line: when, where, what, how much."""
    where = f" {alert.mount}" if alert.mount else ""
    if alert.state == "cleared":
        return f"{clock_time(alert.t_us)}{where} cleared: {title(alert)}"
    own = f" {unit(alert)}" if unit(alert) else ""
    usual = f" by the {words}" if (words := compared_with(alert)) else ""
    return (
        f"{clock_time(alert.t_us)}{where} {alert.level}: {title(alert)} "
        f"({alert.value:.3g}{own}, limit {alert.limit:.3g}{own}{usual})"
    )
