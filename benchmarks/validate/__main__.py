"""python -m benchmarks.validate: tables in the terminal and in docs/validation.md, its figures elsewhere."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.peers import PEERS
from benchmarks.sheet import Sheet, number
from benchmarks.trial import data_folder
from benchmarks.validate.goals import Goal, goal_sheet, recorded_goals, simulated_goals
from benchmarks.validate.golden import GOLDEN_FILE, write_golden
from benchmarks.validate.page import PAGE, PLOTS, write_page
from benchmarks.validate.plots import draw_recorded, draw_simulated
from benchmarks.validate.recorded_sheets import peer_sheet, recorded_sheets
from benchmarks.validate.results import costs, validate_recordings, validate_simulation
from benchmarks.validate.simulated_sheets import simulated_sheets
from kneeload import docs_tables

__all__ = ["main"]


def main(
    quick: Annotated[bool, typer.Option(help="a small simulated grid")] = False,
    recordings_only: Annotated[bool, typer.Option(help="no simulation, no page")] = False,
    golden: Annotated[bool, typer.Option(help=f"rewrite {GOLDEN_FILE.name} and stop")] = False,
) -> None:
    """Accuracy on recordings (KNEELOAD_DATA or ../shared/data) and on simulated runners."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=170)
    folder = data_folder()
    if folder is None and (golden or recordings_only):
        print("no recordings: set KNEELOAD_DATA to their folder", file=sys.stderr)
        raise typer.Exit(2)
    goals: list[Goal] = []
    parts: list[tuple[str, list[Sheet], list[tuple[str, str]]]] = []
    with console.status("…") as status:
        if folder is not None:
            recorded = validate_recordings(folder, peers=() if golden else PEERS, progress=status.update)
            if golden:
                write_golden(recorded)
                console.print(f"wrote {GOLDEN_FILE}", soft_wrap=True)
                return
            status.update("processing cost")
            cost = Sheet(
                "Processing cost, as a ratio to one sosfiltfilt + find_peaks over the same recording",
                ("data set", "ratio"),
                tuple((name, number(ratio)) for name, ratio in costs(folder)),
            )
            sheets = [*recorded_sheets(recorded), cost]
            goals += recorded_goals(recorded)
            for sheet in sheets:
                sheet.show(console)
            if not recordings_only:
                parts.append(("Recordings of people", sheets, draw_recorded(recorded, PLOTS)))
        if not recordings_only:
            simulated = validate_simulation(quick=quick, progress=status.update)
            sheets = simulated_sheets(simulated)
            goals += simulated_goals(simulated)
            for sheet in sheets:
                sheet.show(console)
            heading = f"Simulated runners: {len(simulated.cells)} runs of {simulated.seconds:g} s"
            parts.append((heading, sheets, draw_simulated(simulated, PLOTS)))
    goal_sheet(goals).show(console)
    if folder is not None and not recordings_only:
        write_page(goal_sheet(goals), parts, peer_sheet())
        docs_tables.main([])
        console.print(f"wrote {PAGE}", soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
