"""The figures of the review's head: what each is, how far it can be trusted, what it is not.

Contact time: uncorrected bias up to 10 % (Falbriard et al., 2017). Peak tibial acceleration: smallest
detectable difference of the resultant 1.5 g; depends on sensor and filter (Sheerin et al., 2019).
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["METRICS", "Metric", "metrics_of"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One number a side. name: Stride's field; factor: from its unit to the one shown."""

    name: str
    title: str
    unit: str
    factor: float
    decimals: int
    definition: str
    uncertainty: str
    filtered: bool = False
    """Whether the value is a peak: it depends on the filter and may be clipped."""
    segment: Literal["shin", "shoe"] | None = None
    """Where the sensor must be worn; None = anywhere."""


METRICS: tuple[Metric, ...] = (
    Metric(
        "cadence_spm",
        "Cadence",
        "steps/min",
        1.0,
        0,
        "Steps of both feet a minute: 120 s over this foot's stride time, median of the last strides.",
        "The surest figure here: errors of single contacts average out within a few strides.",
    ),
    Metric(
        "contact_time_s",
        "Contact time",
        "ms",
        1000.0,
        0,
        "Toe-off minus initial contact.",
        "Single strides may be off by tens of milliseconds, and the average by up to a tenth, differently at "
        "shin and shoe and at each speed. Read changes within one sensor's place.",
    ),
    Metric(
        "peak_resultant_g",
        "Peak tibial acceleration",
        "g",
        1.0,
        1,
        "Largest acceleration magnitude at the shin after initial contact, gravity included.",
        "Depends on sensor, filter, strap, shoe, surface and speed; differences below about 1.5 g are within "
        "its noise. It is not the load on bone or knee and no measure of risk.",
        filtered=True,
        segment="shin",
    ),
    Metric(
        "peak_resultant_g",
        "Foot shock",
        "g",
        1.0,
        1,
        "Largest acceleration magnitude at the shoe after initial contact, gravity included.",
        "Several times as large as at the shin and different in every shoe. It says nothing of the shin, "
        "the knee or any risk.",
        filtered=True,
        segment="shoe",
    ),
)


def metrics_of(segment: Literal["shin", "shoe"]) -> tuple[Metric, ...]:
    """The figures that make sense for a sensor worn there."""
    return tuple(metric for metric in METRICS if metric.segment in (None, segment))
