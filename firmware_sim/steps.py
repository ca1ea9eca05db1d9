"""When and where both feet come down: one sequence for both legs, so that two sensors agree."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from firmware_sim.plan import Activity, FootStrike, Phase, Plan

__all__ = ["Contact", "Rest", "footfalls", "leg_events", "side_of"]

Side = Literal["left", "right"]

STREAM = 0x57E9  # keeps these random numbers apart from those of the sensors
FIRST_STEP_S = 0.7
STOP_S = 0.45
# How full the speed is at the first steps of a bout.
GATHERING = (0.55, 0.85)
# One stride's deviation lasts into the next (Jordan et al. 2007: stride intervals are positively correlated).
MEMORY = 0.4
STAIR_RISE_M = 0.17
STYLE_SPREAD, STRIDE_SPREAD = 0.05, 0.03
# When in the contact the foot is flat and still; the longest share of a stride that a contact may last.
STILL_SHARE = 0.42
LONGEST_DUTY = {"run": 0.48, "walk": 0.75, "stairs": 0.75, "march-in-place": 0.75, "jog-in-place": 0.48}


@dataclass(frozen=True, slots=True)
class Contact:
    """One foot on the ground.

    kind: "start" is the stance from which a standing leg sets off, "stop" the one with which it comes to
    stand. still_s: a time in mid-stance at which the foot lies flat and still. along_m, height_m: where the
    foot is. shock_g: the resultant peak tibial acceleration to aim at. toe_off_s is NaN for a stop.
    style: how large this runner's shank rotation, foot rotation and foot lift are in this stride, about 1.
    """

    number: int
    side: Side
    kind: Literal["start", "step", "stop"]
    initial_contact_s: float
    still_s: float
    toe_off_s: float
    along_m: float
    height_m: float
    speed_mps: float
    activity: Activity
    foot_strike: FootStrike
    shock_g: float
    style: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Rest:
    """Both feet without steps from start to end: standing, or something that is no gait."""

    start_s: float
    end_s: float
    activity: Activity


def side_of(number: int) -> Side:
    """Steps alternate; the first is the left foot's."""
    return "left" if number % 2 == 0 else "right"


def footfalls(plan: Plan, seed: int) -> Iterator[Contact | Rest]:
    """The contacts of both feet and the rests between, in order of time, as far as anybody asks.

    Goes on past the end of a plan that ends stepping: the source stops, not the runner.
    """
    walker = _Walker(seed)
    for at, phase in enumerate(plan.phases):
        last = at == len(plan.phases) - 1
        end_s = walker.phase_end_s(phase)
        if phase.gait is None:
            yield from walker.rest(phase, end_s)
            continue
        yield from walker.steps(phase, math.inf if last else end_s)
        if plan.phases[at + 1].gait is None:
            yield from walker.stop(phase)
    while True:
        yield from walker.rest(Phase(activity="stand"), math.inf)


def leg_events(plan: Plan, seed: int, side: Side) -> Iterator[Contact | Rest]:
    """One leg's part of footfalls(), in which each foot is off the ground in time for its next contact.

    Where walking turns into running the step is shorter than the stance of walking would be.
    """
    held: Contact | None = None
    for event in footfalls(plan, seed):
        if isinstance(event, Contact) and event.side != side:
            continue
        if held is not None:
            if isinstance(event, Contact):
                longest = LONGEST_DUTY[event.activity] * (event.initial_contact_s - held.initial_contact_s)
                if held.initial_contact_s + longest < held.toe_off_s:
                    held = replace(
                        held,
                        toe_off_s=held.initial_contact_s + longest,
                        still_s=held.initial_contact_s + STILL_SHARE * longest,
                    )
            yield held
            held = None
        if isinstance(event, Contact):
            held = event
        else:
            yield event


