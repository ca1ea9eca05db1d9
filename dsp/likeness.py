"""How surely a contact is one: how like the runner's own last contacts it is.

Three things are compared, each learned from the last contacts in the same gait, so that they mean the same at
shin and shoe, in any shoe, with and without a gyroscope: whether the landing's candidates agree as they
usually do (dsp.vote), how hard the jolt is, and whether the stride took as long as the gate says that strides
take now. Each gives a factor from 1 (the same) towards 0; what cannot be compared yet counts as UNKNOWN.
A toe-off whose candidates disagree says less against the contact: it halves at the most.
"""

from dataclasses import dataclass, field
from math import exp, log
from statistics import median

from dsp.stride import Activity

__all__ = ["Likeness"]

UNKNOWN = 0.8
LAST = 8  # contacts that are compared with
LEAST = 3
PERIOD = 0.15  # of a stride off the rhythm
FAINT = 3.0  # times fainter than usual; a harder one is no reason for doubt


@dataclass(slots=True)
class Likeness:
    """State: the last jolts in each gait, g/s."""

    last: dict[Activity, tuple[float, ...]] = field(default_factory=lambda: {"run": (), "walk": ()})

    def of(
        self,
        jolt: float,
        gait: Activity,
        *,
        landing: float | None,
        lift: float | None,
        stride_s: float | None,
        period_s: float,
    ) -> float:
        """0 to 1. landing, lift: agreement of the candidates for contact and toe-off, None if unknown.

        stride_s: since the contact before, None if there is none; period_s: as the gate has it.
        """
        usual = self.usual(gait)
        factors = [UNKNOWN if landing is None else landing, UNKNOWN, UNKNOWN]
        if usual is not None:
            factors[1] = _bell(min(0.0, log(max(jolt, 1e-6) / max(usual, 1e-6))) / log(FAINT))
        if stride_s is not None:
            factors[2] = _bell((stride_s / period_s - 1.0) / PERIOD)
        return factors[0] * factors[1] * factors[2] * (1.0 if lift is None else 0.5 + 0.5 * lift)

    def usual(self, gait: Activity) -> float | None:
        """How hard its jolts are, g/s; None until enough have been seen."""
        last = self.last[gait]
        return median(last) if len(last) >= LEAST else None

    def remember(self, jolt: float, gait: Activity) -> None:
        self.last[gait] = (*self.last[gait][1 - LAST :], jolt)


def _bell(x: float) -> float:
    return exp(-x * x)
