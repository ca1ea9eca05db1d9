"""What one sensor's last strides say: which of them count, and how many were clipped."""

from dataclasses import dataclass
from statistics import median

from dsp.stride import Stride

__all__ = [
    "CLIPPED_WINDOW",
    "MOVED_WINDOW",
    "MUTED_CLIPPED_PERCENT",
    "SensorStrides",
    "lower_bound",
    "steady",
]

# A contact that is less like the runner's own last ones (dsp.likeness) may be none.
LEAST_QUALITY = 0.6
# Above this share of clipped strides the others are the low ones only.
MUTED_CLIPPED_PERCENT = 20.0

# The axis from standing is given up as soon as the strides contradict it.
MOVED_WINDOW = 10
CLIPPED_WINDOW = 50
CLIPPED_LEAST = 20

# A 10 % difference of the sides stands out of strides that vary by 15 % from 18 strides a side on.
MEDIAN_WINDOW = 20
MEDIAN_STALE_US = 30_000_000
PACE_WINDOW = 8


def steady(stride: Stride) -> bool:
    """Whether a stride may speak for the runner: running, and surely a foot contact."""
    return stride.activity == "run" and stride.quality >= LEAST_QUALITY


def lower_bound(stride: Stride) -> bool:
    """Whether the true peak may be higher: cut off by the range, or lost on the way."""
    return stride.clipped or stride.gap


@dataclass(frozen=True, slots=True)
class SensorStrides:
    """clipped: of the last running strides, oldest first. peaks: of the last steady, whole ones, g.

    speeds: of the last steady ones that have one, m/s. filter: what the last one went through. stood: whether
    the sensor's axis was once known from standing. moved: of the last strides since, which have it no more.
    """

    clipped: tuple[bool, ...] = ()
    peaks: tuple[float, ...] = ()
    peaks_us: int | None = None
    speeds: tuple[float, ...] = ()
    speeds_us: int | None = None
    filter: str = ""
    stood: bool = False
    moved: tuple[bool, ...] = ()

    @property
    def clipped_percent(self) -> float | None:
        """None until there are enough strides to speak of a share."""
        if len(self.clipped) < CLIPPED_LEAST:
            return None
        return 100.0 * sum(self.clipped) / len(self.clipped)

    @property
    def moved_percent(self) -> float | None:
        """Of the last strides since standing; None where nobody stood."""
        return 100.0 * sum(self.moved) / len(self.moved) if self.moved else None

    @property
    def heavily_clipped(self) -> bool:
        """Whole peaks then stand for nothing."""
        percent = self.clipped_percent
        return percent is not None and percent > MUTED_CLIPPED_PERCENT

    def push(self, stride: Stride) -> "SensorStrides":
        """The state after one more running stride."""
        t_us, speed, peak = stride.initial_contact_us, stride.speed_m_per_s, stride.peak_resultant_g
        stood, moved = self.stood, self.moved
        # A stride that a hole spoilt has no axis either, and says nothing of where the sensor is.
        if stride.axis_method == "standing" or (stood and peak is not None):
            stood, moved = True, (*moved, stride.axis_method != "standing")[-MOVED_WINDOW:]
        speeds, speeds_us, peaks, peaks_us = self.speeds, self.speeds_us, self.peaks, self.peaks_us
        if steady(stride) and speed is not None:
            speeds, speeds_us = (*_fresh(speeds, speeds_us, t_us), speed)[-PACE_WINDOW:], t_us
        if steady(stride) and peak is not None and not lower_bound(stride):
            peaks, peaks_us = (*_fresh(peaks, peaks_us, t_us), peak)[-MEDIAN_WINDOW:], t_us
        clipped = (*self.clipped, stride.clipped)[-CLIPPED_WINDOW:]
        return SensorStrides(
            clipped=clipped,
            peaks=peaks,
            peaks_us=peaks_us,
            speeds=speeds,
            speeds_us=speeds_us,
            filter=stride.filter,
            stood=stood,
            moved=moved,
        )

    def speed_m_per_s(self, t_us: int) -> float | None:
        """Median over the last strides; None when none is recent."""
        speeds = _fresh(self.speeds, self.speeds_us, t_us)
        return median(speeds) if speeds else None

    def shock_g(self, t_us: int) -> float | None:
        """Median peak over the last strides; None when too few, too old or too often clipped."""
        peaks = _fresh(self.peaks, self.peaks_us, t_us)
        if len(peaks) < MEDIAN_WINDOW or self.heavily_clipped:
            return None
        return median(peaks)


def _fresh(values: tuple[float, ...], newest_us: int | None, t_us: int) -> tuple[float, ...]:
    """The values, none when the newest is stale."""
    return () if newest_us is None or t_us - newest_us > MEDIAN_STALE_US else values
