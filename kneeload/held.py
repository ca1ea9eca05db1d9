"""What holds for a run from its beginning to its end, however often it is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from alerts.baseline import Baseline, Usual
from alerts.errors import RuleError
from alerts.observation import Metric
from alerts.rules import RULES, Rule, with_overrides
from dsp.mount import Mount
from dsp.params import Params
from ingest.sensors import FAMILIES
from kneeload.config import Config
from kneeload.errors import KeptSettingsError
from kneeload.forms import Place
from kneeload.journal import Run
from kneeload.monitor import Monitor
from kneeload.settings import RuleOverride, Settings

__all__ = ["Held", "kept_rules"]


class _Row(Settings):
    """One usual value as the journal keeps it."""

    metric: Metric
    mount: Place
    value: float
    spread: float = Field(ge=0)
    runs: int = Field(ge=1)
    filter: str


class _Sensor(Settings):
    """Of a sensor what its signals are computed with; how it was found is over."""

    model_config = ConfigDict(extra="ignore")

    mount: Place
    above_ankle_m: float = Field(default=Params().above_ankle_m, gt=0)


class _Kept(Settings):
    """Of a run's settings what its results depend on; older versions kept no baseline and not what was worn.

    The rest is of no matter by now: a broker's certificate that is gone must not keep a run from being looked
    at.
    """

    model_config = ConfigDict(extra="ignore")

    sensors: tuple[_Sensor, ...] = Field(default=(), strict=False)
    baseline: tuple[_Row, ...] = Field(default=(), strict=False)
    worn: dict[Place, str] = Field(default_factory=dict)


_OVERRIDES: TypeAdapter[dict[str, RuleOverride]] = TypeAdapter(dict[str, RuleOverride])


@dataclass(frozen=True, slots=True)
class Held:
    """The rules and parameters that a run began with, and what was usual for its runner by then.

    worn: the families of the sensors that it was to have, whether or not they came.
    """

    rules: tuple[Rule, ...]
    params: Mapping[Mount, Params]
    baseline: Baseline = field(default_factory=dict)
    worn: Mapping[Mount, str] = field(default_factory=dict)

    @classmethod
    def by(cls, config: Config, worn: Mapping[Mount, str], baseline: Baseline | None = None) -> Self:
        """What holds for a run that begins now, with sensors of these families."""
        return cls(with_overrides(RULES, config.alerts), config.params(), baseline or {}, dict(worn))

    @classmethod
    def of(cls, run: Run) -> Self:
        """As a run's settings in the journal say; KeptSettingsError where they cannot be read any more."""
        try:
            kept = _Kept.model_validate(run.config)
            rules = kept_rules(run)
        except (ValidationError, RuleError) as error:
            raise KeptSettingsError(_why(error), run=run.run) from None
        params = {sensor.mount: Params(above_ankle_m=sensor.above_ankle_m) for sensor in kept.sensors}
        baseline = {
            (row.metric, row.mount): Usual(row.value, row.spread, row.runs, row.filter)
            for row in kept.baseline
        }
        worn = {mount: family for mount, family in kept.worn.items() if family in FAMILIES}
        return cls(rules, params, baseline, worn)

    def settings(self) -> dict[str, Any]:
        """What the journal keeps with a run beside its configuration."""
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
        kept: dict[str, Any] = {"worn": {str(mount): family for mount, family in self.worn.items()}}
        return {**kept, "baseline": rows} if rows else kept

    def monitor(self, families: Mapping[Mount, str]) -> Monitor:
        """The run's monitor, at its beginning. families: of the sensors that are there."""
        return Monitor({**self.worn, **families}, self.rules, baseline=self.baseline, params=self.params)


def kept_rules(run: Run) -> tuple[Rule, ...]:
    """The rules with the limits that a run began with; ValidationError or RuleError where they are none.

    What was set of a rule that there is no more changes nothing of the others.
    """
    overrides = _OVERRIDES.validate_python(run.config.get("alerts") or {})
    known = {rule.id for rule in RULES}
    return with_overrides(RULES, {name: row for name, row in overrides.items() if name in known})


def _why(error: ValidationError | RuleError) -> str:
    if isinstance(error, RuleError):
        return str(error)
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
