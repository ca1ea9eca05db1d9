"""How much hangs on the exact value of each constant of the signal core: python -m benchmarks.sensitivity.

Every constant of dsp/ that is one number is made a fifth smaller and a quarter larger, one at a time, and the
recordings are counted again. What was tuned to these recordings shows: something breaks as soon as it moves.
--write puts the table into docs/sensitivity.md.
"""

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

import dsp
from benchmarks.page import replace_measured
from benchmarks.sheet import Sheet, number
from benchmarks.trial import DATA_SETS, Trial, data_folder, load_trials
from benchmarks.validate.altered import Alteration, Altered, altered_by

__all__ = ["Constant", "changed", "constants", "main"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sensitivity.md"
FACTORS = (0.8, 1.25)
SENSORS = (
    Alteration("as recorded", lambda trial: trial),
    Alteration("without gyroscope", lambda trial: replace(trial, gyro_dps=None)),
)
# Bits of a mark, a number of rows, what gravity is.
NO_CHOICE = {"CLIPPED", "FILLED", "VOID", "CURVES", "G_MPS2"}


@dataclass(frozen=True, slots=True)
class Constant:
    """modules: the one that defines it, then those that have it from there."""

    name: str
    value: float
    modules: tuple[str, ...]


def constants() -> list[Constant]:
    """Every number in capitals that a module of dsp/ defines."""
    modules = {
        found.name: importlib.import_module(found.name)
        for found in pkgutil.iter_modules(dsp.__path__, "dsp.")
    }
    imported = {
        (module, alias.name): node.module
        for module, loaded in modules.items()
        for node in ast.parse(inspect.getsource(loaded)).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return [
        Constant(name, value, (home, *(user for user in modules if imported.get((user, name)) == home)))
        for home, loaded in modules.items()
        for name, value in vars(loaded).items()
        if name.isupper() and name not in NO_CHOICE and isinstance(value, int | float)
        if (home, name) not in imported
    ]


@contextmanager
def changed(constant: Constant, factor: float) -> Iterator[None]:
    """A whole number stays one, and changes by one at least."""
    value = constant.value * factor
    if isinstance(constant.value, int):
        value = round(value) if round(value) != constant.value else constant.value + (1 if factor > 1 else -1)
    modules: list[ModuleType] = [importlib.import_module(name) for name in constant.modules]
    for module in modules:
        setattr(module, constant.name, value)
    try:
        yield
    finally:
        for module in modules:
            setattr(module, constant.name, constant.value)


def wrong(row: Altered) -> int:
    """Contacts missed, made up or called by the wrong gait."""
    scores = [score for scores in row.scores.values() for score in scores]
    return sum(score.missed + score.extra for score in scores) + sum(map(abs, row.off)) + row.wrong


def _trials(folder: Path) -> list[Trial]:
    """All recordings; where nobody counted, as many strides as are found now."""
    trials = [trial for name in DATA_SETS for trial in load_trials(folder, name) if trial.mount is not None]
    return [
        trial
        if trial.truth is not None or trial.strides is not None
        else replace(trial, strides=altered_by(SENSORS[0], [trial]).strides)
        for trial in trials
    ]


def _tally(folder: Path) -> tuple[int, ...]:
    trials = _cached_trials(folder)
    return tuple(wrong(altered_by(sensor, trials)) for sensor in SENSORS)


_TRIALS: dict[Path, list[Trial]] = {}


def _cached_trials(folder: Path) -> list[Trial]:
    if folder not in _TRIALS:
        _TRIALS[folder] = _trials(folder)
    return _TRIALS[folder]


def _changed_tally(task: tuple[Path, Constant, float]) -> tuple[int, ...]:
    folder, constant, factor = task
    _cached_trials(folder)  # before anything is changed
    with changed(constant, factor):
        return _tally(folder)


def sensitivity_sheet(folder: Path, console: Console) -> Sheet:
    chosen = constants()
    usual = _tally(folder)
    tasks = list(product((folder,), chosen, FACTORS))
    with ProcessPoolExecutor() as pool:
        tallies = list(
            track(pool.map(_changed_tally, tasks, chunksize=4), "constants", len(tasks), console=console)
        )
    rows: list[tuple[str, ...]] = []
    for k, constant in enumerate(chosen):
        more = [
            found - before
            for tally in tallies[k * len(FACTORS) : (k + 1) * len(FACTORS)]
            for found, before in zip(tally, usual, strict=True)
        ]
        if any(more):
            home = constant.modules[0].removeprefix("dsp.")
            rows.append(
                (f"{home}.{constant.name}", f"{constant.value:g}", *(f"{count:+d}" for count in more))
            )
    strides = sum(
        len(trial.truth) if trial.truth is not None else trial.strides or 0
        for trial in _cached_trials(folder)
    )
    return Sheet(
        "Contacts more that are wrong when a constant is changed",
        (
            "constant",
            "value",
            *(f"{sensor.name}, × {number(factor, 2)}" for factor in FACTORS for sensor in SENSORS),
        ),
        tuple(rows),
        notes=(
            f"Of {len(chosen)} constants those that change anything. Unchanged, of {strides} contacts "
            f"{usual[0]} are missed, made up or called by the wrong gait, without gyroscope {usual[1]}.",
        ),
    )


def main(write: Annotated[bool, typer.Option(help=f"write the table into docs/{PAGE.name}")] = False) -> None:
    """Counts the recordings again with each constant changed."""
    folder = data_folder()
    if folder is None:
        print("no recordings: set KNEELOAD_DATA to their folder", file=sys.stderr)
        raise typer.Exit(2)
    console = Console()
    sheet = sensitivity_sheet(folder, console if console.is_terminal else Console(width=150))
    sheet.show(console)
    if write:
        replace_measured(PAGE, sheet.markdown())
        console.print(f"wrote {PAGE}", soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
