"""One recording to be judged: its samples, and what is known about the truth."""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from dsp.stride import Activity

__all__ = ["DATA_SETS", "Contacts", "Trial", "data_folder", "load_trials"]

DATA_SETS = ("treadmill_shank", "vicon_shoe", "walk_feet", "outdoor_shoe", "ble_foot")

Floats = NDArray[np.float64]

AXIAL = {"treadmill_shank": np.array([1.0, 0.0, 0.0])}


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Foot contacts in order; toe-off NaN where a method gives none. Both (n,) seconds."""

    initial_contact_s: Floats
    toe_off_s: Floats

    def __len__(self) -> int:
        return int(self.initial_contact_s.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """t_s (n,) s, acc_g (n, 3) g, gyro_dps (n, 3) deg/s or None, in the sensor's own frame.

    mount is None for a sensor that is not on a leg (the hip of outdoor_shoe).
    truth: contacts of an independent reference; strides: their number where only that is known.
    axial, lateral: (3,) the segment's long axis and its axis to the right, where known; told to peers only.
    """

    data_set: str
    name: str
    path: Path | None
    mount: Mount | None
    activity: Activity
    t_s: Floats
    acc_g: Floats
    gyro_dps: Floats | None
    rate_hz: float
    acc_range_g: float
    truth: Contacts | None = None
    strides: int | None = None
    axial: Floats | None = None
    lateral: Floats | None = None

    @property
    def site(self) -> Literal["shin", "shoe"]:
        assert self.mount is not None, "only leg-worn sensors have a site"
        return self.mount.segment

    @property
    def truth_fits(self) -> bool:
        """Whether the truth ends before the recording does: otherwise the two are not of the same samples."""
        assert self.truth is not None, "asked only of trials with a truth"
        return bool(self.truth.toe_off_s[-1] <= self.t_s[-1])

    @property
    def duration_s(self) -> float:
        return float(self.t_s[-1] - self.t_s[0])


def data_folder() -> Path | None:
    """Where the recordings are: KNEELOAD_DATA, else ../shared/data beside the project; None if missing."""
    root = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get("KNEELOAD_DATA", root.parent / "shared" / "data"))
    return folder if (folder / "README.md").exists() or any(folder.glob("*/trials.csv")) else None


def load_trials(folder: Path, data_set: str) -> Iterator[Trial]:
    """All recordings of one data set, in the order of its trials.csv."""
    with (folder / data_set / "trials.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield _load(folder / data_set / f"{row['trial']}.csv", row)


def _load(path: Path, row: dict[str, str]) -> Trial:
    table = np.genfromtxt(path, delimiter=",", names=True)
    assert table.dtype.names is not None
    truth_file = path.with_suffix(".truth.csv")
    return Trial(
        data_set=path.parent.name,
        name=row["trial"],
        path=path,
        mount=Mount(row["mount"]) if row["mount"] in list(Mount) else None,
        activity="run" if row["activity"] == "run" else "walk",
        t_s=np.asarray(table["t_s"], dtype=np.float64),
        acc_g=_columns(table, "ax_g", "ay_g", "az_g"),
        gyro_dps=_columns(table, "gx_dps", "gy_dps", "gz_dps") if "gx_dps" in table.dtype.names else None,
        rate_hz=float(row["rate_hz"]),
        acc_range_g=float(row["acc_range_g"]),
        truth=_load_truth(truth_file) if truth_file.exists() else None,
        strides=int(row["strides"]) if row["strides"] else None,
        axial=AXIAL.get(path.parent.name),
    )


def _columns(table: NDArray[np.void], *names: str) -> Floats:
    return np.ascontiguousarray(np.column_stack([table[name] for name in names]), dtype=np.float64)


def _load_truth(path: Path) -> Contacts:
    table = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    return Contacts(table[:, 0].copy(), table[:, 1].copy())
