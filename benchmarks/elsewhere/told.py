"""What `kneeload analyze` tells of a trial: from a file of its samples, told nothing but the mount."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.trial import Contacts, Trial
from benchmarks.validate.ours import contacts_of, strides_of
from dsp.stride import Stride
from ingest.files import blocks, read_recording

__all__ = ["Told", "tell"]

HEADER = "t_s,ax_g,ay_g,az_g"


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A trial's strides. gyro: whether the file had the gyroscope's columns."""

    trial: Trial
    gyro: bool
    strides: list[Stride]

    @property
    def contacts(self) -> Contacts:
        return contacts_of(self.strides)


def tell(trial: Trial, *, gyro: bool) -> Told:
    """gyro False: the file has no columns of a gyroscope. Raises RecordingError as analyze does."""
    assert trial.mount is not None, "only leg-worn sensors have strides"
    header, columns = HEADER, [trial.t_s[:, None], trial.acc_g]
    if gyro:
        assert trial.gyro_dps is not None, "asked only of trials with a gyroscope"
        header, columns = f"{HEADER},gx_dps,gy_dps,gz_dps", [*columns, trial.gyro_dps]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trial.csv"
        np.savetxt(path, np.hstack(columns), fmt="%.9g", delimiter=",", header=header, comments="")
        recording = read_recording(path, trial.mount)
    return Told(trial, gyro, strides_of(trial.mount, blocks(recording)))
