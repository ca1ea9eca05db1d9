"""One rule: when to speak up, when to be quiet again, and in which words."""

import math
from dataclasses import dataclass
from typing import Literal

from alerts.alert import Level
from alerts.baseline import Usual
from alerts.errors import RuleError
from alerts.observation import Metric
from dsp.mount import Mount

__all__ = ["NEUTRAL", "Form", "Rule", "Thresholds"]

Form = Literal["absolute", "times", "points", "mads"]

# Where a limit of this form would equal the baseline itself; half the margin is half the way from there.
NEUTRAL: dict[Form, float] = {"absolute": 0.0, "times": 1.0, "points": 0.0, "mads": 0.0}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """In the metric's unit: raised beyond raise_at, cleared back inside clear_at. usual_runs: as in Alert.

    stand_in: whether these stand in for a baseline that is not known yet.
    """

    raise_at: float
    clear_at: float
    usual_runs: int | None = None
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the rules table. An impossible row cannot be made: RuleError.

    scope: "mount" is held against each sensor, "sides" against left and right together.
    form: limit and clear are in the metric's unit ("absolute"), multiples of the own baseline ("times"), the
    metric's unit above the baseline ("points") or median absolute deviations above it ("mads").
    bounds: limit must lie between them. most: the metric is never above this, None where it has no end; none
    is ever below 0. least: the limit in the metric's unit is never below this.
    first_shin, first_shoe: absolute limits that stand in until there is a baseline; None = silent until then.
    first_level, first_title, first_advice: level and words for that time.
    window, of: raised when at least `of` of the last `window` values are beyond the limit, cleared when as
    many are back inside `clear`; counted in strides, in readings or in seconds that
    have a value.
    cooldown_s: least time between two raisings.
    """

    id: str
    metric: Metric
    unit: str
    scope: Literal["mount", "sides"]
    direction: Literal["above", "below"]
    form: Form
    limit: float
    clear: float
    bounds: tuple[float, float]
    window: int
    window_unit: Literal["strides", "readings", "s"]
    of: int
    level: Level
    title: str
    advice: str
    source: str
    cooldown_s: float = 60.0
    most: float | None = None
    least: float | None = None
    first_shin: float | None = None
    first_shoe: float | None = None
    first_level: Level = "info"
    first_title: str = ""
    first_advice: str = ""

    def __post_init__(self) -> None:
        low, high = self.bounds
        self._check(
            "limit", low <= self.limit <= high, f"must be between {low:g} and {high:g} ({self.scale})"
        )
        inside = self.clear < self.limit if self.direction == "above" else self.clear > self.limit
        self._check("clear", inside, f"must be on the quiet side of the limit {self.limit:g}")
        if self.form == "absolute":
            # At an end of what there is nothing is ever inside.
            most = math.inf if self.most is None else self.most
            ends = "above 0" if self.most is None else f"above 0 and below {self.most:g}"
            reached = 0 < self.clear < most
            self._check("clear", reached, f"must be {ends} ({self.scale}): it would never be cleared")
        else:
            neutral = NEUTRAL[self.form]
            between = neutral <= self.clear if self.direction == "above" else self.clear <= neutral
            self._check("clear", between, f"must not pass the baseline itself ({neutral:g})")
        self._check("window", 1 <= self.window <= 600, "must be between 1 and 600")
        # More than half of the window, so that raised and cleared can never hold together.
        self._check(
            "of", self.window < 2 * self.of <= 2 * self.window, f"must be more than half of {self.window}"
        )
        self._check("cooldown_s", 10 <= self.cooldown_s <= 86_400, "must be between 10 and 86400 seconds")

    def _check(self, field: str, good: bool, wanted: str) -> None:
        if not good:
            raise RuleError(
                f"alerts.{self.id}.{field}: {getattr(self, field):g} {wanted}", rule=self.id, field=field
            )

    @property
    def scale(self) -> str:
        """What limit and clear are counted in, in words."""
        return {
            "absolute": self.unit,
            "times": "times the own baseline",
            "points": f"{self.unit} points over the own baseline",
            "mads": "median absolute deviations over the own baseline",
        }[self.form]

    @property
    def clear_share(self) -> float:
        """How much of the way from the usual to the limit the clear limit lies."""
        neutral = NEUTRAL[self.form]
        return (self.clear - neutral) / (self.limit - neutral)

    def first(self, mount: Mount | None) -> float | None:
        """The limit that holds at a place until there is a baseline."""
        if mount is None:
            return None
        return self.first_shin if mount.segment == "shin" else self.first_shoe

    def beyond(self, value: float, threshold: float) -> bool:
        """Whether value is on the bad side of a threshold."""
        return value > threshold if self.direction == "above" else value < threshold

    def inside(self, value: float, threshold: float) -> bool:
        """Whether value is on the quiet side of a threshold."""
        return value < threshold if self.direction == "above" else value > threshold

    def thresholds(self, usual: Usual | None, first: float | None = None) -> Thresholds | None:
        """The limits in the metric's unit; None when the rule has nothing to compare with yet."""
        if self.form == "absolute":
            return Thresholds(self.limit, self.clear)
        if usual is None:
            if first is None:
                return None
            return Thresholds(first, first * self.clear / self.limit, stand_in=True)
        raise_at = {
            "times": usual.value * self.limit,
            "points": usual.value + self.limit,
            "mads": usual.value + self.limit * usual.spread,
        }[self.form]
        if self.least is not None:
            raise_at = max(self.least, raise_at)
        return Thresholds(raise_at, usual.value + self.clear_share * (raise_at - usual.value), usual.runs)
