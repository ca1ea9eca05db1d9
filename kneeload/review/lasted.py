"""How long a run was."""

from collections.abc import Sequence

from dsp.stride import Stride
from kneeload.journal import Run

__all__ = ["duration_s"]


def duration_s(about: Run, strides: Sequence[Stride], reported_us: Sequence[int]) -> float:
    """To the last thing known of the run; its end by the wall clock only where nothing else is known."""
    ends_us = [*reported_us, *(s.toe_off_us or s.initial_contact_us for s in strides)]
    if ends_us:
        return max(ends_us) / 1e6
    return 0.0 if about.ended_ns is None else max(0.0, (about.ended_ns - about.started_ns) / 1e9)
