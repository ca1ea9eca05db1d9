"""How far a run went, as docs/metrics.md defines it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dsp.mount import Mount
from dsp.stride import Stride

__all__ = ["Distance", "distance", "distance_text"]

GAITS: Final = ("run", "walk")
LEAST_KNOWN: Final = 0.5
"""Of a foot's strides: with fewer the rest may have been others."""


@dataclass(frozen=True, slots=True)
class Distance:
    """By the strides of one sensor: known, of strides, have a length."""

    metres: float
    mount: Mount
    known: int
    strides: int


def distance(strides: Sequence[Stride]) -> Distance | None:
    """The mean length of one foot's strides in a gait, times how many there are; None with too few lengths.

    A shin's lengths come from a model of the leg: they speak only where no shoe's do. Of several sensors the
    one with most lengths is taken.
    """
    for segment in ("shoe", "shin"):
        found = [_of(strides, mount) for mount in Mount if mount.segment == segment]
        enough = [one for one in found if one is not None and one.known >= LEAST_KNOWN * one.strides]
        if enough:
            return max(enough, key=lambda one: one.known)
    return None


def _of(strides: Sequence[Stride], mount: Mount) -> Distance | None:
    own = [stride for stride in strides if stride.mount is mount]
    lengths_m = [stride.stride_length_m for stride in own if stride.stride_length_m is not None]
    if not lengths_m:
        return None
    # Clipped strides have no length, and it is the fast ones that clip.
    metres = sum(_mean_m(own, gait, lengths_m) * sum(s.activity == gait for s in own) for gait in GAITS)
    return Distance(metres, mount, len(lengths_m), len(own))


def _mean_m(own: Sequence[Stride], gait: str, otherwise_m: Sequence[float]) -> float:
    """Over this gait's strides with a length, where it has any."""
    lengths_m = [s.stride_length_m for s in own if s.activity == gait and s.stride_length_m is not None]
    return sum(lengths_m or otherwise_m) / len(lengths_m or otherwise_m)


def distance_text(far: Distance | None) -> str:
    """No finer than it is known."""
    if far is None:
        return "not measured"
    if far.metres < 1000:
        return f"about {round(far.metres, -1):.0f} m"
    return f"about {far.metres / 1000:.1f} km"
