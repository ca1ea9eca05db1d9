"""The measured part of docs/performance.md; the text around it is written by hand."""

import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks.page import replace_measured
from benchmarks.sheet import Sheet

__all__ = ["PAGE", "write_page"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def write_page(sheets: Iterable[Sheet]) -> None:
    tools = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    where = f"Measured with Python {platform.python_version()}, {tools}, {platform.machine()}."
    body = "\n".join(sheet.markdown() for sheet in sheets)
    replace_measured(PAGE, f"{where}\n\n{body}")
