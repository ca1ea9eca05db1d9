"""What is carried from stride to stride of one leg."""

from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.alignment import Alignment
from dsp.bout import Cycle
from dsp.gait import activity_of
from dsp.likeness import Likeness
from dsp.offset import Offset
from dsp.stride import Activity
from dsp.vectors import Vector
from dsp.vote import Distances

__all__ = ["Runner", "Tally"]

CLEAR = 1.3  # of at most 2: a stride says so alone
VOTES = 3  # strides whose scores decide the activity
LEAST_G, MOST_G = 0.7, 1.4  # of a sensor at rest, uncalibrated
ONE_STRIDE = 0.5, 1.8  # periods: from the slowest walk to the fastest run, and less than two strides
RECENT = 8  # strides of the live cadence


class Tally(NamedTuple):
    """What was counted so far: strides, and the time that they took in each gait."""

    strides: int = 0
    run_us: int = 0
    walk_us: int = 0


@dataclass(slots=True)
class Runner:
    """Rows count in the current segment of the grid; they are forgotten with it."""

    strides: int = 0
    axis: Vector = (0.0, 0.0, 0.0)
    alignment: Alignment = field(default_factory=Alignment)
    likeness: Likeness = field(default_factory=Likeness)
    distances: Distances = field(default_factory=Distances)
    one_g: float | None = None  # what this sensor shows of gravity, as seen in standing
    activity: Activity = "walk"
    scores: tuple[float, ...] = ()
    gait: Activity = "walk"  # of the last stride
    # Of the last strides in each gait: rows from where the gate expects the contact's jolt to where it was,
    # and from contact to toe-off's landmark.
    offsets: dict[Activity, tuple[float, ...]] = field(default_factory=lambda: {"run": (), "walk": ()})
    pushes: dict[Activity, tuple[float, ...]] = field(default_factory=lambda: {"run": (), "walk": ()})
    last_peak: float | None = None  # row of the last contact's jolt
    stride_times_s: tuple[float, ...] = ()
    last_cycle: Cycle | None = None
    last_contact_us: int | None = None
    last_contact_row: int = 0
    flat_row: int | None = None
    unlike: int = 0  # contacts in a row that are like none of the last ones
    offset: Offset = field(default_factory=Offset)
    lean_dps: float | None = None  # of a shank at the flat moment, forward
    run_us: int = 0
    walk_us: int = 0

    def begin_bout(self, score: float) -> None:
        """score: of the strides that opened it; the activity of steps before the first of them."""
        self.scores = self.stride_times_s = ()
        self.offsets, self.pushes = {"run": (), "walk": ()}, {"run": (), "walk": ()}
        self.flat_row = self.last_peak = self.last_cycle = None
        self.unlike = 0
        self.activity = activity_of((score,), "walk")

    @property
    def tally(self) -> Tally:
        return Tally(self.strides, self.run_us, self.walk_us)

    def recount(self, tally: Tally) -> None:
        """Back to a former count: what was counted since was no gait, and says nothing of it."""
        self.strides, self.run_us, self.walk_us = tally
        self.stride_times_s = ()
        self.alignment.begin_gait()

    def begin_segment(self) -> None:
        """What else counts in rows is forgotten with the bout."""
        self.last_contact_us = None

    def stand(self, acc_g: NDArray[np.float64]) -> None:
        """(3, n) of a moment of standing still: which way is up, and what 1 g looks like."""
        x, y, z = acc_g.mean(axis=1).tolist()
        one_g = (x * x + y * y + z * z) ** 0.5
        if LEAST_G <= one_g <= MOST_G:  # else it is no sensor at rest: starting up, or falling
            self.one_g = one_g
            self.alignment.stand(acc_g, self.gait)

    def lean(self, score: float) -> Activity:
        """The gait of the present stride, if it had this score: clearly its own, or that of the last ones."""
        scores = (score,) if abs(score) >= CLEAR else (*self.scores[1 - VOTES :], score)
        return activity_of(scores, self.activity)

    def pace(self, cycle: Cycle) -> float:
        """Rows that a stride takes now; the period where it cannot be told.

        With a gyroscope from the beginning of its swing to that of the next: in a new gait at once. Without,
        the next contact is not known yet, and it is the stride up to this one.
        """
        before, self.last_cycle = self.last_cycle, cycle
        if before is None or before.landing is not None or cycle.landing is not None:
            return cycle.period
        if before.rise is None or cycle.rise is None:
            apart = float(cycle.anchor - before.anchor)
        else:
            apart = float(cycle.rise - before.rise)
        return apart if ONE_STRIDE[0] <= apart / cycle.period <= ONE_STRIDE[1] else cycle.period

    def stride_in(self, gait: Activity) -> None:
        """The next stride is in this gait: what was usual in another is not in this."""
        if gait != self.gait:
            gait_before, self.gait = self.gait, gait
            self.last_peak, self.stride_times_s = None, ()
            self.alignment.keep(gait_before)
            self.alignment.begin_gait()

    @property
    def usual_offset(self) -> float:
        """Median of the last strides in this gait; before the first, of the other."""
        last = self.offsets[self.gait] or self.offsets["run"] or self.offsets["walk"]
        return median(last) if last else 0.0

    @property
    def usual_push(self) -> float | None:
        """Median of the last strides in this gait; None until there are three."""
        pushes = self.pushes[self.gait]
        return median(pushes) if len(pushes) >= 3 else None

    def vote(self, score: float) -> None:
        self.activity = self.lean(score)
        self.scores = (*self.scores[1 - VOTES :], score)

    def land(self, contact_us: int, row: int) -> None:
        """Count a contact. row: from which on a hole is one between it and the next."""
        self.last_contact_us, self.last_contact_row = contact_us, row
        self.strides += 1

    def keep_pace(self, stride_time_s: float) -> None:
        """Note a stride time for the cadence."""
        self.stride_times_s = (*self.stride_times_s[1 - RECENT :], stride_time_s)

    def spend(self, time_s: float) -> None:
        """Account for the time since the last contact, however exactly the two are known."""
        if self.activity == "run":
            self.run_us += round(time_s * 1e6)
        else:
            self.walk_us += round(time_s * 1e6)
