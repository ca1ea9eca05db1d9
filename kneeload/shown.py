"""What is shown on a terminal: texts from outside, and commands that can be used as they stand."""

import shlex
import shutil
import sys
from pathlib import Path

from rich.text import Text

from ingest.text import printable

__all__ = ["cell", "program"]


def cell(text: object, style: str = "") -> Text:
    """A text that is shown as it is: nothing in it is markup or obeyed by a terminal."""
    return Text(printable(str(text)), style=style)


def program() -> str:
    """This program as a person can call it again here: it is often not on the path but in .venv/bin."""
    called = Path(sys.argv[0])
    found = shutil.which(called.name)
    if called.name.removesuffix(".exe") != "kneeload" or (found and Path(found).samefile(called)):
        return "kneeload"
    return shlex.quote(str(called))
