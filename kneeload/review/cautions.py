"""How far a figure's level can be trusted, where that depends on the sensor and the gait.

What was checked against what: docs/validation.md. Contact time of running at a shoe: no recording with a
truth was at hand. Bias up to 10 % uncorrected: Falbriard et al., 2017.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from dsp.stride import Activity, Stride

__all__ = ["CAUTIONS", "Caution", "cautions_of", "gyroscopes"]


@dataclass(frozen=True, slots=True)
class Caution:
    """Words beside one metric. activity, gyroscope: for which they hold; None = for any."""

    metric: str
    segment: Literal["shin", "shoe"]
    activity: Activity | None
    gyroscope: bool | None
    words: str


CAUTIONS: tuple[Caution, ...] = (
    Caution(
        "contact_time_s",
        "shin",
        None,
        False,
        "Without a gyroscope it was checked on one laboratory's treadmill; elsewhere the average may be off "
        "by a tenth, differently at each speed.",
    ),
    Caution(
        "contact_time_s",
        "shin",
        None,
        True,
        "With a gyroscope it was checked on simulated legs only: the average may be off by a tenth, "
        "differently at each speed.",
    ),
    Caution(
        "contact_time_s",
        "shoe",
        "run",
        None,
        "In running at the shoe it was not checked on a person: its changes can be read, its level cannot.",
    ),
    Caution(
        "contact_time_s",
        "shoe",
        "walk",
        True,
        "In walking the average may be off by a tenth, differently at each speed.",
    ),
    Caution(
        "contact_time_s",
        "shoe",
        "walk",
        False,
        "In walking at a shoe without a gyroscope it was not checked on a person: its changes can be read, "
        "its level cannot.",
    ),
)


def gyroscopes(strides: Iterable[Stride]) -> frozenset[bool]:
    """Whether the sensors of these strides have one; both where some have and some have not."""
    turning: dict[str, bool] = {}
    for stride in strides:
        turning[stride.mount] = turning.get(stride.mount, False) or stride.peak_swing_dps is not None
    return frozenset(turning.values())


def cautions_of(
    metric: str,
    *,
    segment: Literal["shin", "shoe"],
    activity: Activity,
    gyroscope: Collection[bool],
) -> str:
    """What holds of these sensors, one sentence after the other; empty for a metric without such words."""
    return " ".join(
        row.words
        for row in CAUTIONS
        if (row.metric, row.segment) == (metric, segment)
        and row.activity in (None, activity)
        and (row.gyroscope is None or row.gyroscope in gyroscope)
    )
