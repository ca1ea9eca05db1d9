"""Names from outside on a terminal: shown, never obeyed."""

from io import StringIO

import pytest
from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from ingest.links import Sighting, configuration_line, printable_name
from kneeload.doctor import Finding, show
from kneeload.listing import show_runs
from kneeload.scanning import show_sightings
from kneeload.view import LiveTable, PlainLines

NAMES = ["[red]x[/red]", "[/]", "[link=http://e.example]x[/link]", "\x1b]0;x\x07", "\x1b[2J", "\u202eexe.gnp"]


def terminal() -> tuple[Console, StringIO]:
    text = StringIO()
    return Console(file=text, force_terminal=True, width=160, color_system=None), text


def shown(name: str) -> str:
    """What a person should see of it."""
    return name if name.isprintable() else name.encode("unicode_escape").decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_text_wherever_it_is_shown(name: str) -> None:
    printable = printable_name(name)
    line = configuration_line("C0:FF:EE:00:00:01", printable)
    row: dict[str, object] = {"run": "r", "runner": name, "started": "s", "state": name, "note": name}
    row |= {"duration_s": 1.0, "strides": 1, "alerts": 0}
    alert = Alert("shock-high", "info", "raised", 1, Mount.LEFT_SHIN, 1.0, 2.0)

    def live(console: Console) -> None:
        with LiveTable(console, name, [Mount.LEFT_SHIN]) as table:
            table.note(name)
            table.see([alert])

    for tell, expected in (
        (lambda c: show_sightings([Sighting("A", printable, -60, "f", None, line)], c), printable),
        (lambda c: show_runs([row], c), shown(name)),
        (lambda c: show([Finding("x", "warning", name, name)], c), shown(name)),
        (lambda c: PlainLines(c).note(name), shown(name)),
        (live, shown(name)),
    ):
        console, text = terminal()
        tell(console)
        assert expected in text.getvalue()
        assert "\x1b]" not in text.getvalue()
        assert "\x1b[2J" not in text.getvalue()
        assert "\u202e" not in text.getvalue()
