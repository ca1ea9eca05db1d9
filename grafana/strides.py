"""The panels of the row "Strides": what was measured of each foot contact, sensor by sensor."""

from grafana.curve import Curve, Target
from grafana.influxql import per_mount
from grafana.limits import SHIN_SHOCK, SHOE_SHOCK
from grafana.not_read_as import CADENCE, CONTACT_TIME, PEAK

__all__ = ["STRIDES"]

CLIPPED = '"clipped" = true'
SHIN, SHOE = '"mount" =~ /-shin$/', '"mount" =~ /-shoe$/'
AT_LEAST = (
    "The line is the median of all peaks, cut-off ones as measured: without them it would be that of the "
    "gentle contacts. Marks ('at least'): the highest peak that the sensor's range cut off."
)


def peaks(segment: str) -> tuple[Target, ...]:
    """The median of a segment's peaks, and which of them were lower bounds."""
    return (
        Target(per_mount('median("peak_resultant_g")', "stride", segment)),
        Target(
            per_mount('max("peak_resultant_g")', "stride", segment, CLIPPED),
            "$tag_mount, at least",
            points=True,
        ),
    )


STRIDES: tuple[Curve, ...] = (
    Curve(
        "Cadence",
        "suffix:steps/min",
        (Target(per_mount('median("cadence_spm")', "stride")),),
        "Median of the last strides, both feet counted: 120 s over one foot's stride time. Left and right "
        "are measured separately and agree in steady running; where they part, one sensor misses contacts.",
        not_read_as=CADENCE,
        decimals=0,
        soft_min=140,
        soft_max=190,
    ),
    Curve(
        "Contact time",
        "s",
        (Target(per_mount('median("contact_time_s")', "stride")),),
        "Toe-off minus initial contact. Single strides are off by tens of milliseconds, each mount in its "
        "own way: read the course of one mount, never shin against shoe nor runner against runner.",
        not_read_as=CONTACT_TIME,
        decimals=0,
        soft_min=0.15,
        soft_max=0.35,
    ),
    Curve(
        "Peak tibial acceleration (shin sensors)",
        "accG",
        peaks(SHIN),
        f"Largest acceleration magnitude after initial contact. {AT_LEAST} "
        "Compare within one runner, shoe, surface and speed; differences below 1.5 g are within the method's "
        "noise.",
        not_read_as=PEAK,
        limits=(SHIN_SHOCK,),
        decimals=1,
        soft_min=0,
        soft_max=1.2 * SHIN_SHOCK.value,
    ),
    Curve(
        "Foot shock (shoe sensors)",
        "accG",
        peaks(SHOE),
        "Largest acceleration magnitude at the shoe after initial contact: 2 to 5 times the shin's, "
        f"different in every shoe. {AT_LEAST} Never tibial acceleration.",
        not_read_as=PEAK,
        limits=(SHOE_SHOCK,),
        decimals=1,
        soft_min=0,
        soft_max=1.2 * SHOE_SHOCK.value,
    ),
)
