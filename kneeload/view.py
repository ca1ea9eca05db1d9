"""What a person sees while a run goes on: a table that lives, or plain lines where there is no terminal."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from alerts.alert import Alert
from alerts.rules import RULES
from dsp.mount import Mount
from dsp.stride import Stride
from ingest.text import printable
from kneeload.results import Result, SensorHealth, Summary
from kneeload.shown import cell

__all__ = ["LiveTable", "PlainLines", "Silent", "View", "alert_line", "make_view"]

ALERTS_SHOWN = 6
LEVEL_STYLE = {"info": "cyan", "warning": "yellow", "urgent": "bold red"}
TITLES = {rule.id: rule.title for rule in RULES}
UNITS = {rule.id: rule.unit for rule in RULES}
ADVICE = {rule.id: rule.advice for rule in RULES}


class View(Protocol):
    """Something that is shown results as they come."""

    def see(self, results: Sequence[Result]) -> None: ...
    def note(self, line: str) -> None: ...
    def __enter__(self) -> "View": ...
    def __exit__(self, *exc: object) -> None: ...


class Silent:
    """Shows nothing (--json)."""

    def see(self, results: Sequence[Result]) -> None:
        del results

    def note(self, line: str) -> None:
        del line

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *exc: object) -> None:
        return None


def number(value: float | None, digits: int, unit: str = "") -> str:
    """A value for people; an en dash for what was not estimated."""
    return "–" if value is None else f"{value:.{digits}f}{unit}"


def clock_time(t_us: int) -> str:
    """Run time as m:ss."""
    seconds = t_us // 1_000_000
    return f"{seconds // 60}:{seconds % 60:02d}"


def alert_line(alert: Alert) -> str:
    """One alert in one line: when, where, what, how much."""
    where = f" {alert.mount}" if alert.mount else ""
    if alert.state == "cleared":
        return f"{clock_time(alert.t_us)}{where} cleared: {TITLES.get(alert.rule, alert.rule)}"
    unit = f" {UNITS[alert.rule]}" if UNITS.get(alert.rule) else ""
    return (
        f"{clock_time(alert.t_us)}{where} {alert.level}: {TITLES.get(alert.rule, alert.rule)} "
        f"({alert.value:.3g}{unit}, limit {alert.limit:.3g}{unit})"
    )


def make_view(console: Console | None, title: str, mounts: Sequence[Mount], *, quiet: bool = False) -> "View":
    """The view that fits: nothing without a console, a table on a terminal, else plain lines."""
    if console is None or quiet:
        return Silent()
    return LiveTable(console, title, mounts) if console.is_terminal else PlainLines(console)


class PlainLines:
    """One line a summary, an alert or a change of a link: for pipes, logs and services."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._connected: dict[Mount, bool] = {}

    def __enter__(self) -> "PlainLines":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def note(self, line: str) -> None:
        self._print(printable(line))

    def see(self, results: Sequence[Result]) -> None:
        for result in results:
            match result:
                case Summary():
                    self._print(
                        f"{clock_time(result.t_us)} {result.activity} "
                        f"cadence {number(result.cadence_spm, 0)} steps/min, "
                        f"contact {number(_ms(result.contact_time_left_s), 0)}/"
                        f"{number(_ms(result.contact_time_right_s), 0)} ms, "
                        f"shock {number(result.peak_resultant_left_g, 1)}/"
                        f"{number(result.peak_resultant_right_g, 1)} g, "
                        f"{result.strides} strides"
                    )
                case Alert():
                    self._print(alert_line(result))
                    if result.state == "raised":
                        self._print(f"     {ADVICE.get(result.rule, '')}")
                case SensorHealth() if self._connected.get(result.mount) != result.connected:
                    self._connected[result.mount] = result.connected
                    state = "connected" if result.connected else "disconnected"
                    self._print(f"{clock_time(result.t_us)} {result.mount} {state}")
                case _:
                    pass

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True, markup=False)


class LiveTable:
    """The run at a glance, redrawn a few times a second."""

    def __init__(self, console: Console, title: str, mounts: Sequence[Mount]) -> None:
        self._title = title
        self._mounts = list(mounts)
        self._health: dict[Mount, SensorHealth] = {}
        self._stride: dict[Mount, Stride] = {}
        self._counts: dict[Mount, int] = dict.fromkeys(mounts, 0)
        self._summary: Summary | None = None
        self._alerts: deque[Alert] = deque(maxlen=ALERTS_SHOWN)
        self._notes: deque[str] = deque(maxlen=3)
        self._live = Live(self.render(), console=console, refresh_per_second=4, get_renderable=self.render)

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._live.update(self.render(), refresh=True)
        self._live.stop()

    def note(self, line: str) -> None:
        self._notes.append(line)

    def see(self, results: Sequence[Result]) -> None:
        for result in results:
            match result:
                case Stride():
                    self._stride[result.mount] = result
                    self._counts[result.mount] = self._counts.get(result.mount, 0) + 1
                case SensorHealth():
                    self._health[result.mount] = result
                case Summary():
                    self._summary = result
                case Alert():
                    self._alerts.append(result)

    def render(self) -> Group:
        """The table and what stands under it."""
        table = Table(title=cell(self._heading(), "bold"), title_justify="left", box=SIMPLE_HEAD)
        for name in ("sensor", "link", "rate", "loss", "battery"):
            table.add_column(name, justify="left" if name in ("sensor", "link") else "right", no_wrap=True)
        for name in ("strides", "cadence\nsteps/min", "contact\nms", "shock\ng"):
            table.add_column(name, justify="right", no_wrap=True)
        for mount in self._mounts:
            table.add_row(*self._row(mount))
        lines: list[Table | Text] = [table]
        lines += [
            Text(alert_line(a), style=LEVEL_STYLE[a.level] if a.state == "raised" else "dim")
            for a in self._alerts
        ]
        if self._alerts and self._alerts[-1].state == "raised":
            lines.append(Text(f"     {ADVICE.get(self._alerts[-1].rule, '')}", style="italic"))
        lines += [cell(note, "dim") for note in self._notes]
        return Group(*lines)

    def _heading(self) -> str:
        if self._summary is None:
            return self._title
        s = self._summary
        return f"{self._title}  {clock_time(s.t_us)}  {s.activity}"

    def _row(self, mount: Mount) -> list[str]:
        health, stride = self._health.get(mount), self._stride.get(mount)
        link = "[yellow]looking" if health is None else "[green]up" if health.connected else "[red]lost"
        shock = "–"
        if stride is not None and stride.peak_resultant_g is not None:
            shock = f"{'≥ ' if stride.clipped else ''}{stride.peak_resultant_g:.1f}"
        return [
            str(mount),
            link,
            number(health.rate_hz if health else None, 0, " Hz"),
            number(health.lost_percent if health else None, 1, " %"),
            number(health.battery_percent if health else None, 0, " %"),
            str(self._counts.get(mount, 0)),
            number(stride.cadence_spm if stride else None, 0),
            number(_ms(stride.contact_time_s) if stride else None, 0),
            shock,
        ]


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
