"""The folder of one sensor's results: strides.csv and summary.json, and what they were made of."""

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from dsp.stride import Stride
from dsp.summary import RunSummary
from kneeload.failures import UsageError
from kneeload.private import UnwritableError, make_private_folder, private_file
from kneeload.strides_csv import write_strides

__all__ = ["STALE", "Origin", "check_inputs_spared", "set_aside", "write_results"]

STRIDES: Final = "strides.csv"
SUMMARY: Final = "summary.json"
# Behind the name, where no program looks that gathers *.csv or *.json.
STALE: Final = ".stale"


@cache
def _own_version() -> str:
    return version("kneeload")


@dataclass(frozen=True, slots=True)
class Origin:
    """What results were made of, and by what: the fields of summary.json after those of the run itself.

    source: the recording as it was named. above_ankle_m: the height that speed was computed with, None where
    it has no part in it. doubt: what a person should look at, empty when nothing is strange.
    """

    source: str
    above_ankle_m: float | None
    doubt: str = ""
    kneeload_version: str = field(default_factory=_own_version)


def check_inputs_spared(inputs: Iterable[Path], places: Iterable[Path]) -> None:
    """Raises UsageError where results in these folders, or what `set_aside` makes there, would take the
    place of a recording that is to be read.
    """
    read = {mark: path for path in inputs for mark in _marks(path)}
    for place in places:
        for name in (STRIDES, SUMMARY, STRIDES + STALE, SUMMARY + STALE):
            path = place / name
            if hit := next((read[mark] for mark in _marks(path) if mark in read), None):
                raise UsageError(
                    f"{hit}: results in {place} would take this recording's place; "
                    "give another folder with --output"
                )


def _marks(path: Path) -> list[Path | tuple[int, int]]:
    """What tells that two paths lead to one file: links resolved, and which file it is where there is one."""
    marks: list[Path | tuple[int, int]] = [Path(os.path.realpath(path))]
    with suppress(OSError):
        about = path.stat()
        marks.append((about.st_dev, about.st_ino))
    return marks


def write_results(place: Path, strides: Sequence[Stride], *, summary: RunSummary, origin: Origin) -> None:
    """Both files, in a folder that is made where there is none. Raises UnwritableError."""
    make_private_folder(place)
    write_strides(place / STRIDES, strides)
    text = json.dumps({**asdict(summary), **asdict(origin)}, indent=2, allow_nan=False)
    with private_file(place / SUMMARY) as draft:
        draft.write_text(text + "\n", encoding="utf-8")


def set_aside(place: Path, names: Iterable[str] = (STRIDES, SUMMARY)) -> list[Path]:
    """Rename what an earlier time wrote here, so that nobody takes it for today's; what it is called now.

    Raises UnwritableError.
    """
    renamed = []
    for name in names:
        path, stale = place / name, place / (name + STALE)
        try:
            if path.is_file():
                os.replace(path, stale)
                renamed.append(stale)
        except OSError as error:
            raise UnwritableError(stale, error.strerror or str(error)) from error
    return renamed
