"""What one panel of the dashboard shows."""

from dataclasses import dataclass

__all__ = ["Curve", "Flag", "Limit", "Target"]

UNITS = {"accG": " g", "percent": " %", "none": ""}
"""How a limit is written in words, of those of Grafana's units that have limits."""


@dataclass(frozen=True, slots=True)
class Target:
    """One query of a panel. points: drawn as single marks, not as a line."""

    query: str
    alias: str = "$tag_mount"
    points: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A value at which a panel shows something, and what that says."""

    value: float
    meaning: str


@dataclass(frozen=True, slots=True)
class Flag:
    """What a panel of booleans says instead of true and false, and in which colour."""

    true: tuple[str, str]
    false: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Curve:
    """A panel: title, Grafana's unit, its queries, and the text behind its (i).

    limits: a stat changes its colour from there on, a time series has a line there. Without any nothing is
    coloured: a colour would judge. width: of 24 columns. soft_min, soft_max: the axis goes at least from
    here to there. flag: of booleans. not_read_as: what a figure of the runner is not, ends without a stop.
    legend: what of a time series stands beside its name, as Grafana calls it.
    """

    title: str
    unit: str
    targets: tuple[Target, ...]
    description: str
    limits: tuple[Limit, ...] = ()
    decimals: int | None = None
    width: int = 12
    soft_min: float | None = None
    soft_max: float | None = None
    flag: Flag | None = None
    not_read_as: str = ""
    legend: tuple[str, ...] = ("lastNotNull", "median")

    def explained(self, mark: str) -> str:
        """The text behind (i), with all limits; mark: what is seen of one, such as "Dashed line at"."""
        limits = [f"{mark} {limit.value:g}{UNITS[self.unit]}: {limit.meaning}." for limit in self.limits]
        not_this = [f"Not to be read as {self.not_read_as}."] if self.not_read_as else []
        return " ".join((self.description, *limits, *not_this))
