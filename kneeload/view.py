"""What a person sees while a run goes on: a table that lives, or plain lines where there is no terminal."""

from collections.abc import Callable, Sequence
from typing import Protocol

from rich.console import Console

from alerts.alert import Alert
from alerts.words import advice
from dsp.mount import Mount
from ingest.text import printable
from kneeload.live_table import LiveTable
from kneeload.results import Result, SensorHealth, Summary
from kneeload.spoken import alert_line, bounded, clock_time, counted, milliseconds, number

__all__ = ["LiveTable", "PlainLines", "Silent", "View", "make_view", "timed"]


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


def make_view(console: Console | None, title: str, mounts: Sequence[Mount]) -> View:
    """The view that fits: nothing without a console, a table on a terminal, else plain lines."""
    if console is None:
        return Silent()
    return LiveTable(console, title, mounts) if console.is_terminal else PlainLines(console)


def timed(view: View, now_ns: Callable[[], int]) -> Callable[[str], None]:
    """Notes what happens during a run with the time of the run before it, as results have it."""
    return lambda line: view.note(f"{clock_time(now_ns() // 1000)} {line}")


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
                    self._print(_summary_line(result))
                case Alert():
                    self._print(alert_line(result))
                    if result.state == "raised":
                        self._print(f"     {advice(result)}")
                case SensorHealth() if self._connected.get(result.mount) != result.connected:
                    self._connected[result.mount] = result.connected
                    state = "connected" if result.connected else "disconnected"
                    self._print(f"{clock_time(result.t_us)} {result.mount} {state}")
                case _:
                    pass

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True, markup=False)


def _summary_line(s: Summary) -> str:
    known = (s.cadence_spm, s.contact_time_left_s, s.contact_time_right_s)
    if s.activity == "idle" and known == (None, None, None):
        return f"{clock_time(s.t_us)} idle, {counted(s.strides, 'foot contact')}"
    left = bounded(s.peak_resultant_left_g, 1, at_least=s.peak_resultant_left_at_least)
    right = bounded(s.peak_resultant_right_g, 1, at_least=s.peak_resultant_right_at_least)
    return (
        f"{clock_time(s.t_us)} {s.activity} "
        f"cadence {number(s.cadence_spm, 0)} steps/min, "
        f"contact left {number(milliseconds(s.contact_time_left_s), 0)} "
        f"right {number(milliseconds(s.contact_time_right_s), 0)} ms, "
        f"peak resultant left {left} right {right} g, "
        f"{counted(s.strides, 'foot contact')}"
    )
