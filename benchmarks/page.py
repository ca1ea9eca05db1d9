"""Pages whose tables are measured and whose text is written by hand."""

from pathlib import Path

__all__ = ["BEGIN", "END", "replace_measured"]

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def replace_measured(path: Path, body: str) -> None:
    """Replaces what stands between the two marks of a page."""
    before, rest = path.read_text().split(BEGIN, 1)
    _, after = rest.split(END, 1)
    path.write_text(f"{before}{BEGIN}\n{body}{END}{after}")
