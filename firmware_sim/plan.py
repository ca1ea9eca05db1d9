"""What the runner does: a list of phases that both legs follow."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

__all__ = ["ON_THE_SPOT", "Activity", "FootStrike", "Gait", "Phase", "Plan"]

Gait = Literal["walk", "run", "stairs", "march-in-place", "jog-in-place"]
Activity = Literal[
    "stand",
    "walk",
    "run",
    "stairs",
    "march-in-place",
    "jog-in-place",
    "cycling",
    "shaking",
    "jumping",
    "swaying",
    "bumps",
    "handled",
]
FootStrike = Literal["rear", "mid", "fore"]

SHORTEST_S = 3.0

# Tibial shock of mid- and forefoot strikers against rearfoot strikers: the impact is spread over a longer
# time.
STRIKE_SHOCK: dict[FootStrike, float] = {"rear": 1.0, "mid": 0.9, "fore": 0.8}
DEFAULT_SPEED_KMH: dict[Gait, float] = {"walk": 5.0, "run": 10.0, "stairs": 2.2}
ON_THE_SPOT: tuple[Gait, ...] = ("march-in-place", "jog-in-place")


class Steady(NamedTuple):
    """Steps whose rate, stance and shock do not hang on the speed; chosen, everyday sizes."""

    cadence_spm: float
    duty: float
    impact_g: float


STEADY: dict[Gait, Steady] = {
    "stairs": Steady(100.0, 0.63, 2.2),
    "march-in-place": Steady(100.0, 0.63, 2.2),
    "jog-in-place": Steady(165.0, 0.38, 4.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One activity for a while; None lets the literature choose (see the methods).

    duration_s: at least 3; infinite for an endless last phase.
    impact_g: mean resultant peak tibial acceleration to aim at, mean of both legs.
    asymmetry_percent: 200 (right - left) / (right + left) of the impact.
    variability_percent, impact_variability_percent: coefficients of variation between strides.
    *_drift_percent_per_hour: change with fatigue, counted from the start of the plan.
    """

    activity: Activity
    duration_s: float = math.inf
    speed_kmh: float | None = None
    cadence_spm: float | None = None
    contact_time_s: float | None = None
    foot_strike: FootStrike = "rear"
    impact_g: float | None = None
    asymmetry_percent: float = 0.0
    variability_percent: float = 1.5
    impact_variability_percent: float = 10.0
    impact_drift_percent_per_hour: float = 0.0
    cadence_drift_percent_per_hour: float = 0.0

    def __post_init__(self) -> None:
        if self.activity not in get_args(Activity):
            raise ValueError(f"activity {self.activity!r} is none of {', '.join(get_args(Activity))}")
        if self.foot_strike not in get_args(FootStrike):
            raise ValueError(f"foot strike {self.foot_strike!r} is none of {', '.join(get_args(FootStrike))}")
        if not self.duration_s >= SHORTEST_S:
            raise ValueError(
                f"{self.activity} for {self.duration_s} s: a phase lasts at least {SHORTEST_S} s"
            )
        for name in ("speed_kmh", "cadence_spm", "contact_time_s", "impact_g"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"{name} of {self.activity} is {value}: give a positive number")
        if self.gait in ON_THE_SPOT and self.speed_kmh is not None:
            raise ValueError(f"{self.activity} goes nowhere: give it no speed_kmh")

    @property
    def gait(self) -> Gait | None:
        """The kind of stepping, or None where the feet make no steps."""
        return next((gait for gait in get_args(Gait) if gait == self.activity), None)

    def speed(self) -> float:
        """Speed, m/s."""
        if self.speed_kmh is not None:
            return self.speed_kmh / 3.6 if self.gait is not None else 0.0
        return DEFAULT_SPEED_KMH.get(self.gait, 0.0) / 3.6 if self.gait is not None else 0.0

    def cadence(self) -> float:
        """Steps per minute: running 165 at 3 m/s growing with speed^0.2, walking 112 at 5 km/h with
        speed^0.42.

        A middle course through the wide scatter of self-chosen step rates; the exponent of walking is that of
        Grieve and Gear 1966.
        """
        if self.cadence_spm is not None:
            return self.cadence_spm
        if self.gait in STEADY:
            return STEADY[self.gait].cadence_spm
        if self.gait == "run":
            return 165.0 * float((self.speed() / 3.0) ** 0.2)
        return 112.0 * float((self.speed() * 3.6 / 5.0) ** 0.42)

    def contact_time(self, stride_time_s: float) -> float:
        """Stance of one foot, s: running 0.30 at 8, 0.24 at 12 and 0.20 at 16 km/h, walking 62 % of the
        stride.

        Chosen round numbers of the size that treadmill studies report; the walking share after Perry 1992,
        falling slowly with speed.
        """
        if self.contact_time_s is not None:
            most = 0.47 if self.gait in ("run", "jog-in-place") else 0.75
            return min(self.contact_time_s, most * stride_time_s)
        if self.gait in STEADY:
            return STEADY[self.gait].duty * stride_time_s
        kmh = self.speed() * 3.6
        if self.gait == "run":
            return min(0.24 * float((12.0 / kmh) ** 0.55), 0.47 * stride_time_s)
        return max(0.56, min(0.70, 0.62 - 0.012 * (kmh - 5.0))) * stride_time_s

    def impact(self) -> float:
        """Resultant peak tibial acceleration, g: rises with speed, less for mid- and forefoot strikes.

        Chosen: running 7 g at 3 m/s and proportional to speed, walking 3 g at 5 km/h; of the size that
        Sheerin et al. 2019 review for tibial accelerometers.
        """
        if self.impact_g is not None:
            return self.impact_g
        if self.gait in STEADY:
            return STEADY[self.gait].impact_g
        kmh = self.speed() * 3.6
        if self.gait == "run":
            return 7.0 * kmh / 10.8 * STRIKE_SHOCK[self.foot_strike]
        return 3.0 * float((kmh / 5.0) ** 1.2)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the runner does, phase after phase. Only the last one may be endless."""

    phases: tuple[Phase, ...]

    def __post_init__(self) -> None:
        if not self.phases:
            raise ValueError("a plan has at least one phase")
        for phase in self.phases[:-1]:
            if math.isinf(phase.duration_s):
                raise ValueError(f"{phase.activity} is endless but not the last phase of the plan")

    @property
    def duration_s(self) -> float:
        return sum(phase.duration_s for phase in self.phases)

    @classmethod
    def of(cls, *phases: Phase) -> "Plan":
        return cls(tuple(phases))
