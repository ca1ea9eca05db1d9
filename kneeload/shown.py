"""What is shown on a terminal: texts from outside, and commands that can be used as they stand."""

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.text import printable

__all__ = ["cell", "fitting", "program", "width_of"]


def cell(text: object, style: str = "") -> Text:
    """A text that is shown as it is: nothing in it is markup or obeyed by a terminal."""
    return Text(printable(str(text)), style=style)


def fitting(
    console: Console, make: Callable[[Sequence[str]], Table], columns: Sequence[str], *, first: Sequence[str]
) -> Table:
    """The table of as many columns as the terminal has room for; first: what is left out first."""
    tables = (
        make([name for name in columns if name not in first[:count]]) for count in range(len(first) + 1)
    )
    table = next(tables)
    while width_of(table, console) > console.width and (next_ := next(tables, None)):
        table = next_
    return table


def width_of(table: Table, console: Console) -> int:
    """What it takes to show every cell whole."""
    return console.measure(table, options=console.options.update(width=1000)).maximum


def program() -> str:
    """This program as a person can call it again here: it is often not on the path but in .venv/bin."""
    called = Path(sys.argv[0])
    found = shutil.which(called.name)
    if called.name.removesuffix(".exe") != "kneeload" or (found and Path(found).samefile(called)):
        return "kneeload"
    return shlex.quote(str(called))
