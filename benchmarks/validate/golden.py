"""Our figures as one flat table, rounded so that only real changes show."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.score import figures
from benchmarks.validate.cells import grid
from benchmarks.validate.recorded import OURS
from benchmarks.validate.results import Recorded
from benchmarks.validate.simulated import CellResult, run_cell

__all__ = [
    "GOLDEN_FILE",
    "golden_of_recordings",
    "golden_of_simulation",
    "read_golden",
    "rounded",
    "write_golden",
]

GOLDEN_FILE = Path(__file__).resolve().parents[2] / "tests" / "benchmarks" / "golden_validation.json"
SIMULATED_CELLS, SIMULATED_S = 8, 20.0

Golden = dict[str, dict[str, float]]


def golden_of_recordings(recorded: Recorded) -> Golden:
    """Row -> figure -> value; a figure that does not exist is left out."""
    rows: dict[str, dict[str, float]] = {}
    for data_set, judged in recorded.judged.items():
        for activity in ("run", "walk"):
            scores = [row.score for row in judged if row.method == OURS and row.activity == activity]
            if scores:
                rows[f"{data_set} {activity}"] = rounded(asdict(figures(scores)))
    sure = figures([row.sure for row in recorded.judged["walk_feet"] if row.method == OURS])
    rows["walk_feet, borne out"] = rounded(
        {"missed_per_1000": sure.missed_per_1000, "extra_per_1000": sure.extra_per_1000}
    )
    for row in recorded.vicon_shoe:
        if row.method == OURS:
            rows[f"vicon_shoe {row.trial}"] = {
                "strides": row.strides,
                "true_strides": row.true_strides,
                "wrong_activity": row.wrong_activity,
            }
    rows["outdoor_shoe"] = rounded(asdict(recorded.outdoor))
    rows["ble_foot"] = rounded(asdict(recorded.ble))
    for altered in recorded.altered:
        figure = figures([score for scores in altered.scores.values() for score in scores])
        rows[f"altered, {altered.name}"] = rounded(
            {
                "missed_per_1000": figure.missed_per_1000,
                "extra_per_1000": figure.extra_per_1000,
                "initial_contact_sd_ms": figure.initial_contact_sd_ms,
                "strides": altered.strides,
                "strides_off": sum(map(abs, altered.off)),
                "wrong_activity": altered.wrong,
            }
        )
    return rows


def rounded(row: dict[str, float]) -> dict[str, float]:
    """Times in ms to a tenth, the rest to a hundredth; without what does not exist."""
    return {
        name: value if isinstance(value, int) else round(value, 1 if name.endswith("_ms") else 2) + 0.0
        for name, value in row.items()
        if value == value
    }


def golden_of_simulation() -> Golden:
    """The first runners of the grid, for machines without recordings."""
    return {
        f"simulated {cell.number} {cell.mount} {cell.speed_kmh:g} km/h {cell.rate_hz:g} Hz": _cell(
            run_cell(cell, seconds=SIMULATED_S, peers=False)
        )
        for cell in grid(SIMULATED_CELLS)
    }


def _cell(result: CellResult) -> dict[str, float]:
    row = asdict(figures([result.score]))
    for part in ("resultant", "axial"):
        peaks = getattr(result, f"peak_{part}_percent")
        known = peaks[np.isfinite(peaks)]
        row[f"peak_{part}_error_percent"] = float(known.mean()) if known.size else float("nan")
    row["clipped_flagged"] = int(result.clipped[:, 1].sum())
    return rounded(row)


def read_golden() -> dict[str, Golden]:
    """recordings, simulated -> row -> figure -> value."""
    table: dict[str, Golden] = json.loads(GOLDEN_FILE.read_text())
    return table


def write_golden(recorded: Recorded) -> None:
    table = {"recordings": golden_of_recordings(recorded), "simulated": golden_of_simulation()}
    GOLDEN_FILE.write_text(json.dumps(table, indent=2, sort_keys=True) + "\n")
