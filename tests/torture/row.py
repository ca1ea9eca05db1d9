"""One line of the reliability table, as measured."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Experiment", "Row", "percentile"]


@dataclass(frozen=True, slots=True)
class Row:
    """promise | attack | times tried | lost | doubled | recovered in, and what else was measured."""

    promise: str
    attack: str
    tried: int
    lost: str
    doubled: str
    recovered_in: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Experiment:
    """run(an empty folder, how often) raises AssertionError where a promise is broken."""

    name: str
    run: Callable[[Path, int], Sequence[Row]]
    times: int


def percentile(values: Sequence[float], percent: float) -> float:
    """By nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
