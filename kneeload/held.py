"""What holds for a run from its beginning to its end, however often it is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pydantic import Field

from alerts.baseline import Baseline, Usual
from alerts.observation import Metric
from alerts.rules import RULES, with_overrides
from dsp.mount import Mount
from kneeload.config import Config
from kneeload.monitor import Monitor
from kneeload.settings import Settings

__all__ = ["Held"]


class _Row(Settings):
    """One usual value as the journal keeps it."""

    metric: Metric
    mount: Mount
    value: float
    spread: float = Field(ge=0)
    runs: int = Field(ge=1)
    filter: str


class _Kept(Config):
    """A run's settings as the journal keeps them; older versions kept no baseline."""

    baseline: tuple[_Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The configuration that a run began with, and what was usual for its runner by then."""

    config: Config
    baseline: Baseline = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any], folder: Path) -> Self:
        """As a run's settings in the journal say; folder: where its data is by now."""
        kept = _Kept.model_validate({**settings, "data": {"dir": folder}})
        baseline = {
            (row.metric, row.mount): Usual(row.value, row.spread, row.runs, row.filter)
            for row in kept.baseline
        }
        return cls(kept, baseline)

    def settings(self) -> dict[str, Any]:
        """What the journal keeps with a run, without secrets."""
        rows = [
            _Row(
                metric=metric,
                mount=mount,
                value=usual.value,
                spread=usual.spread,
                runs=usual.runs,
                filter=usual.filter,
            ).model_dump(mode="json")
            for (metric, mount), usual in self.baseline.items()
        ]
        return {**self.config.public(), **({"baseline": rows} if rows else {})}

    def monitor(self, families: Mapping[Mount, str]) -> Monitor:
        """The run's monitor, at its beginning."""
        rules = with_overrides(RULES, self.config.alerts)
        return Monitor(dict(families), rules, baseline=self.baseline, params=self.config.params())
