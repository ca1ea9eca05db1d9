"""How much hangs on the exact value of each constant of the signal core: python -m benchmarks.sensitivity.

Every number among the constants of dsp/ and in its settings is made a fifth smaller and a quarter larger, one
at a time, and the recordings are counted again. What was tuned to these recordings shows: something breaks as
soon as it moves.
--write puts the table into docs/sensitivity.md.
"""

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

import dsp
from benchmarks.page import replace_measured
from benchmarks.sheet import Sheet, number
from benchmarks.trial import DATA_SETS, Trial, data_folder, load_trials
from benchmarks.validate.altered import Alteration, Altered, altered_by
from dsp.params import Params

__all__ = ["Constant", "changed", "constants", "main"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "sensitivity.md"
FACTORS = (0.8, 1.25)
SENSORS = (
    Alteration("as recorded", lambda trial: trial),
    Alteration("without gyroscope", lambda trial: replace(trial, gyro_dps=None)),
)
# Bits of a mark, a number of rows, what gravity is, what whole files and sensors are.
NO_CHOICE = {"CLIPPED", "FILLED", "VOID", "RAILED", "CURVES", "G_MPS2", "LAST_CODE"}
# Where the settings are that the recordings are counted with.
SETTINGS = ("benchmarks.validate.ours", "PARAMS")
Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """modules: the one that defines it, then those that have it from there; place: where in a table."""

    name: str
    value: float
    modules: tuple[str, ...]
    place: Place = ()

    @property
    def title(self) -> str:
        """As a reader finds it."""
        if (self.modules[0], self.name) == SETTINGS:
            return f"params.{self.place[0]}"
        home = self.modules[0].removeprefix("dsp.")
        return f"{home}.{self.name}{''.join(f'[{step}]' for step in self.place)}"


def numbers(value: object) -> Iterator[tuple[Place, float]]:
    """Every number in a constant, and its place."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield (), value
    for step, part in _parts(value):
        for place, inner in numbers(part):
            yield (step, *place), inner


def _parts(value: object) -> list[tuple[int | str, object]]:
    if is_dataclass(value):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, tuple) else []


def put(value: Any, place: Place, new: float) -> Any:
    """The constant with another number in a place."""
    if not place:
        return new
    step, rest = place[0], place[1:]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{str(step): put(getattr(value, str(step)), rest, new)})
    if isinstance(value, Mapping):
        return {**value, step: put(value[step], rest, new)}
    parts = [put(part, rest, new) if k == step else part for k, part in enumerate(value)]
    return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)


def constants() -> list[Constant]:
    """Every number in a constant of dsp/, in capitals, and in its settings."""
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
    found = [
        Constant(name, at, (home, *(user for user in modules if imported.get((user, name)) == home)), place)
        for home, loaded in modules.items()
        for name, value in vars(loaded).items()
        if name.isupper() and name not in NO_CHOICE and (home, name) not in imported
        for place, at in numbers(value)
    ]
    home, name = SETTINGS
    return found + [Constant(name, at, (home,), place) for place, at in numbers(Params())]


@contextmanager
def changed(constant: Constant, factor: float) -> Iterator[None]:
    """A whole number stays one, and changes by one at least."""
    value = constant.value * factor
    if isinstance(constant.value, int):
        value = round(value) if round(value) != constant.value else constant.value + (1 if factor > 1 else -1)
    modules: list[ModuleType] = [importlib.import_module(name) for name in constant.modules]
    before = getattr(modules[0], constant.name)
    for module in modules:
        setattr(module, constant.name, put(before, constant.place, value))
    try:
        yield
    finally:
        for module in modules:
            setattr(module, constant.name, before)


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
            rows.append((constant.title, f"{constant.value:g}", *(f"{count:+d}" for count in more)))
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
