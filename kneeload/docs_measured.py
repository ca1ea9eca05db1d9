"""Accuracy in the documents, read out of validation.md and elsewhere.md: computed once and never typed.

A document holds `<!-- measured: METRIC -->` and `<!-- end measured -->`; what stands between is replaced by
the readings of that metric.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["READINGS", "Reading", "Sheets", "measured", "sheets_of"]

Sheets = Mapping[str, Mapping[str, Mapping[str, str]]]  # title -> row -> column -> cell

OURS = "kneeload"


@dataclass(frozen=True, slots=True)
class Reading:
    """Cells of one row, in words. sheet: how the table's title begins; words: {column} is a cell."""

    where: str
    sheet: str
    row: str
    words: str


def _of_events(words: str) -> tuple[Reading, ...]:
    """The same columns of every table that judges contacts."""
    return (
        Reading("shin without gyroscope, running", "treadmill_shank, running", OURS, words),
        Reading("shin without gyroscope, walking", "treadmill_shank, walking", OURS, words),
        Reading("shoe, walking", "walk_feet, walking", OURS, words),
        Reading("simulated shin, running", "simulated running at the shin", OURS, words),
        Reading("simulated shin, walking", "simulated walking at the shin", OURS, words),
        Reading("simulated shoe, running", "simulated running at the shoe", OURS, words),
        Reading("simulated shoe, walking", "simulated walking at the shoe", OURS, words),
    )


def _of_another(words: str) -> Reading:
    """A walk of somebody on whom no rule was made: docs/elsewhere.md."""
    return Reading(
        "shoe, walking, another person",
        "imu_sample against motion capture",
        f"{OURS}, with gyroscope",
        words,
    )


def _of_posture(where: str, row: str, unit: str) -> Reading:
    return Reading(
        where, "simulated: posture and speed", row, f"{{mean error}} ± {{SD}}{unit}, RMSE {{RMSE}}"
    )


def _of_peaks(words: str) -> tuple[Reading, ...]:
    return tuple(
        Reading(f"simulated {row}", "simulated: peak acceleration", row, words)
        for row in (f"{segment}, {rate} Hz" for segment in ("shin", "shoe") for rate in (100, 200, 1000))
    )


SPEED = (
    Reading(
        "stride length, shoe, walking, one person",
        "imu_sample: stride length",
        "straight",
        "{mean error %} ± {SD %} %",
    ),
    _of_posture("simulated shoe, running", "shoe, running: speed, %", " %"),
    _of_posture("simulated shoe, walking", "shoe, walking: speed, %", " %"),
    _of_posture("simulated shin, running", "shin, running: speed, %", " %"),
    _of_posture("simulated shin, walking", "shin, walking: speed, %", " %"),
)

READINGS: Mapping[str, tuple[Reading, ...]] = {
    "contacts": (
        *_of_events("missed {missed ‰} ‰, extra {extra ‰} ‰"),
        _of_another("missed {missed}, extra {extra} of {true}"),
    ),
    "initial_contact_s": (
        *_of_events("{IC bias ms} ± {IC SD ms} ms"),
        _of_another("{IC bias ms} ± {IC SD ms} ms"),
    ),
    "toe_off_s": (
        *_of_events("{TO bias ms} ± {TO SD ms} ms"),
        _of_another("{TO bias ms} ± {TO SD ms} ms"),
    ),
    "contact_time_s": (
        *_of_events("{contact bias ms} ± {contact SD ms} ms"),
        _of_another("{contact bias ms} ± {contact SD ms} ms"),
    ),
    "cadence_spm": (
        *_of_events("{cadence error spm} spm"),
        Reading(
            "shoe against the hip outdoors, 5 s windows",
            "outdoor_shoe",
            "",
            "{mean difference spm} ± {SD spm} spm, {octave errors} octave errors",
        ),
    ),
    "activity": (
        *_of_events("{wrong activity %} % wrong"),
        Reading("shoe outdoors", "outdoor_shoe", "", "{wrong activity %} % wrong"),
    ),
    "peak_resultant_g": _of_peaks("{resultant, mean %} ± {SD %} %"),
    "peak_axial_g": _of_peaks("{axial, mean %} ± {SD % 2} %"),
    "clipped": tuple(
        Reading(
            f"simulated {row}",
            "simulated: clipped strides",
            row,
            "sensitivity {sensitivity %} %, specificity {specificity %} %",
        )
        for row in ("±8 g", "±16 g", "±200 g")
    ),
    "gap": (
        Reading(
            "ble_foot",
            "ble_foot",
            "",
            "{of them flagged 2} of {with missing samples} contacts with missing samples flagged",
        ),
    ),
    "shank_angle_deg": (
        _of_posture("simulated, running", "shin, running: shank angle at initial contact, deg", "°"),
        _of_posture("simulated, walking", "shin, walking: shank angle at initial contact, deg", "°"),
    ),
    "foot_strike_deg": (
        _of_posture("simulated, running", "shoe, running: foot strike angle, deg", "°"),
        _of_posture("simulated, walking", "shoe, walking: foot strike angle, deg", "°"),
    ),
    "speed_m_per_s": SPEED,
}


def sheets_of(page: str) -> Sheets:
    """The tables of a page. A column that comes twice is `name 2`; the only row of a table is also ``."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for part in re.split(r"^#+ ", page, flags=re.MULTILINE)[1:]:
        title, *lines = part.splitlines()
        rows = [_cells(line) for line in lines if line.startswith("|")]
        if len(rows) > 2:
            columns = _apart(rows[0])
            table = {row[0]: dict(zip(columns, row, strict=True)) for row in rows[2:]}
            if len(rows) == 3:
                table[""] = next(iter(table.values()))
            found[title] = table
    return found


def measured(metric: str, sheets: Sheets) -> str:
    """All readings of a metric; LookupError names what the pages lack."""
    return "; ".join(f"{reading.where}: {_read(reading, sheets)}" for reading in READINGS[metric])


def _read(reading: Reading, sheets: Sheets) -> str:
    table = next((rows for title, rows in sheets.items() if title.startswith(reading.sheet)), None)
    if table is None or reading.row not in table:
        raise LookupError(f"no page has a row {reading.row!r} under {reading.sheet!r}")
    return reading.words.format_map(table[reading.row])


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _apart(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    apart = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        apart.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return apart
