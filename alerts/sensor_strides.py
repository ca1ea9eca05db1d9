"""What one sensor's last strides say: which of them count, and how many were clipped."""

from dataclasses import dataclass
from statistics import median

from dsp.stride import Stride

__all__ = ["SensorStrides", "lower_bound", "steady"]

# Below this the ways to find the contact are 90 ms apart (dsp.contact.agreement): it may be none.
LEAST_QUALITY = 0.05
# Above this share of clipped strides the others are the low ones only.
MUTED_CLIPPED_PERCENT = 20.0

CLIPPED_WINDOW = 50
CLIPPED_LEAST = 20

# A 10 % difference of the sides stands out of strides that vary by 15 % from 18 strides a side on.
MEDIAN_WINDOW = 20
MEDIAN_STALE_US = 30_000_000


def steady(stride: Stride) -> bool:
    """Whether a stride may speak for the runner: running, and surely a foot contact."""
    return stride.activity == "run" and stride.quality >= LEAST_QUALITY


def lower_bound(stride: Stride) -> bool:
    """Whether the true peak may be higher: cut off by the range, or lost on the way."""
    return stride.clipped or stride.gap


@dataclass(frozen=True, slots=True)
class SensorStrides:
    """clipped: of the last running strides, oldest first. peaks: of the last steady, whole ones, g."""

    clipped: tuple[bool, ...] = ()
    peaks: tuple[float, ...] = ()
    peaks_us: int | None = None

    @property
    def clipped_percent(self) -> float | None:
        """None until there are enough strides to speak of a share."""
        if len(self.clipped) < CLIPPED_LEAST:
            return None
        return 100.0 * sum(self.clipped) / len(self.clipped)

    @property
    def heavily_clipped(self) -> bool:
        """Whole peaks then stand for nothing."""
        percent = self.clipped_percent
        return percent is not None and percent > MUTED_CLIPPED_PERCENT

    def push(self, stride: Stride) -> "SensorStrides":
        """The state after one more running stride."""
        clipped = (*self.clipped, stride.clipped)[-CLIPPED_WINDOW:]
        peak = stride.peak_resultant_g
        if peak is None or lower_bound(stride) or not steady(stride):
            return SensorStrides(clipped, self.peaks, self.peaks_us)
        t_us = stride.initial_contact_us
        return SensorStrides(clipped, (*self._recent(t_us), peak)[-MEDIAN_WINDOW:], t_us)

    def shock_g(self, t_us: int) -> float | None:
        """Median peak over the last strides; None when too few, too old or too often clipped."""
        peaks = self._recent(t_us)
        if len(peaks) < MEDIAN_WINDOW or self.heavily_clipped:
            return None
        return median(peaks)

    def _recent(self, t_us: int) -> tuple[float, ...]:
        stale = self.peaks_us is None or t_us - self.peaks_us > MEDIAN_STALE_US
        return () if stale else self.peaks
