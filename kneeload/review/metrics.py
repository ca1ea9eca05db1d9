"""The figures of the review's head: what each is, through which filter, how far it can be trusted, what it
is not.

Peak tibial acceleration: smallest detectable difference of the resultant 1.5 g; depends on sensor and filter
(Sheerin et al., 2019). Foot strike: Altman and Davis (2012). Speed at the shin: 4 to 7 % (Yang et al., 2011;
Li et al., 2010). What depends on sensor and gait besides: kneeload.review.cautions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["FILTERS", "METRICS", "Metric", "metrics_of"]

FILTERS: Mapping[str, str] = {"bw2x2-60-zp": "low-pass 60 Hz, Butterworth, zero phase"}
"""Filters by their names in the data."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number a side. name: Stride's field; factor: from its unit to the one shown."""

    name: str
    title: str
    unit: str
    factor: float
    decimals: int
    definition: str
    smoothing: str
    """How the values come out of the samples; the filter itself is a stride's own."""
    uncertainty: str
    filtered: bool = False
    """Whether the value is a peak: it depends on the filter and may be clipped."""
    segment: Literal["shin", "shoe"] | None = None
    """Where the sensor must be worn; None = anywhere."""
    optional: bool = False
    """Whether it is passed over where no sensor estimated it."""


METRICS: tuple[Metric, ...] = (
    Metric(
        "cadence_spm",
        "Cadence",
        "steps/min",
        1.0,
        0,
        "Steps of both feet a minute: 120 s over this foot's usual stride time.",
        "median of the last 8 stride times",
        "The surest figure here: errors of single contacts average out within a few strides. No cadence is "
        "good or bad by itself; it depends on speed and leg length.",
    ),
    Metric(
        "contact_time_s",
        "Contact time",
        "ms",
        1000.0,
        0,
        "Toe-off minus initial contact.",
        "none of its own; both events come from smoothed signals",
        "Single strides may be off by tens of milliseconds. Read changes within one sensor's place: shin and "
        "shoe differ.",
    ),
    Metric(
        "peak_resultant_g",
        "Peak tibial acceleration",
        "g",
        1.0,
        1,
        "Largest acceleration magnitude at the shin after initial contact, gravity included.",
        "of the stride alone",
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
        "of the stride alone",
        "Several times as large as at the shin and different in every shoe. It says nothing of the shin, "
        "the knee or any risk.",
        filtered=True,
        segment="shoe",
    ),
    Metric(
        "speed_m_per_s",
        "Speed",
        "km/h",
        3.6,
        1,
        "Distance of the shoe from one stance to the next, divided by its time.",
        "none; integrated over one stride",
        "Within a few percent a stride on simulated runs; sharp turns read short. Clipped strides and "
        "strides with a hole in their samples have none.",
        segment="shoe",
        optional=True,
    ),
    Metric(
        "speed_m_per_s",
        "Speed, estimated",
        "km/h",
        3.6,
        1,
        "Distance of the shin, a pendulum over the ankle, from one stance to the next, divided by its time.",
        "none; integrated over one stride",
        "A model of the leg: off by several percent, and by a percent for each centimetre that the sensor "
        "sits higher or lower than configured.",
        segment="shin",
        optional=True,
    ),
    Metric(
        "shank_angle_deg",
        "Shank angle at contact",
        "°",
        1.0,
        0,
        "Shank against the vertical at initial contact; + is the ankle ahead of the knee.",
        "none; integrated over one stride",
        "Hills and a sensor that slipped shift it, and an error of 10 ms in the moment of contact shifts it "
        "by 3 to 6°. A change within one run can be read, an angle by itself cannot.",
        segment="shin",
        optional=True,
    ),
    Metric(
        "foot_strike_deg",
        "Foot strike angle",
        "°",
        1.0,
        0,
        "Shoe against flat foot at initial contact; + is heel first.",
        "none; integrated over one stride",
        "Feet and shoes differ by some 6°: read a runner's own change. No strike is good or bad by itself.",
        segment="shoe",
        optional=True,
    ),
)


def metrics_of(segment: Literal["shin", "shoe"]) -> tuple[Metric, ...]:
    """The figures that make sense for a sensor worn there."""
    return tuple(metric for metric in METRICS if metric.segment in (None, segment))
