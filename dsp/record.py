"""One measured stride: events, peaks, posture and flags put together."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from dsp.bout import Cycle
from dsp.columns import Found, inside, told
from dsp.events import Events, events_of
from dsp.gait import gait_score
from dsp.grid import CLIPPED, RAILED, VOID, SampleGrid
from dsp.impact import Impact, impact_of
from dsp.mount import Mount
from dsp.params import Params
from dsp.pendulum import shank_way_m
from dsp.posture import Posture, plane_of, posture_of
from dsp.runner import Runner
from dsp.signals import Signals
from dsp.stride import Activity
from dsp.travel import Measured, far, goes

__all__ = ["measure"]

Floats = NDArray[np.float64]

# Shares of stance between the impact and the heel's rise.
MID_STANCE = (0.3, 0.6)
PAUSE = 1.6  # periods without a contact: the next one has no stride time
UNLIKE = 0.1  # a contact that is less like the last ones than this is like none of them
ON_BEAT = 0.15  # periods
STANCE: dict[Activity, float] = {"run": 0.35, "walk": 0.6}  # periods: the usual text-book's
MISSED = 1.0  # periods more that are still gait where a hole may have had a contact in it


def measure(
    signals: Signals, cycle: Cycle, runner: Runner, now: int, *, mount: Mount, params: Params
) -> Measured | None:
    """The record of one cycle from rows up to `now`; None where the contact cannot be trusted.

    In this order, for each step uses what those before it have the runner remember.
    """
    grid = signals.grid
    events = events_of(signals, cycle, runner, now, mount=mount, params=params)
    if events is None:
        runner.flat_row = None
        return None
    # A step aside and a stop say nothing of the gait.
    if cycle.is_stride or grid.channels == 3:
        runner.vote(_score(events))
    stride_s = _stride_time(grid, runner, events)
    alike = _likeness(runner, events, stride_s)
    whole = not events.guessed and not grid.any(inside(events), events.end, VOID)
    if whole:
        _learn(runner, events, alike, mount)
    impact = Impact()
    if not events.torn:
        contact = events.contact.initial_contact - events.window.start
        impact = impact_of(events.window, contact, up=runner.alignment.up, params=params)
    posture = _posture(grid, cycle, events, runner, mount=mount, fresh=stride_s is None)
    # From a torn contact no stride time begins: its hole counts as one between it and the next.
    row = events.window.start if events.torn else int(events.contact.initial_contact)
    runner.land(events.contact_us, row)
    if mount.segment == "shoe":
        length_m = None if posture is None else posture.length_m
    else:
        length_m = shank_way_m(grid, posture, runner, events.end, above_ankle_m=params.above_ankle_m)
    found = Found(whole, stride_s, alike, impact, posture, length_m)
    stride = told(events, found, grid, runner, mount=mount, params=params)
    return Measured(stride, _travels(grid, runner, events, posture, mount=mount))


def _score(events: Events) -> float:
    """How much the stride is a run's (dsp.gait)."""
    stance = events.contact.stance
    duty = None if stance is None else stance / (events.pace_s * events.true_hz)
    return gait_score(events.pace_s, duty, events.calm)


def _likeness(runner: Runner, events: Events, stride_s: float | None) -> float:
    """Of the contact with the runner's last ones."""
    contact = events.contact
    return runner.likeness.of(
        contact.landed.jolt,
        runner.activity,
        landing=contact.landed.choice.agreement,
        lift=contact.lift_agreement,
        stride_s=stride_s,
        period_s=events.period_s,
    )


def _learn(runner: Runner, events: Events, alike: float, mount: Mount) -> None:
    """What the next contacts are compared with and which way is up, from one without a hole."""
    contact, rate_hz = events.contact, events.window.rate_hz
    runner.unlike = runner.unlike + 1 if alike < UNLIKE else 0
    runner.likeness.remember(contact.landed.jolt, runner.activity)
    for ballot in (contact.landed.ballot, contact.lifts):
        if ballot is not None:
            runner.distances.remember(ballot, contact.gait, rate_hz=rate_hz)
    # A running shank is never at rest: recorded ones felt a direction 37 to 51 degrees off in mid-stance.
    if contact.toe_off is not None and (contact.gait == "walk" or mount.segment == "shoe"):
        first = events.window.start
        stance = _mid_stance(contact.initial_contact - first, contact.toe_off - first)
        runner.alignment.stand_on(events.window.acc[:, stance])


