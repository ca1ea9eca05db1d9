"""Which strides count: one rule for medians, timeline and the words where nothing is left.

It is dsp.summary's, so that the review, `analyze` and the live terminal say the same: a stride counts with
what was measured in it. What a hole spoilt is None already; one or two samples filled in spoil little, and
where the radio loses some in every stride there would be nothing else.
"""

from collections.abc import Iterable, Sequence

from dsp.stride import Stride

__all__ = ["counted", "why_nothing"]


def counted(strides: Iterable[Stride], field: str) -> list[Stride]:
    """Those with a value in this field of Stride."""
    return [stride for stride in strides if getattr(stride, field) is not None]


def why_nothing(strides: Sequence[Stride]) -> str:
    """What to say of strides none of which counted."""
    if not strides:
        return "no stride"
    torn = sum(stride.gap for stride in strides)
    if 2 * torn < len(strides):
        return "not estimated"
    share = "every stride" if torn == len(strides) else f"{torn} of {len(strides)} strides"
    return f"left out: samples lost in {share}"
