"""What one panel of the dashboard shows."""

from dataclasses import dataclass

__all__ = ["Curve", "Flag", "Limit", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """One query of a panel. points: drawn as single marks, not as a line."""

    query: str
    alias: str = "$tag_mount"
    points: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """From this value on the panel shows this colour; None = from the bottom."""

    value: float | None
    color: str


@dataclass(frozen=True, slots=True)
class Flag:
    """What a panel of booleans says instead of true and false, and in which colour."""

    true: tuple[str, str]
    false: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Curve:
    """A panel: title, Grafana's unit, its queries, and the text behind its (i).

    width: of 24 columns. soft_min, soft_max: the axis goes at least from here to there. flag: of booleans.
    """

    title: str
    unit: str
    targets: tuple[Target, ...]
    description: str
    limits: tuple[Limit, ...] = (Limit(None, "green"),)
    decimals: int | None = None
    width: int = 12
    soft_min: float | None = None
    soft_max: float | None = None
    flag: Flag | None = None
