"""The recording of opensense_legs as its authors published it: a walker with a sensor at each shin and foot.

Text files of Xsens' MT Manager, four sensors that count their packets together: acceleration, and orientation
instead of angular rate. The rate is taken from one orientation to the next. Which sensor was where is from
myIMUMappings.xml beside them (OpenSim 4.5, Apache-2.0).
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from benchmarks.trial import Trial
from dsp.mount import Mount

__all__ = ["DATA_SET", "RECORDING", "SENSORS", "read_legs"]

Floats = NDArray[np.float64]

DATA_SET: Final = "opensense_legs"
RECORDING: Final = "MT_012005D6_009-001"
SENSORS: Final = {
    "00B421ED": Mount.LEFT_SHIN,
    "00B421E6": Mount.LEFT_SHOE,
    "00B4227D": Mount.RIGHT_SHIN,
    "00B421EF": Mount.RIGHT_SHOE,
}
RATE_HZ: Final = 100.0
RANGE_G: Final = 16.0
G_MPS2: Final = 9.80665
ACCELERATION = tuple(f"Acc_{axis}" for axis in "XYZ")
# Row by row what turns the sensor's frame into the world's.
ORIENTATION = tuple(f"Mat[{row}][{column}]" for row in (1, 2, 3) for column in (1, 2, 3))


def read_legs(folder: Path) -> Iterator[Trial]:
    """A trial for each sensor, on one time axis. Raises KeyError for a column that a file lacks."""
    tables = {mount: _read(folder / f"{RECORDING}_{sensor}.txt") for sensor, mount in SENSORS.items()}
    first = min(int(count[0]) for count, _, _ in tables.values())
    for mount, (count, acc_ms2, orientation) in tables.items():
        yield Trial(
            data_set=DATA_SET,
            name=f"{RECORDING} {mount}",
            path=None,
            mount=mount,
            activity="walk",
            t_s=(count - first) / RATE_HZ,
            acc_g=acc_ms2 / G_MPS2,
            gyro_dps=_rates_dps(orientation),
            rate_hz=RATE_HZ,
            acc_range_g=RANGE_G,
        )


def _read(path: Path) -> tuple[NDArray[np.int64], Floats, Rotation]:
    """Packet numbers, acceleration (m/s2) and orientation."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader((line for line in file if not line.startswith("//")), delimiter="\t")
        table = [
            (int(row["PacketCounter"]), *(float(row[name]) for name in (*ACCELERATION, *ORIENTATION)))
            for row in rows
        ]
    numbers = np.array(table)
    turned = Rotation.from_matrix(numbers[:, 4:].reshape(-1, 3, 3))
    return numbers[:, 0].astype(np.int64), np.ascontiguousarray(numbers[:, 1:4]), turned


def _rates_dps(orientation: Rotation) -> Floats:
    """(n, 3) in the sensor's frame: the mean of the steps to a sample and from it."""
    steps = np.degrees((orientation[:-1].inv() * orientation[1:]).as_rotvec()) * RATE_HZ
    return np.vstack([steps[:1], 0.5 * (steps[1:] + steps[:-1]), steps[-1:]])
