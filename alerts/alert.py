"""One alert raised or cleared."""

from dataclasses import dataclass
from typing import Literal

from dsp.mount import Mount

__all__ = ["Alert", "Level"]

Level = Literal["info", "warning"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule crossed its limit (state "raised") or came back ("cleared"). Its words are in alerts.rules.

    mount is None where a rule speaks of both legs (asymmetry) or of the runner.
    value and limit are in the unit of the rule's metric. usual_runs: how many earlier runs say what is usual;
    0: this run's first minutes do; None: the limit came from nothing usual. level: a clearing has that of its
    raising.
    """

    rule: str
    level: Level
    state: Literal["raised", "cleared"]
    t_us: int
    mount: Mount | None
    value: float
    limit: float
    usual_runs: int | None = None
