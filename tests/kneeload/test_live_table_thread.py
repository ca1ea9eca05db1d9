"""The live display is drawn in a thread of Rich's, while results come."""

import io
import sys

from rich.console import Console

from alerts.alert import Alert
from dsp.mount import Mount
from kneeload.live_table import LiveTable
from tests.kneeload.examples import alert, stride

__all__: list[str] = []


def test_what_comes_while_it_is_drawn_spoils_nothing() -> None:
    """The thread died of a deque that was changed under it, and the table stood still from then on."""
    console = Console(file=io.StringIO(), width=100, height=40)
    table = LiveTable(console, "Ada", [Mount.LEFT_SHIN, Mount.RIGHT_SHIN])
    came = 0

    def come(*_: object) -> None:
        """At every call that drawing makes: another thread may do it at any moment."""
        nonlocal came
        came += 1
        sys.setprofile(None)
        table.note(f"note {came}")
        raised: Alert = alert(came * 1000, f"rule-{came % 5}", raised=came % 9 > 0)
        table.see([stride(came), raised])
        sys.setprofile(come)

    table.note("note 0")
    table.see([alert(0), alert(1, "strap-loose")])
    for _ in range(3):
        sys.setprofile(come)
        try:
            table.render()
        finally:
            sys.setprofile(None)
    assert came > 100
    console.print(table.render())
    said = console.file.getvalue()  # type: ignore[attr-defined]
    assert f"note {came}" in said
    assert "note 0" not in said
