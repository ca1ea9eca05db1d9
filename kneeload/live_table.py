"""The run at a glance on a terminal, as wide and as high as it happens to be."""

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from alerts.alert import Alert
from alerts.words import advice
from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.results import Result, SensorHealth, Summary
from kneeload.shown import cell, fitting
from kneeload.spoken import alert_line, clock_time, milliseconds, number

__all__ = ["LiveTable"]

ALERTS_SHOWN: Final = 6
NOTES_SHOWN: Final = 3
LEVEL_STYLE: Final = {"info": "cyan", "warning": "yellow"}
COLUMNS: Final = (
    "sensor",
    "link",
    "rate\nHz",
    "lost\n%",
    "battery\n%",
    "strides",
    "cadence\nsteps/min",
    "contact\nms",
    "shock\ng",
)
"""Units stand under the names, so that a whole table fits 80 columns."""
ENDING_US: Final = 2_000_000
DISPENSABLE: Final = ("battery\n%", "rate\nHz", "strides", "lost\n%", "contact\nms")
"""What goes first where a terminal is narrower."""


class LiveTable:
    """Redrawn a few times a second."""

    def __init__(self, console: Console, title: str, mounts: Sequence[Mount]) -> None:
        self._console = console
        self._title = title
        self._mounts = list(mounts)
        self._health: dict[Mount, SensorHealth] = {}
        self._stride: dict[Mount, Stride] = {}
        self._counts: dict[Mount, int] = dict.fromkeys(mounts, 0)
        self._summary: Summary | None = None
        # These are never changed but replaced: they may be being drawn, in a thread of Rich's.
        self._alerts: tuple[Alert, ...] = ()
        self._open: dict[tuple[str, Mount | None], Alert] = {}
        self._notes: tuple[str, ...] = ()
        self._over = False
        self._live = Live(self.render(), console=console, refresh_per_second=4, get_renderable=self.render)

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over = True
        self._live.update(self.render(), refresh=True)
        self._live.stop()

    def note(self, line: str) -> None:
        self._notes = (*self._notes, line)[-NOTES_SHOWN:]

    def see(self, results: Sequence[Result]) -> None:
        for result in results:
            match result:
                case Stride():
                    self._stride[result.mount] = result
                    # By its number: of a run that goes on the earlier ones are not shown one by one.
                    self._counts[result.mount] = result.stride + 1
                case SensorHealth():
                    self._health[result.mount] = result
                case Summary():
                    self._summary = result
                case Alert():
                    self._alerts = (*self._alerts, result)[-ALERTS_SHOWN:]
                    place = (result.rule, result.mount)
                    others = {key: alert for key, alert in self._open.items() if key != place}
                    self._open = others | ({place: result} if result.state == "raised" else {})

    def render(self) -> Group:
        """The table and as much under it as there is room for: open alerts always, then what to do about the
        newest of them, then notes, then alerts that are over; of both the newest.
        """
        opened = list(self._open.values())
        alerts = [*(alert for alert in opened if alert not in self._alerts), *self._alerts]
        over = [alert for alert in alerts if alert not in opened]
        notes: list[RenderableType] = [cell(note, "dim") for note in self._notes]
        hints: list[RenderableType] = []
        if opened:
            hints.append(Padding(Text(advice(opened[-1]), style="italic"), (0, 0, 0, 5)))
        table = self._table()
        while True:
            told = [_line(alert) for alert in alerts if alert in over or alert in opened]
            group = Group(table, *told, *hints, *notes)
            dispensable = over or notes or hints
            if not dispensable or len(self._console.render_lines(group)) < self._console.height:
                return group
            del dispensable[0]

    def _table(self) -> Table:
        """With every column that fits."""
        table = fitting(self._console, self._table_of, COLUMNS, first=DISPENSABLE)
        # Only now, since a title may be broken into lines.
        table.title = cell(self._heading(), "bold")
        return table

    def _table_of(self, columns: Sequence[str]) -> Table:
        table = Table(title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
        for name in columns:
            table.add_column(name, justify="left" if name in ("sensor", "link") else "right", no_wrap=True)
        for mount in self._mounts:
            row = self._row(mount)
            table.add_row(*(row[name] for name in columns))
        return table

    def _heading(self) -> str:
        s = self._summary
        now = "" if s is None else f"  {clock_time(s.t_us)}  {s.activity}"
        return f"{self._title}{now}{'' if self._over else '  (Ctrl-C ends it)'}"

    def _link(self, health: SensorHealth | None) -> str:
        """Links that ended with the run were not lost."""
        if health is None:
            return "[yellow]looking"
        if health.connected:
            return "[green]up"
        at_the_end = self._over and self._summary and health.t_us >= self._summary.t_us - ENDING_US
        return "ended" if at_the_end else "[red]lost"

    def _row(self, mount: Mount) -> dict[str, str]:
        health, stride = self._health.get(mount), self._stride.get(mount)
        link = self._link(health)
        shock = "–"
        if stride is not None and stride.peak_resultant_g is not None:
            shock = f"{'≥ ' if stride.clipped else ''}{stride.peak_resultant_g:.1f}"
        values = (
            str(mount),
            link,
            number(health.rate_hz if health else None, 0),
            number(health.lost_percent if health else None, 1),
            number(health.battery_percent if health else None, 0),
            str(self._counts.get(mount, 0)),
            number(stride.cadence_spm if stride else None, 0),
            number(milliseconds(stride.contact_time_s) if stride else None, 0),
            shock,
        )
        return dict(zip(COLUMNS, values, strict=True))


def _line(alert: Alert) -> Text:
    return Text(alert_line(alert), style=LEVEL_STYLE[alert.level] if alert.state == "raised" else "dim")
