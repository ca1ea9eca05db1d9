"""What motion capture saw of the feet of gaitmap_feet: events, the heel's way, contacts of some strides."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.elsewhere.feet import Foot
from benchmarks.matching import HOLE_STRIDES, TOLERANCE_S
from benchmarks.trial import Contacts

__all__ = ["TURN", "Ways", "read_contacts", "read_known_strides", "read_ways", "within_passes"]

Floats = NDArray[np.float64]

TURN = 0.75
"""Of the median way: a stride that goes less far turns. They go 0.47 and 0.62 m, the others 1.15 or more."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Strides from rest to rest. contacts_s: (n, 2) before it and in it; length_m: (n,) the heel's way."""

    contacts_s: Floats
    length_m: Floats


def read_contacts(path: Path, foot: Foot, rate_hz: float) -> Contacts:
    """Every contact that the strides name, once, in order; toe-off NaN where no stride goes on from it."""
    rows = _rows(path, foot)
    toe_offs = {row["ic"]: np.nan for row in rows} | {row["pre_ic"]: row["tc"] for row in rows}
    ordered = sorted(toe_offs)
    return Contacts(np.array(ordered) / rate_hz, np.array([toe_offs[at] for at in ordered]) / rate_hz)


def read_ways(events: Path, positions: Path, foot: Foot, rate_hz: float) -> Ways:
    """positions: the heel's place in m, z up, from where each stride begins. KeyError: a stride has none."""
    last: dict[float, tuple[float, float]] = {}
    with positions.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row[""] == f"{foot}_sensor":
                last[float(row["s_id"])] = float(row["pos_x"]), float(row["pos_y"])
    rows = _rows(events, foot)
    return Ways(
        np.array([(row["pre_ic"], row["ic"]) for row in rows]).reshape(-1, 2) / rate_hz,
        np.array([np.hypot(*last[row["s_id"]]) for row in rows]),
    )


def read_known_strides(path: Path, foot: Foot, rate_hz: float) -> Floats:
    """(n, 2) s: the contact that begins each known stride, and the one that ends it."""
    rows = _rows(path, foot)
    return np.array([(row["start"], row["end"]) for row in rows]).reshape(-1, 2) / rate_hz


def within_passes(found_s: Floats, true_s: Floats) -> NDArray[np.bool_]:
    """Which of the found contacts lie between the first and the last true contact of a pass.

    A pass ends where the next true contact is more than HOLE_STRIDES median strides away.
    """
    gaps_s = np.diff(true_s)
    ends = np.flatnonzero(gaps_s > HOLE_STRIDES * np.median(gaps_s))
    starts_s = true_s[np.concatenate(([0], ends + 1))] - TOLERANCE_S
    stops_s = true_s[np.concatenate((ends, [true_s.size - 1]))] + TOLERANCE_S
    inside = (found_s[:, None] >= starts_s) & (found_s[:, None] <= stops_s)
    return np.asarray(inside.any(axis=1), dtype=bool)


def _rows(path: Path, foot: Foot) -> list[dict[str, float]]:
    """The numbers in each row of one foot."""
    feet: dict[str, list[dict[str, float]]] = defaultdict(list)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            feet[row.pop("foot")].append({name: float(cell) for name, cell in row.items()})
    return feet[foot]
