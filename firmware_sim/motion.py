"""What a pretend sensor measures, and what truly happened meanwhile."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Samples", "Source", "Truth"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What an ideal sensor sees, in its own frame, before range and quantisation.

    index: (n,) int64, sample counter on the sensor's grid, from 0; jumps where samples are missing.
    t_s: (n,) float64, true time.
    acc_g: (n, 3) float64, g, gravity included. gyro_dps: (n, 3) float64, deg/s, or None without a gyroscope.
    """

    index: NDArray[np.int64]
    t_s: Floats
    acc_g: Floats
    gyro_dps: Floats | None

    def __len__(self) -> int:
        return int(self.index.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What truly happened, one row a foot contact whose toe-off lies in what was taken; (n,) float64 arrays.

    Peaks are those of the noise-free motion sampled at 2000 Hz, in the anatomical frame, gravity included,
    from 10 ms before to 75 ms after initial contact, after the dual-pass 60 Hz Butterworth filter of peak
    tibial acceleration.
    shank_angle_deg: sagittal angle at initial contact of the segment the sensor is on (shank: + is ankle
    ahead of the knee; shoe: + is toes up). stride_length_m, speed_m_per_s: of the stride that this contact
    ends. NaN where there is nothing to tell. clipped: some axis left the sensor's range during the contact.
    ungraded_contact_s: contacts that begin or end a bout (a foot set down to stand): finding them or not is
    both right.
    """

    initial_contact_s: Floats
    toe_off_s: Floats
    peak_resultant_g: Floats
    peak_axial_g: Floats
    activity: tuple[str, ...]
    clipped: NDArray[np.bool_]
    shank_angle_deg: Floats
    speed_m_per_s: Floats
    stride_length_m: Floats
    ungraded_contact_s: Floats

    def __len__(self) -> int:
        return int(self.initial_contact_s.shape[0])


class Source(Protocol):
    """Where a virtual sensor's samples come from: the gait model or a recording."""

    @property
    def rate_hz(self) -> float: ...

    @property
    def acc_range_g(self) -> float: ...

    @property
    def gyro_range_dps(self) -> float | None: ...

    @property
    def finished(self) -> bool:
        """Nothing will come any more."""
        ...

    def take(self, until_s: float) -> Samples:
        """The samples with t < until_s that were not taken yet; empty once finished."""
        ...
