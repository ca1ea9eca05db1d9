"""What is usual for this runner: a stored baseline, or one learned from the first minutes of the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from alerts.observation import Metric
from dsp.mount import Mount

__all__ = ["LEARN_STRIDES", "WARM_UP_STRIDES", "Baseline", "Collector", "Segment", "Usual", "usual_of"]

# At 160-180 steps/min: leave out the first minute, then learn from the two minutes after it.
WARM_UP_STRIDES = 80
LEARN_STRIDES = 200

Segment = Literal["shin", "shoe"]

# A spread seen over two minutes understates what an hour brings. What counts in deviations is the ringing,
# and that moves with speed too: between 9 and 15 km/h up to 1.5-fold at the gait model's shin, 2.5-fold at
# its shoe.
LEAST_RELATIVE_SPREAD: dict[Segment, float] = {"shin": 0.3, "shoe": 0.6}


@dataclass(frozen=True, slots=True)
class Usual:
    """A metric's median and median absolute deviation, in the metric's unit.

    runs: how many earlier runs it comes from; 0: from this one. filter: what the strides went through, and
    those held against it must too; empty where nobody knows.
    """

    value: float
    spread: float
    runs: int = 0
    filter: str = ""


Baseline = Mapping[tuple[Metric, Mount], Usual]


@dataclass(frozen=True, slots=True)
class Collector:
    """Gathers one metric of one mount until there is enough to say what is usual.

    seen: strides left out as warming up.
    """

    seen: int = 0
    values: tuple[float, ...] = ()
    usual: Usual | None = None

    def collect(self, value: float, segment: Segment) -> "Collector":
        """The collector after one more stride of steady running."""
        if self.usual is not None:
            return self
        if self.seen < WARM_UP_STRIDES:
            return Collector(self.seen + 1)
        values = (*self.values, value)
        if len(values) < LEARN_STRIDES:
            return Collector(self.seen, values)
        return Collector(self.seen, (), usual_of(values, segment))


def usual_of(values: Sequence[float], segment: Segment) -> Usual:
    """Median and deviation of at least one value, the deviation no less than speeds make it."""
    middle = median(values)
    deviation = median(abs(value - middle) for value in values)
    return Usual(middle, max(deviation, LEAST_RELATIVE_SPREAD[segment] * abs(middle)))
