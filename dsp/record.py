"""One measured stride: events, peaks and flags put together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.bout import Cycle
from dsp.contact import StrideWindow
from dsp.gait import activity_of, calm_share, gait_score
from dsp.grid import CLIPPED, FILLED, VOID
from dsp.impact import FILTER_ID, impact_of
from dsp.mount import Mount
from dsp.params import Params
from dsp.shin import shin_contact
from dsp.shoe import shoe_contact, swing_ends
from dsp.signals import GateSignals
from dsp.stride import Activity, Stride
from dsp.swing import along

__all__ = ["Runner", "measure"]

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Runner:
    """What is carried from stride to stride."""

    strides: int = 0
    last_contact_us: int | None = None
    axis: tuple[float, float, float] = (0.0, 0.0, 0.0)
    up: tuple[float, float, float] | None = None
    scores: tuple[float, ...] = ()
    stride_times_s: tuple[float, ...] = ()
    activity: Activity = "walk"
    run_us: int = 0
    walk_us: int = 0
    offsets: tuple[float, ...] = ()  # rows from where the gate expects the contact to where it was

    def begin_bout(self) -> None:
        self.scores = self.offsets = ()
        self.stride_times_s = ()

    def begin_segment(self) -> None:
        self.last_contact_us = None


def measure(
    signals: GateSignals, cycle: Cycle, runner: Runner, now: int, *, mount: Mount, params: Params
) -> Stride | None:
    """The record of one cycle from rows up to `now`; None where the contact cannot be trusted."""
    grid, rate = signals.grid, signals.grid.rate_hz
    lead = round(0.45 * cycle.period) if grid.channels == 3 else round(0.25 * cycle.period)
    a = max(grid.first, cycle.anchor - signals.delay - lead)
    b = min(now, cycle.ready)
    rows = grid.window(a, b)
    window = StrideWindow.of(a, rate, acc=rows[:3], gyro=rows[3:6] if grid.channels == 6 else None)
    swing: Floats | None = None
    jolt, rise = float(cycle.anchor - signals.delay - a), None
    if window.gyro is not None:
        swing = window.smooth(along(runner.axis, window.gyro), 10.0)
        peak = cycle.anchor - signals.delay - a
        end, rise = swing_ends(swing, max(0, peak), None if cycle.rise is None else cycle.rise - a)
        jolt = end if end is not None else peak + 0.2 * cycle.period
    offset = float(np.median(runner.offsets)) if runner.offsets else 0.0
    _learn_up(runner, rows)
    up = np.array(runner.up)
    calm = calm_share(signals.acc(max(a, b - round(cycle.period)), b))
    # The events' rules differ between the gaits: first guess without the stance share that they yield.
    score = gait_score(cycle.period / rate, None, calm)
    gait = activity_of((*runner.scores[-2:], score))
    if mount.segment == "shin":
        contact = shin_contact(window, jolt + offset, up=up, period=cycle.period, swing=swing, gait=gait)
    else:
        contact = shoe_contact(window, jolt + offset, rise=rise, period=cycle.period, swing=swing, gait=gait)
    ic = contact.initial_contact
    runner.offsets = (*runner.offsets[-8:], contact.peak - jolt)
    marks = grid.marks(max(a, int(ic - 0.05 * rate)), b)
    near = grid.marks(max(a, int(ic - 0.03 * rate)), min(b, int(ic + 0.06 * rate)))
    if np.any(near & VOID):
        return None
    gap = bool(np.any(marks & (FILLED | VOID)))
    ic_us = grid.time_us(ic)
    to_us = None if contact.toe_off is None else grid.time_us(contact.toe_off)
    if np.any(marks & VOID):
        to_us = None
    if (
        runner.last_contact_us is not None
        and ic_us - runner.last_contact_us < 0.7 * params.min_stride_s * 1e6
    ):
        return None
    stride_s = None
    if runner.last_contact_us is not None:
        apart = (ic_us - runner.last_contact_us) / 1e6
        stride_s = apart if apart <= 1.6 * cycle.period / rate else None
    contact_s = None if to_us is None else (to_us - ic_us) / 1e6
    period_s = cycle.period / rate
    duty = None if contact_s is None else contact_s / period_s
    runner.scores = (*runner.scores[-2:], gait_score(period_s, duty, calm))
    runner.activity = activity_of(runner.scores)
    if stride_s is not None:
        runner.stride_times_s = (*runner.stride_times_s[-6:], stride_s)
        if runner.activity == "run":
            runner.run_us += round(stride_s * 1e6)
        else:
            runner.walk_us += round(stride_s * 1e6)
    usual = float(np.median(runner.stride_times_s)) if runner.stride_times_s else None
    impact = impact_of(window, ic - a, up=up, params=params)
    clipped = bool(np.any(grid.marks(max(a, int(ic - 0.02 * rate)), min(b, int(ic + 0.1 * rate))) & CLIPPED))
    runner.last_contact_us = ic_us
    number = runner.strides
    runner.strides += 1
    return Stride(
        stride=number,
        mount=mount,
        initial_contact_us=ic_us,
        toe_off_us=to_us,
        contact_time_s=contact_s,
        flight_time_s=None,
        stride_time_s=stride_s,
        cadence_spm=None if usual is None else 120.0 / usual,
        activity=runner.activity,
        peak_resultant_g=impact.resultant_g,
        peak_axial_g=impact.axial_g,
        jerk_g_per_s=impact.jerk_g_per_s,
        clipped=clipped,
        gap=gap,
        quality=contact.quality,
        filter=FILTER_ID,
        contact_method=contact.contact_method,
        toe_off_method=contact.toe_off_method,
        low_rate=rate < params.low_rate_hz,
    )


def _learn_up(runner: Runner, rows: Floats) -> None:
    mean = rows[:3].mean(axis=1)
    size = float(np.sqrt((mean * mean).sum()))
    fresh = mean / max(size, 1e-9)
    if runner.up is None:
        runner.up = (float(fresh[0]), float(fresh[1]), float(fresh[2]))
        return
    mixed = 0.8 * np.array(runner.up) + 0.2 * fresh
    mixed /= max(float(np.sqrt((mixed * mixed).sum())), 1e-9)
    runner.up = (float(mixed[0]), float(mixed[1]), float(mixed[2]))
