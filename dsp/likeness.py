"""How surely a contact is one: how like the runner's own last contacts it is.

Three things are compared, each learned from the last contacts in the same gait, so that they mean the same at
shin and shoe, in any shoe, with and without a gyroscope: how far apart the two landmarks of the landing are
(the jerk's peak and the steepest rise of the resultant), how hard the jolt is, and whether the stride took as
long as the gate says that strides take now. Each gives a factor from 1 (the same) towards 0; what cannot be
compared yet counts as UNKNOWN.
"""

from dataclasses import dataclass, field
from math import exp, log
from statistics import median

from dsp.stride import Activity

__all__ = ["Landing", "Likeness"]

UNKNOWN = 0.8
LAST = 8  # contacts that are compared with
LEAST = 3
LEAD_S = 0.06  # landmarks that much further apart or closer: another landing
PERIOD = 0.15  # of a stride off the rhythm
FAINT = 3.0  # times fainter than usual; a harder one is no reason for doubt


@dataclass(frozen=True, slots=True)
class Landing:
    """A contact's look. lead_s: from the jerk's peak to the steepest rise; jolt: its height, g/s."""

    lead_s: float | None
    jolt: float


@dataclass(slots=True)
class Likeness:
    """State: the last landings in each gait."""

    last: dict[Activity, tuple[Landing, ...]] = field(default_factory=lambda: {"run": (), "walk": ()})

    def of(self, landing: Landing, gait: Activity, *, stride_s: float | None, period_s: float) -> float:
        """0 to 1. stride_s: since the contact before, None if there is none; period_s: as the gate has it."""
        last = self.last[gait]
        leads = [other.lead_s for other in last if other.lead_s is not None]
        factors = [UNKNOWN] * 3
        if landing.lead_s is not None and len(leads) >= LEAST:
            factors[0] = _bell((landing.lead_s - median(leads)) / LEAD_S)
        if len(last) >= LEAST:
            usual = median([other.jolt for other in last])
            factors[1] = _bell(min(0.0, log(max(landing.jolt, 1e-6) / max(usual, 1e-6))) / log(FAINT))
        if stride_s is not None:
            factors[2] = _bell((stride_s / period_s - 1.0) / PERIOD)
        return factors[0] * factors[1] * factors[2]

    def remember(self, landing: Landing, gait: Activity) -> None:
        self.last[gait] = (*self.last[gait][1 - LAST :], landing)


def _bell(x: float) -> float:
    return exp(-(x * x))
