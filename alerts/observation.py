"""One value that rules are held against."""

from dataclasses import dataclass
from typing import Literal

from dsp.mount import Mount

__all__ = ["STRIDE_METRICS", "Metric", "Observation", "Side"]

Side = Literal["left", "right"]

Metric = Literal[
    "peak_resultant_g",
    "cadence_spm",
    "speed_m_per_s",
    "ringing",
    "shock_asymmetry_percent",
    "clipped_strides_percent",
    "moved_strides_percent",
    "silence_s",
    "battery_percent",
]

# Stride fields that are metrics of their own, and of what use their value is when the stride's peak was cut
# off or lost: as it is, as a lower bound, or none.
STRIDE_METRICS: tuple[tuple[Metric, str], ...] = (
    ("peak_resultant_g", "lower bound"),
    ("cadence_spm", "as it is"),
    ("speed_m_per_s", "as it is"),
    ("ringing", "none"),
)


@dataclass(frozen=True, slots=True)
class Observation:
    """A metric's value at one moment; mount is None where it speaks of both legs.

    side: of such a value the side that it is counted towards, against the other where it is below 0.
    lower_bound: the true value is at least this (a clipped peak). It can show that a limit was passed,
    never that it was kept.
    """

    metric: Metric
    mount: Mount | None
    t_us: int
    value: float
    lower_bound: bool = False
    side: Side | None = None
