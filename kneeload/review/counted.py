"""Which strides count: one rule for medians, timeline and the words where nothing is left.

It is dsp.summary's, so that the review, `analyze` and the live terminal say the same: a stride counts with
what was measured in it. What a hole spoilt is None already; one or two samples filled in spoil little, and
where the radio loses some in every stride there would be nothing else.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from dsp.stride import Stride

__all__ = ["LOST_IN_ALL", "counted", "why_nothing"]

LOST_IN_ALL: Final = "left out: samples lost in every stride"


def counted(strides: Iterable[Stride], field: str) -> list[Stride]:
    """Those with a value in this field of Stride."""
    return [stride for stride in strides if getattr(stride, field) is not None]


def why_nothing(strides: Sequence[Stride]) -> str:
    """What to say of strides none of which counted."""
    if not strides:
        return "no stride"
    return LOST_IN_ALL if all(stride.gap for stride in strides) else "not estimated"
