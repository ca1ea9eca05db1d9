"""Foot contacts of a run: where one leg wears two sensors, both felt the same ones."""

from collections import Counter
from collections.abc import Iterable

from dsp.stride import Stride

__all__ = ["foot_contacts"]


def foot_contacts(strides: Iterable[Stride]) -> dict[str, int]:
    """Side -> how many, by the sensor of that side that found most; sides without any are missing."""
    felt = Counter(stride.mount for stride in strides)
    sides = {mount.side for mount in felt}
    return {side: max(count for mount, count in felt.items() if mount.side == side) for side in sorted(sides)}
