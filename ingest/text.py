"""Texts from outside made fit for a line of a terminal: names from the air, cells of files, paths."""

__all__ = ["inert", "one_line", "printable"]

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    """What a terminal obeys as escapes: control characters, line ends, marks that turn text around."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)


def one_line(text: str) -> str:
    """The same, with any white space as single spaces."""
    return printable(" ".join(text.split()))


def inert(text: str) -> str:
    """A cell of a table that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
