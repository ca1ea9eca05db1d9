"""How a sensor's strides are drawn: the side by colour and dash, a shoe beside a shin thinner and dotted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from dsp.mount import Mount

__all__ = ["Stroke", "doubled", "stroke"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """dash: Plotly's; symbol: of the dots; swatch: its CSS classes in the key."""

    dash: str
    width: float
    symbol: str
    swatch: str


ALONE: Final[Mapping[str, Stroke]] = {
    "left": Stroke("solid", 2, "circle", "left"),
    "right": Stroke("6px,2px", 2, "diamond", "right"),
}
BESIDE: Final[Mapping[str, Stroke]] = {
    "left": Stroke("2px,3px", 1.5, "circle-open", "left beside"),
    "right": Stroke("8px,3px,2px,3px", 1.5, "diamond-open", "right beside"),
}


def doubled(mounts: Collection[Mount]) -> bool:
    """Whether one leg wears sensors at both segments, so that its side alone does not say which is meant."""
    return any(one.side == other.side and one is not other for one in mounts for other in mounts)


def stroke(mount: Mount, mounts: Collection[Mount]) -> Stroke:
    """Of one sensor among those of the run."""
    beside = mount.segment == "shoe" and Mount(f"{mount.side}-shin") in mounts
    return (BESIDE if beside else ALONE)[mount.side]