def _mid_stance(contact: float, toe_off: float) -> slice:
    """Rows, at least one."""
    stance = toe_off - contact
    first, last = int(contact + MID_STANCE[0] * stance), int(contact + MID_STANCE[1] * stance)
    return slice(first, max(first + 1, last))


def _stride_time(grid: SampleGrid, runner: Runner, events: Events) -> float | None:
    """None after a hole or a pause; the time since the last contact is noted in spite of a hole."""
    apart_s, period_s = events.apart_s, events.period_s
    if apart_s is None or apart_s > (PAUSE + MISSED) * period_s:
        return None
    row = int(events.contact.initial_contact)
    bridged = events.torn or grid.any(runner.last_contact_row, row, VOID)
    if bridged or apart_s <= PAUSE * period_s:
        runner.spend(apart_s)
    whole = not bridged and apart_s <= PAUSE * period_s
    # A hole between two contacts on the beat hides none: the tempo is known, though not to be measured with.
    if whole or abs(apart_s - period_s) <= ON_BEAT * period_s:
        runner.keep_pace(apart_s)
    return apart_s if whole else None


def _travels(
    grid: SampleGrid, runner: Runner, events: Events, posture: Posture | None, *, mount: Mount
) -> bool | None:
    """By its way, or without a gyroscope by how the shoe is braked; None where samples are not known."""
    if grid.channels == 6:
        return far(None if posture is None else posture.length_m, mount)
    landed = int(events.contact.initial_contact)
    first, up = landed - round(events.pace_s * grid.rate_hz), runner.alignment.striding
    if up is None or first < grid.first or grid.any(first, landed, VOID):
        return None
    return goes(grid.window(first, landed)[:3], up, grid.rate_hz, events.contact.gait)


def _posture(
    grid: SampleGrid, cycle: Cycle, events: Events, runner: Runner, *, mount: Mount, fresh: bool
) -> Posture | None:
    """Needs a gyroscope and the flat moment of the contact before; leaves this one's behind."""
    contact, now = events.contact, events.end
    toe_off = None if events.guessed else _leaves(cycle, events, runner, shoe=mount.segment == "shoe")
    plane = None if grid.channels == 3 else plane_of(runner.axis, runner.alignment.rough)
    start = runner.flat_row if not fresh and runner.flat_row is not None else int(contact.initial_contact)
    if plane is None or toe_off is None or start >= now - 3 or start < grid.first:
        runner.flat_row = None
        return None
    rows = grid.window(start, now)
    known = partial(
        posture_of,
        rows[:3],
        rows[3:6],
        plane=plane,
        rate_hz=grid.true_hz(start, now),
        contact=contact.initial_contact - start,
        toe_off=toe_off - start,
        mount=mount,
    )
    found = known(offset_dps=runner.offset.known_dps)
    if found is not None and found.whole and runner.offset.dps is None:
        found = known(offset_dps=found.offset_dps)  # a stride's own ends are the best there is
    spoilt = fresh or runner.flat_row is None or grid.any(start, now, VOID | CLIPPED | RAILED)
    runner.flat_row = None if found is None else start + found.flat
    if spoilt or found is None or not found.whole:
        return None
    runner.offset.stride(found.offset_dps)
    return found


def _leaves(cycle: Cycle, events: Events, runner: Runner, *, shoe: bool) -> float | None:
    """Row of toe-off; where it is not seen, as when the runner stops, by the usual or a gait's own stance."""
    contact, now = events.contact, events.end
    if contact.toe_off is not None:
        return contact.toe_off
    period = events.period_s * events.window.rate_hz
    supposed = contact.initial_contact + (runner.usual_push or STANCE[contact.gait] * period)
    if supposed < now:
        return supposed
    # When the next swing begins the foot has left; a shoe lies flat before, and a shank needs the phase.
    return now - 1.0 if shoe or cycle.rise is not None else None
