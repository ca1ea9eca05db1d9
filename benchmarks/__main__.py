"""python -m benchmarks: what things cost. --write puts the tables into docs/performance.md.

Each part is measured in a process of its own: memory that an earlier one has handed back spares the yardstick
its page faults, and a ratio must not depend on what was measured before it.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from multiprocessing import get_context
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.sheet import Sheet
from benchmarks.speed.core import core_sheet, growth_sheet
from benchmarks.speed.files import analyze_sheet
from benchmarks.speed.floor import floor_sheet
from benchmarks.speed.latency import latency_sheet
from benchmarks.speed.notification import notification_sheet
from benchmarks.speed.page import PAGE, write_page
from benchmarks.speed.where import where_sheet

__all__ = ["main"]


class Part(StrEnum):
    NOTIFICATION = "notification"
    ANALYZE = "analyze"
    CORE = "core"
    GROWTH = "growth"
    WHERE = "where"
    FLOOR = "floor"
    LATENCY = "latency"


PARTS: dict[Part, Callable[[], Sheet]] = {
    Part.NOTIFICATION: notification_sheet,
    Part.ANALYZE: analyze_sheet,
    Part.CORE: core_sheet,
    Part.GROWTH: growth_sheet,
    Part.WHERE: where_sheet,
    Part.FLOOR: floor_sheet,
    Part.LATENCY: latency_sheet,
}


def main(
    parts: Annotated[list[Part] | None, typer.Argument(help="what to measure; none: everything")] = None,
    write: Annotated[bool, typer.Option(help=f"write the tables into docs/{PAGE.name}")] = False,
) -> None:
    """Costs, as ratios to something named that is measured in the same breath."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=150)
    sheets = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as alone:
        for part in parts or list(PARTS):
            with console.status(part):
                sheets.append(alone.submit(PARTS[part]).result())
            sheets[-1].show(console)
    if write:
        write_page(sheets)
        console.print(f"wrote {PAGE}", soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
