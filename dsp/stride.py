"""One foot contact of one sensor: the result of signal processing."""

from dataclasses import dataclass
from typing import Literal

from dsp.mount import Mount

__all__ = ["Activity", "Stride"]

Activity = Literal["run", "walk"]


@dataclass(frozen=True, slots=True)
class Stride:
    """One foot contact, told when the next swing has begun. None is "not estimated", never zero.

    The first block of fields are the columns of strides.csv; docs/metrics.md defines each of them.
    At the shin peaks are peak tibial acceleration, at the shoe foot shock.
    """

    stride: int
    mount: Mount
    initial_contact_us: int
    toe_off_us: int | None
    contact_time_s: float | None
    flight_time_s: float | None
    stride_time_s: float | None
    cadence_spm: float | None
    activity: Activity
    peak_resultant_g: float | None
    peak_axial_g: float | None
    jerk_g_per_s: float | None
    clipped: bool
    gap: bool
    quality: float

    # Beyond strides.csv's fixed columns.
    filter: str
    contact_method: str
    toe_off_method: str
    low_rate: bool = False
    ringing: float | None = None
    impact_power_g2: float | None = None
    shank_angle_deg: float | None = None
    peak_swing_dps: float | None = None
    foot_strike_deg: float | None = None
    pronation_deg: float | None = None
    stride_length_m: float | None = None
    speed_m_per_s: float | None = None
    axis_method: str = "none"
