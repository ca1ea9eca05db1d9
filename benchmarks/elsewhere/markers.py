"""Where the foot's markers are at an event: what a truth from motion capture means by contact and toe-off."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.elsewhere.feet import Foot
from benchmarks.matching import TOLERANCE_S
from benchmarks.trial import Contacts
from kneeload.truth import match

__all__ = ["MARKERS", "At", "Markers", "at_events", "read_markers"]

Floats = NDArray[np.float64]

RATE_HZ: Final = 100.0
MARKERS: Final = {"heel": "FCC", "ball": "FM5", "toe": "TOE"}
"""Calcaneus, fifth metatarsal head, tip of the shoe."""
AFTER_TOE_OFF_S: Final = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Markers:
    """t_s (n,) s; place_m: marker -> (n, 3) m, z up, NaN where it was not seen."""

    t_s: Floats
    place_m: dict[str, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """marker -> (n,) height above its lowest in the same stance, mm; the same for its level speed, m/s."""

    height_mm: dict[str, Floats]
    speed_m_per_s: dict[str, Floats]


def read_markers(path: Path, foot: Foot) -> Markers:
    """mm in the file. Raises KeyError for a marker that it lacks."""
    with path.open(newline="", encoding="utf-8") as file:
        names, axes = (row for row, _ in zip(csv.reader(file), range(2), strict=False))
    at = {key: k for k, key in enumerate(zip(names, axes, strict=True))}
    table = np.genfromtxt(path, delimiter=",", skip_header=2)
    side = foot[0].upper()
    place_m = {
        marker: table[:, [at[f"{side}_{name}", axis] for axis in "xyz"]] / 1000
        for marker, name in MARKERS.items()
    }
    return Markers(np.arange(len(table)) / RATE_HZ, place_m)


def at_events(markers: Markers, truth: Contacts, found: Contacts) -> dict[str, At]:
    """At the true contacts and toe-offs, and at those found for the same stances. Event -> its markers."""
    whole = np.flatnonzero(np.isfinite(truth.toe_off_s))
    pairs = match(found.initial_contact_s, truth.initial_contact_s[whole], tolerance_s=TOLERANCE_S)
    stances = whole[pairs.true]
    return {
        "contact, motion capture": _at(markers, truth, stances, truth.initial_contact_s[stances]),
        "contact, kneeload": _at(markers, truth, stances, found.initial_contact_s[pairs.found]),
        "toe-off, motion capture": _at(markers, truth, stances, truth.toe_off_s[stances]),
        "toe-off, kneeload": _at(markers, truth, stances, found.toe_off_s[pairs.found]),
    }


def _at(markers: Markers, truth: Contacts, stances: NDArray[np.intp], events_s: Floats) -> At:
    heights: dict[str, Floats] = {}
    speeds: dict[str, Floats] = {}
    for marker, place_m in markers.place_m.items():
        velocity = np.gradient(place_m, 1 / RATE_HZ, axis=0)
        lowest_m = [
            float(np.nanmin(place_m[_rows(markers, *ends), 2]))
            for ends in zip(truth.initial_contact_s[stances], truth.toe_off_s[stances], strict=True)
        ]
        heights[marker] = 1e3 * (np.interp(events_s, markers.t_s, place_m[:, 2]) - np.array(lowest_m))
        speeds[marker] = np.interp(events_s, markers.t_s, np.hypot(velocity[:, 0], velocity[:, 1]))
    return At(heights, speeds)


def _rows(markers: Markers, contact_s: float, toe_off_s: float) -> slice:
    first, last = np.searchsorted(markers.t_s, [contact_s, toe_off_s + AFTER_TOE_OFF_S]).tolist()
    return slice(first, last)
