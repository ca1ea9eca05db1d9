"""The measured part of docs/performance.md; the text around it is written by hand."""

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks.sheet import Sheet

__all__ = ["PAGE", "write_page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def write_page(sheets: Iterable[Sheet]) -> None:
    """Replaces what stands between the two marks."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    tools = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    where = f"Measured with Python {platform.python_version()}, {tools}, {platform.machine()}."
    body = "\n".join(sheet.markdown() for sheet in sheets)
    PAGE.write_text(f"{before}{BEGIN}\n{where}\n\n{body}{END}{after}")