class _Walker:
    """The state that steps carry on: time, place, and how the last step deviated."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng([STREAM, seed])
        self.phase_s = 0.0
        self.time_s = 0.0  # of the latest initial contact, or of the last rest's end
        self.number = 0
        self.along_m = 0.0
        self.height_m = 0.0
        self.moving = False
        self.since_start = 0
        self.deviation = 0.0
        # Nobody moves like the textbook, nor both legs alike.
        self.habit = 1.0 + STYLE_SPREAD * np.clip(self.random.standard_normal((2, 3)), -2.0, 2.0)

    def phase_end_s(self, phase: Phase) -> float:
        self.phase_s += phase.duration_s
        return self.phase_s

    def rest(self, phase: Phase, end_s: float) -> Iterator[Rest]:
        yield Rest(self.time_s, end_s, phase.activity)
        self.time_s = end_s
        self.moving = False

    def steps(self, phase: Phase, end_s: float) -> Iterator[Contact]:
        if not self.moving:
            yield from self._set_off(phase)
        while True:
            step_s = self._step_time(phase)
            if self.time_s + step_s >= end_s:
                return
            yield self._step(phase, step_s, "step")

    def stop(self, phase: Phase) -> Iterator[Contact]:
        """The last step of one foot and the other foot set down beside it."""
        yield self._step(phase, self._step_time(phase), "stop")
        self.since_start = -1
        yield self._step(phase, 1.25 * self._step_time(phase), "stop", advance=0.0)
        self.time_s += STOP_S
        self.moving = False

    def _set_off(self, phase: Phase) -> Iterator[Contact]:
        start_s = self.time_s
        for number in (self.number, self.number + 1):
            first_s = start_s + FIRST_STEP_S + (number - self.number) * 60.0 / phase.cadence()
            swing_s = min(0.42, 1.2 * 60.0 / phase.cadence())
            yield Contact(
                number=number,
                side=side_of(number),
                kind="start",
                initial_contact_s=-math.inf,
                still_s=start_s,
                toe_off_s=first_s - swing_s,
                along_m=self.along_m,
                height_m=self.height_m,
                speed_mps=0.0,
                activity=phase.activity,
                foot_strike=phase.foot_strike,
                shock_g=0.0,
            )
        self.time_s = start_s + FIRST_STEP_S - 60.0 / phase.cadence()
        self.moving = True
        self.since_start = 0
        self.deviation = 0.0

    def _drift(self, percent_per_hour: float) -> float:
        return max(0.1, 1.0 + percent_per_hour / 100.0 * self.time_s / 3600.0)

    def _step_time(self, phase: Phase) -> float:
        """Asked once for each step that is considered; draws nothing, so that asking changes nothing."""
        cadence = phase.cadence() * self._drift(phase.cadence_drift_percent_per_hour)
        return 60.0 / cadence * (1.0 + self.deviation)

    def _step(
        self, phase: Phase, step_s: float, kind: Literal["step", "stop"], *, advance: float = 1.0
    ) -> Contact:
        normal = self.random.standard_normal(7)
        full = GATHERING[self.since_start] if 0 <= self.since_start < len(GATHERING) else 1.0
        speed = phase.speed() * full * advance * (1.0 + 0.01 * float(normal[0]))
        self.time_s += step_s
        self.along_m += speed * step_s
        if phase.activity == "stairs" and advance:
            self.height_m += STAIR_RISE_M
        side = side_of(self.number)
        contact_s = phase.contact_time(2 * step_s) * (1.0 + 0.012 * float(normal[1]))
        lean = phase.asymmetry_percent / 200.0 * (1.0 if side == "right" else -1.0)
        spread = phase.impact_variability_percent / 100.0
        shock = (
            phase.impact()
            * self._drift(phase.impact_drift_percent_per_hour)
            * (1.0 + lean)
            * math.exp(spread * float(np.clip(normal[2], -3.0, 3.0)) - spread**2 / 2)
            * (full if kind == "step" else 0.5)
        )
        stopping = kind == "stop"
        style = self.habit[self.number % 2] * (1.0 + STRIDE_SPREAD * np.clip(normal[4:], -2.5, 2.5))
        contact = Contact(
            number=self.number,
            side=side,
            kind=kind,
            initial_contact_s=self.time_s,
            still_s=self.time_s + (STOP_S if stopping else STILL_SHARE * contact_s),
            toe_off_s=math.nan if stopping else self.time_s + contact_s,
            along_m=self.along_m,
            height_m=self.height_m,
            speed_mps=speed,
            activity=phase.activity,
            foot_strike=phase.foot_strike,
            shock_g=shock,
            style=(float(style[0]), float(style[1]), float(style[2])),
        )
        self.number += 1
        self.since_start += 1
        # A stride is two steps; independent steps would vary sqrt(2) more than their stride does.
        spread = phase.variability_percent / 100.0 * math.sqrt((1 - MEMORY**2) * 2 / (1 + MEMORY))
        self.deviation = MEMORY * self.deviation + spread * float(np.clip(normal[3], -3.0, 3.0))
        return contact
