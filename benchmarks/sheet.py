"""One table, printed in the terminal and written into a page."""

import math
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

__all__ = ["Sheet", "number"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """notes: a line each, below the table."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def show(self, console: Console) -> None:
        table = Table(title=self.title, title_justify="left")
        for position, header in enumerate(self.headers):
            table.add_column(header, justify="left" if position == 0 else "right")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        for note in self.notes:
            console.print(f"  {note}", style="dim")
        console.print()

    def markdown(self) -> str:
        lines = [
            f"### {self.title}",
            "",
            "| " + " | ".join(self.headers) + " |",
            "|" + "|".join("---" if k == 0 else "--:" for k in range(len(self.headers))) + "|",
            *("| " + " | ".join(row) + " |" for row in self.rows),
        ]
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines) + "\n"


def number(value: float, decimals: int = 1) -> str:
    """A dash for what does not exist; no minus before zero."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text
