"""The live display on terminals of any size: nothing cut off, and what is open stays in sight."""

import io
import re
from collections.abc import Sequence

import pytest
from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from kneeload.live_table import LiveTable
from kneeload.results import Result, SensorHealth
from kneeload.view import PlainLines, make_view
from tests.sample_run import sample_results

__all__: list[str] = []

LOOSE = Alert("strap-loose", "info", "raised", 61_000_000, Mount.LEFT_SHIN, 3.0, 2.0)


def shown(results: Sequence[Result], *, width: int, height: int = 24) -> list[str]:
    """The lines of a terminal of this size after these results."""
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    table = LiveTable(console, "Ada", [Mount.LEFT_SHIN, Mount.RIGHT_SHIN])
    table.note("MQTT: 127.0.0.1:1883 takes results again")
    table.see(results)
    with console.capture() as captured:
        console.print(table.render())
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [48, 60, 80, 100, 200])
def test_nothing_is_cut_off(width: int) -> None:
    lines = shown(sample_results(), width=width)
    text = "\n".join(lines)
    assert "…" not in text
    assert max(map(len, lines)) <= width
    for always in ("left-shin", "right-shin", "cadence", "steps/min", "shock"):
        assert always in text


def test_how_to_end_it_is_said_until_it_is_over() -> None:
    console = Console(file=io.StringIO(), width=80, color_system=None)

    def heading(table: LiveTable) -> str:
        with console.capture() as captured:
            console.print(table.render())
        return captured.get().splitlines()[0].rstrip()

    table = LiveTable(console, "Ada", [Mount.LEFT_SHIN])
    assert heading(table) == "Ada  (Ctrl-C ends it)"
    with table:
        table.see(sample_results())
        assert heading(table) == "Ada  5:00  run  (Ctrl-C ends it)"
    assert heading(table) == "Ada  5:00  run"


def test_80_columns_show_every_column() -> None:
    text = "\n".join(shown(sample_results(), width=80))
    for name in ("link", "rate", "Hz", "lost", "%", "battery", "strides", "contact", "ms"):
        assert name in text


def test_a_narrow_terminal_leaves_out_what_matters_least() -> None:
    text = "\n".join(shown(sample_results(), width=60))
    assert "battery" not in text
    assert "lost\n" not in text
    assert "contact" in text


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 24), (80, 16)])
def test_an_open_alert_stays_with_its_advice_whatever_came_and_went_since(width: int, height: int) -> None:
    passing = [
        Alert("shock-high", "warning", state, at * 1_000_000, Mount.RIGHT_SHIN, 12.0, 10.0)
        for at in range(70, 90, 2)
        for state in ("raised", "cleared")
    ]
    lines = shown([LOOSE, *passing], width=width, height=height)
    text = "\n".join(lines)
    assert "1:01 left-shin info: A strap may be loose" in text
    assert "Tighten its strap" in " ".join(text.split())
    assert len(lines) < height


def test_links_that_end_with_the_run_are_not_lost() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    with LiveTable(console, "Ada", [Mount.LEFT_SHIN]) as table:
        results = sample_results()
        lost_at = next(n for n, r in enumerate(results) if isinstance(r, SensorHealth) and not r.connected)
        table.see(results[: lost_at + 1])
        with console.capture() as captured:
            console.print(table.render())
        assert re.search(r"left-shin +lost", captured.get())
        table.see(results[lost_at + 1 :])
    with console.capture() as captured:
        console.print(table.render())
    assert re.search(r"left-shin +ended", captured.get())


def test_without_a_terminal_there_are_lines_and_no_escapes() -> None:
    console = Console(file=io.StringIO(), width=80)
    view = make_view(console, "Ada", [Mount.LEFT_SHIN])
    assert isinstance(view, PlainLines)
    with console.capture() as captured, view:
        view.see(sample_results())
    lines = captured.get().splitlines()
    assert "2:35 left-shin warning: A sensor sends nothing (5 s, limit 5 s)" in lines
    assert "\x1b" not in captured.get()


@pytest.mark.parametrize("width", [50, 80, 120])
@pytest.mark.parametrize("height", [9, 12, 14, 16, 20, 24])
def test_an_open_alert_outlasts_everything_else_on_a_low_terminal(width: int, height: int) -> None:
    text = "\n".join(shown([LOOSE], width=width, height=height))
    assert "A strap may be loose" in text
    notes, advised = "takes results again" in text, "Tighten" in text
    assert advised or not notes


def test_what_is_over_goes_before_a_note() -> None:
    over = [
        Alert("shock-high", "info", "raised", 70_000_000, Mount.RIGHT_SHIN, 12.0, 10.0),
        Alert("shock-high", "info", "cleared", 75_000_000, Mount.RIGHT_SHIN, 9.0, 10.0),
    ]
    low, high = ("\n".join(shown(over, width=80, height=height)) for height in (10, 24))
    assert "takes results again" in low
    assert "1:15" not in low
    assert "takes results again" in high
    assert "1:15" in high
