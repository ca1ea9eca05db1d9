"""The recordings of gaitmap_feet as their authors published them: one or two feet a file, m/s² and deg/s.

Their sampling rates, and what each file is, are from gaitmap's own description of its examples (gaitmap
2.6.0, MIT licence); the files do not say.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.trial import Trial
from dsp.mount import Mount

__all__ = ["DATA_SET", "FEET", "RECORDED", "Foot", "Recorded", "read_feet"]

Floats = NDArray[np.float64]
Foot = Literal["left", "right"]

DATA_SET: Final = "gaitmap_feet"
FEET: Final[tuple[Foot, ...]] = ("left", "right")
G_MPS2: Final = 9.80665
RANGE_G: Final = 16.0


@dataclass(frozen=True, slots=True)
class Recorded:
    """One file of samples. feet: those in it; what: who does what."""

    name: str
    what: str
    rate_hz: float
    feet: tuple[Foot, ...] = FEET

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


RECORDED: Final = (
    Recorded("imu_sample", "20 m and back", 204.8),
    Recorded("imu_sample_ic_stride", "four times 10 m", 102.4),
    Recorded("imu_sample_healthy_stair_down", "a staircase down", 204.8),
    Recorded("imu_sample_healthy_stair_up", "a staircase up", 204.8),
    Recorded("imu_sample_ms_left", "a patient with multiple sclerosis", 102.4, ("left",)),
    Recorded("imu_sample_ms_right", "a patient with multiple sclerosis", 102.4, ("right",)),
    Recorded("aligned_data_with_mag_l_walks", "along an L and back, again and again", 400.0, ("left",)),
)


def read_feet(path: Path, recorded: Recorded) -> Iterator[Trial]:
    """A trial for each foot, times from 0. Raises KeyError for a foot or an axis that the file lacks.

    Two rows of header name sensor and axis of each column, one row the axis alone.
    """
    with path.open(newline="", encoding="utf-8") as file:
        first, second = (row for row, _ in zip(csv.reader(file), range(2), strict=False))
    whole = not _is_number(second[-1])
    sensors = [name.removesuffix("_sensor") for name in first] if whole else [recorded.feet[0]] * len(first)
    at = {key: k for k, key in enumerate(zip(sensors, second if whole else first, strict=True))}
    table = np.loadtxt(path, delimiter=",", skiprows=2 if whole else 1, ndmin=2)
    for foot in recorded.feet:
        acc_ms2, gyro_dps = (
            np.ascontiguousarray(table[:, [at[foot, f"{kind}_{axis}"] for axis in "xyz"]])
            for kind in ("acc", "gyr")
        )
        yield Trial(
            data_set=DATA_SET,
            name=recorded.name if len(recorded.feet) == 1 else f"{recorded.name} {foot}",
            path=None,
            mount=Mount(f"{foot}-shoe"),
            activity="walk",
            t_s=np.arange(len(table)) / recorded.rate_hz,
            acc_g=acc_ms2 / G_MPS2,
            gyro_dps=gyro_dps,
            rate_hz=recorded.rate_hz,
            acc_range_g=RANGE_G,
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
