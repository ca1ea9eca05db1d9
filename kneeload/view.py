"""What a person sees while a run goes on: a table that lives, or plain lines where there is no terminal."""

from collections.abc import Sequence
from typing import Final, Protocol

from rich.console import Console

from alerts.alert import Alert
from alerts.words import advice
from dsp.mount import Mount
from dsp.stride import Stride
from ingest.text import printable
from kneeload.live_table import LiveTable
from kneeload.period import PERIOD_NS, Side
from kneeload.results import Result, SensorHealth, Summary
from kneeload.spoken import alert_line, clock_time, counted, milliseconds, number

__all__ = ["LiveTable", "PlainLines", "Silent", "View", "make_view"]

PERIOD_US: Final = PERIOD_NS // 1000
# After toe-off, which is when the pipeline has all of a foot contact.
REPORTED_US: Final = 100_000


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
        # Those over which the next summary's medians may be.
        self._strides: list[Stride] = []

    def __enter__(self) -> "PlainLines":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def note(self, line: str) -> None:
        self._print(printable(line))

    def see(self, results: Sequence[Result]) -> None:
        for result in results:
            match result:
                case Stride():
                    self._strides.append(result)
                case Summary():
                    self._strides = [s for s in self._strides if _known_us(s) > result.t_us - PERIOD_US]
                    self._print(
                        f"{clock_time(result.t_us)} {result.activity} "
                        f"cadence {number(result.cadence_spm, 0)} steps/min, "
                        f"contact left {number(milliseconds(result.contact_time_left_s), 0)} "
                        f"right {number(milliseconds(result.contact_time_right_s), 0)} ms, "
                        f"peak resultant left {self._peak('left', result.peak_resultant_left_g)} "
                        f"right {self._peak('right', result.peak_resultant_right_g)} g, "
                        f"{counted(result.strides, 'stride')}"
                    )
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

    def _peak(self, side: Side, value: float | None) -> str:
        """≥ where a clipped peak is no larger: the true median is at least this."""
        own = [s for s in self._strides if s.mount.side == side and s.peak_resultant_g is not None]
        shin = [s for s in own if s.mount.segment == "shin"]
        cut = [s.peak_resultant_g for s in shin or own if s.clipped and s.peak_resultant_g is not None]
        bound = value is not None and any(peak <= value for peak in cut)
        return f"{'≥ ' if bound else ''}{number(value, 1)}"

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True, markup=False)


def _known_us(stride: Stride) -> int:
    """When a foot contact is reported, but for the radio."""
    return REPORTED_US + (stride.initial_contact_us if stride.toe_off_us is None else stride.toe_off_us)
