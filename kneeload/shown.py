"""Texts from outside on a terminal: sensors' names, runners, notes, file names, what a server said."""

from rich.text import Text

from ingest.text import printable

__all__ = ["cell"]


def cell(text: object, style: str = "") -> Text:
    """A text that is shown as it is: nothing in it is markup or obeyed by a terminal."""
    return Text(printable(str(text)), style=style)
