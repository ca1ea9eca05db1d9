"""Our figures on the recordings as one flat table, rounded so that only real changes show."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.score import figures
from benchmarks.validate.recorded import OURS
from benchmarks.validate.results import Recorded

__all__ = ["GOLDEN_FILE", "golden_of", "read_golden", "write_golden"]

GOLDEN_FILE = Path(__file__).resolve().parents[2] / "tests" / "benchmarks" / "golden_validation.json"


def golden_of(recorded: Recorded) -> dict[str, dict[str, float]]:
    """Row -> figure -> value; a figure that does not exist is left out."""
    rows: dict[str, dict[str, float]] = {}
    for data_set, judged in recorded.judged.items():
        for activity in ("run", "walk"):
            scores = [row.score for row in judged if row.method == OURS and row.activity == activity]
            if scores:
                rows[f"{data_set} {activity}"] = _rounded(asdict(figures(scores)))
    for row in recorded.vicon_shoe:
        if row.method == OURS:
            rows[f"vicon_shoe {row.trial}"] = {
                "strides": row.strides,
                "true_strides": row.true_strides,
                "wrong_activity": row.wrong_activity,
            }
    rows["outdoor_shoe"] = _rounded(asdict(recorded.outdoor))
    rows["ble_foot"] = _rounded(asdict(recorded.ble))
    return rows


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {
        name: value if isinstance(value, int) else round(value, 1 if name.endswith("_ms") else 2) + 0.0
        for name, value in row.items()
        if value == value
    }


def read_golden() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = json.loads(GOLDEN_FILE.read_text())
    return table


def write_golden(recorded: Recorded) -> None:
    GOLDEN_FILE.write_text(json.dumps(golden_of(recorded), indent=2, sort_keys=True) + "\n")
