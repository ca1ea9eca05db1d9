"""The panels of the row "Strides": what was measured of each foot contact, sensor by sensor."""

from grafana.curve import Curve, Target
from grafana.influxql import per_mount
from grafana.limits import SHIN_SHOCK, SHOE_SHOCK

__all__ = ["STRIDES"]

NOT_CLIPPED, CLIPPED = '"clipped" = false', '"clipped" = true'
SHIN, SHOE = '"mount" =~ /-shin$/', '"mount" =~ /-shoe$/'

STRIDES: tuple[Curve, ...] = (
    Curve(
        "Cadence",
        "suffix:steps/min",
        (Target(per_mount('median("cadence_spm")', "stride")),),
        "Median of the last strides, both feet counted: 120 s over one foot's stride time. Left and right "
        "are "
        "measured separately and agree in steady running; where they part, one sensor misses contacts.",
        decimals=0,
        soft_min=140,
        soft_max=190,
    ),
    Curve(
        "Contact time",
        "s",
        (Target(per_mount('median("contact_time_s")', "stride")),),
        "Toe-off minus initial contact. Single strides from a shin or shoe sensor are off by tens of "
        "milliseconds, "
        "each mount in its own way: read the course of one mount, never shin against shoe nor runner "
        "against runner.",
        decimals=0,
        soft_min=0.15,
        soft_max=0.35,
    ),
    Curve(
        "Peak tibial acceleration (shin sensors)",
        "accG",
        (
            Target(per_mount('median("peak_resultant_g")', "stride", SHIN, NOT_CLIPPED)),
            Target(
                per_mount('max("peak_resultant_g")', "stride", SHIN, CLIPPED),
                "$tag_mount, at least",
                points=True,
            ),
        ),
        "Largest acceleration magnitude after initial contact. Marks 'at least': the sensor's range was "
        "exceeded. "
        "Compare within one runner, shoe, surface and speed; differences below 1.5 g are within the "
        "method's noise. "
        "It is not the load on bone or knee, and a lower value is not a lower risk of injury.",
        limits=(SHIN_SHOCK,),
        decimals=1,
        soft_min=0,
        soft_max=1.2 * SHIN_SHOCK.value,
    ),
    Curve(
        "Foot shock (shoe sensors)",
        "accG",
        (
            Target(per_mount('median("peak_resultant_g")', "stride", SHOE, NOT_CLIPPED)),
            Target(
                per_mount('max("peak_resultant_g")', "stride", SHOE, CLIPPED),
                "$tag_mount, at least",
                points=True,
            ),
        ),
        "Largest acceleration magnitude at the shoe after initial contact: 2 to 5 times the shin's, "
        "different in every shoe. Never tibial acceleration.",
        limits=(SHOE_SHOCK,),
        decimals=1,
        soft_min=0,
        soft_max=1.2 * SHOE_SHOCK.value,
    ),
)
