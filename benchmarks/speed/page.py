"""The measured part of docs/performance.md; the text around it is written by hand."""

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks.page import BEGIN, END, replace_measured
from benchmarks.sheet import Sheet

__all__ = ["PAGE", "write_page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def write_page(sheets: Iterable[Sheet]) -> None:
    """Replaces the tables that were measured again; the others stay as they are."""
    tools = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    where = f"Measured with Python {platform.python_version()}, {tools}, {platform.machine()}."
    tables = _written() | {sheet.title: sheet.markdown() for sheet in sheets}
    replace_measured(PAGE, f"{where}\n\n" + "\n".join(tables.values()))


def _written() -> dict[str, str]:
    """Title to table, as the page has them."""
    measured = PAGE.read_text().split(BEGIN, 1)[1].split(END, 1)[0]
    sections = measured.split("### ")[1:]
    return {section.split("\n", 1)[0]: f"### {section.rstrip()}\n" for section in sections}
