"""The figures on other people as one flat table, rounded so that only real changes show."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.elsewhere.feet import FEET
from benchmarks.elsewhere.results import WAYS, Elsewhere
from benchmarks.elsewhere.sheets import mean_sd
from benchmarks.score import figures
from benchmarks.validate.golden import rounded

__all__ = ["GOLDEN_FILE", "golden_of", "read_golden", "write_golden"]

GOLDEN_FILE = Path(__file__).resolve().parents[2] / "tests" / "benchmarks" / "golden_elsewhere.json"

Golden = dict[str, dict[str, float]]


def golden_of(found: Elsewhere) -> Golden:
    """Row -> figure -> value; a figure that does not exist is left out. Ours alone."""
    rows: Golden = {}
    for gyro in WAYS:
        sensor = "with gyroscope" if gyro else "without gyroscope"
        for foot in FEET:
            rows[f"imu_sample {foot}, {sensor}"] = rounded(asdict(figures([found.contacts[foot, gyro]])))
            known = found.known[foot, gyro]
            contact, time = mean_sd(known.initial_contact_ms), mean_sd(known.stride_time_ms)
            rows[f"imu_sample_ic_stride {foot}, {sensor}"] = rounded(
                {
                    "strides": known.strides,
                    "missed": known.missed,
                    "initial_contact_bias_ms": contact[0],
                    "initial_contact_sd_ms": contact[1],
                    "stride_time_bias_ms": time[0],
                    "stride_time_sd_ms": time[1],
                }
            )
    for foot in FEET:
        errors = found.length_percent[foot][~found.turns(foot)]
        mean, sd = mean_sd(errors[np.isfinite(errors)])
        count = int(np.isfinite(errors).sum())
        rows[f"stride length {foot}"] = rounded({"strides": count, "mean_percent": mean, "sd_percent": sd})
    for (foot, gyro), place in found.places.items():
        contact, off = mean_sd(place.initial_contact_ms), mean_sd(place.toe_off_ms)
        sensor = "with gyroscope" if gyro else "without gyroscope"
        rows[f"opensense_legs {foot}, shin {sensor}"] = rounded(
            {
                "both": place.both,
                "shin_alone": place.shin_alone,
                "shoe_alone": place.shoe_alone,
                "initial_contact_mean_ms": contact[0],
                "initial_contact_sd_ms": contact[1],
                "toe_off_mean_ms": off[0],
                "toe_off_sd_ms": off[1],
            }
        )
    for (name, gyro), gait in found.gaits.items():
        rows[f"{name}, {'with' if gyro else 'without'} gyroscope, gait"] = rounded(asdict(gait))
    return rows


def read_golden() -> Golden:
    table: Golden = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))
    return table


def write_golden(found: Elsewhere) -> None:
    GOLDEN_FILE.write_text(json.dumps(golden_of(found), indent=2, sort_keys=True) + "\n", encoding="utf-8")
