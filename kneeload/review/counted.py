"""Which strides count: one rule for medians, timeline and the words where nothing is left.

It is dsp.summary's, so that the review, `analyze` and the live terminal say the same: a stride counts with
what was measured in it. What a hole spoilt is None already; one or two samples filled in spoil little, and
where the radio loses some in every stride there would be nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from dsp.stride import Stride

__all__ = ["counted", "why_nothing"]


def counted(strides: Iterable[Stride], field: str) -> list[Stride]:
    """Those with a value in this field of Stride."""
    return [stride for stride in strides if getattr(stride, field) is not None]


TURNING: Final = frozenset({"speed_m_per_s", "shank_angle_deg", "foot_strike_deg"})
"""What comes from a gyroscope."""


def why_nothing(strides: Sequence[Stride], field: str = "") -> str:
    """What to say of strides none of which counted with this field."""
    if not strides:
        return "no stride"
    torn = sum(stride.gap for stride in strides)
    if field in TURNING and all(stride.peak_swing_dps is None for stride in strides):
        return "not measured: this sensor has no gyroscope"
    # The shank's angle is told against how it stood.
    if field == "shank_angle_deg" and all(stride.axis_method != "standing" for stride in strides):
        return "not measured: this sensor saw no standing still"
    if 2 * torn < len(strides):
        return "not estimated"
    share = "every stride" if torn == len(strides) else f"{torn} of {len(strides)} strides"
    return f"left out: samples lost in {share}"
