"""Results of a run that are neither strides nor alerts."""

from dataclasses import dataclass
from typing import Literal

from alerts.alert import Alert
from dsp.mount import Mount
from dsp.stride import Stride

__all__ = ["Result", "SensorHealth", "Summary"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The run at one moment, every 5 s of run time; field meanings in kneeload.streams. None = not known.

    Whether a peak is a lower bound was not told by the first versions: None in what they journalled.
    """

    t_us: int
    activity: Literal["run", "walk", "idle"]
    strides: int
    cadence_spm: float | None
    contact_time_left_s: float | None
    contact_time_right_s: float | None
    peak_resultant_left_g: float | None
    peak_resultant_right_g: float | None
    shock_asymmetry_percent: float | None
    running_s: float
    walking_s: float
    idle_s: float
    alerts_open: int
    peak_resultant_left_at_least: bool | None = None
    peak_resultant_right_at_least: bool | None = None


@dataclass(frozen=True, slots=True)
class SensorHealth:
    """One sensor's link and counters at one moment; field meanings in kneeload.streams."""

    t_us: int
    mount: Mount
    connected: bool
    rate_hz: float
    packets_received: int
    packets_bad: int
    packets_duplicate: int
    samples_received: int
    samples_lost: int | None
    lost_percent: float | None
    clipped_percent: float
    battery_percent: float | None
    reconnects: int
    clock_skew_ppm: float | None
    clock_uncertainty_s: float | None


Result = Stride | Alert | Summary | SensorHealth
