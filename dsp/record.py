"""One measured stride: events, peaks, posture and flags put together."""

from functools import partial
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dsp.bout import Cycle
from dsp.contact import Contact
from dsp.events import Events, events_of
from dsp.gait import gait_score
from dsp.grid import CLIPPED, FILLED, RAILED, VOID, SampleGrid
from dsp.impact import FILTER_ID, Impact, impact_of
from dsp.mount import Mount
from dsp.params import Params
from dsp.pendulum import shank_way_m
from dsp.posture import Posture, plane_of, posture_of
from dsp.runner import Runner
from dsp.signals import Signals
from dsp.stride import Activity, Stride
from dsp.travel import Measured, far, goes

__all__ = ["measure"]

Floats = NDArray[np.float64]

BEFORE_S, AFTER_S = 0.02, 0.1  # around a contact: where a clipped sample spoils its peak
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
    """The record of one cycle from rows up to `now`; None where the contact cannot be trusted."""
    grid, rate = signals.grid, signals.grid.rate_hz
    events = events_of(signals, cycle, runner, now, mount=mount, params=params)
    if events is None:
        runner.flat_row = None
        return None
    window, contact, torn, guessed = events.window, events.contact, events.torn, events.guessed
    ic, ic_us, apart_s = contact.initial_contact, events.contact_us, events.apart_s
    a, b = window.start, events.end
    inside = max(a, int(ic - 0.05 * rate))
    whole = not guessed and not grid.any(inside, b, VOID)
    to_us = None if contact.toe_off is None or not whole else grid.time_us(contact.toe_off, b)
    contact_s = None if to_us is None else (to_us - ic_us) / 1e6
    period_s = events.period_s
    # A step aside and a stop say nothing of the gait.
    if cycle.is_stride or grid.channels == 3:
        runner.vote(_score(grid, events))
    stride_s = (
        None
        if apart_s is None
        else _stride_time(grid, runner, int(ic), apart_s=apart_s, period_s=period_s, torn=torn)
    )
    alike = _likeness(runner, events, stride_s)
    if whole:
        _learn(runner, events, alike)
    usual_s = median(runner.stride_times_s) if runner.stride_times_s else None
    # A running shank is never at rest: recorded ones felt a direction 37 to 51 degrees off in mid-stance.
    if whole and contact.toe_off is not None and (contact.gait == "walk" or mount.segment == "shoe"):
        runner.alignment.stand_on(window.acc[:, _mid_stance(ic - a, contact.toe_off - a)])
    impact = Impact() if torn else impact_of(window, ic - a, up=runner.alignment.up, params=params)
    toe_off = (
        None
        if guessed
        else _leaves(cycle, contact, runner, b, period=period_s * rate, shoe=mount.segment == "shoe")
    )
    posture = _posture(grid, contact, runner, b, mount=mount, toe_off=toe_off, fresh=stride_s is None)
    stance_end = max(ic + AFTER_S * rate, contact.toe_off or 0.0)
    clipped = grid.any(max(a, int(ic - BEFORE_S * rate)), min(b, int(stance_end) + 1), CLIPPED)
    # From a torn contact no stride time begins: its hole counts as one between it and the next.
    runner.last_contact_us, runner.last_contact_row = ic_us, a if torn else int(ic)
    runner.strides += 1
    shoe = mount.segment == "shoe"
    stood = runner.alignment.stood is not None
    if shoe:
        length_m = None if posture is None else posture.length_m
    else:
        length_m = shank_way_m(grid, posture, runner, b, above_ankle_m=params.above_ankle_m)
    stride = Stride(
        stride=runner.strides - 1,
        mount=mount,
        initial_contact_us=ic_us,
        toe_off_us=to_us,
        contact_time_s=contact_s,
        flight_time_s=_flight(runner, usual_s, contact_s),
        stride_time_s=stride_s,
        cadence_spm=None if usual_s is None else 120.0 / usual_s,
        activity=runner.activity,
        peak_resultant_g=impact.resultant_g,
        peak_axial_g=impact.axial_g,
        jerk_g_per_s=impact.jerk_g_per_s,
        clipped=clipped,
        gap=guessed or grid.any(inside, b, FILLED | VOID),
        quality=alike * contact.quality * (0.25 if torn else 1.0 if whole else 0.5),
        filter=FILTER_ID,
        contact_method=contact.contact_method,
        toe_off_method="none" if to_us is None else contact.toe_off_method,
        low_rate=rate < params.low_rate_hz,
        ringing=impact.ringing,
        impact_power_g2=impact.power_g2,
        shank_angle_deg=None if posture is None or shoe or not stood else posture.pitch_at_contact_deg,
        peak_swing_dps=_peak_swing(grid, events.swing, a, b),
        foot_strike_deg=None if posture is None or not shoe else posture.pitch_from_flat_deg,
        pronation_deg=None if posture is None or not shoe else posture.roll_in_deg,
        stride_length_m=length_m,
        speed_m_per_s=None if length_m is None or posture is None else length_m / posture.duration_s,
        axis_method="none" if impact.axial_g is None else runner.alignment.method,
    )
    return Measured(stride, _travels(grid, runner, events, posture, mount=mount))


def _score(grid: SampleGrid, events: Events) -> float:
    """How much the stride is a run's (dsp.gait)."""
    stance = events.contact.stance
    true_hz = grid.true_hz(events.window.start, events.end)
    duty = None if stance is None else stance / (events.pace_s * true_hz)
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


def _learn(runner: Runner, events: Events, alike: float) -> None:
    """What the next contacts are compared with, from one without a hole."""
    contact, rate_hz = events.contact, events.window.rate_hz
    runner.unlike = runner.unlike + 1 if alike < UNLIKE else 0
    runner.likeness.remember(contact.landed.jolt, runner.activity)
    for ballot in (contact.landed.ballot, contact.lifts):
        if ballot is not None:
            runner.distances.remember(ballot, contact.gait, rate_hz=rate_hz)


def _mid_stance(contact: float, toe_off: float) -> slice:
    """Rows, at least one."""
    stance = toe_off - contact
    first, last = int(contact + MID_STANCE[0] * stance), int(contact + MID_STANCE[1] * stance)
    return slice(first, max(first + 1, last))


def _stride_time(
    grid: SampleGrid, runner: Runner, row: int, *, apart_s: float, period_s: float, torn: bool
) -> float | None:
    """None after a hole or a pause; the time since the last contact is noted in spite of a hole."""
    if apart_s > (PAUSE + MISSED) * period_s:
        return None
    bridged = torn or grid.any(runner.last_contact_row, row, VOID)
    if bridged or apart_s <= PAUSE * period_s:
        runner.spend(apart_s)
    whole = not bridged and apart_s <= PAUSE * period_s
    # A hole between two contacts on the beat hides none: the tempo is known, though not to be measured with.
    if whole or abs(apart_s - period_s) <= ON_BEAT * period_s:
        runner.keep_pace(apart_s)
    return apart_s if whole else None


def _peak_swing(grid: SampleGrid, swing: Floats | None, a: int, b: int) -> float | None:
    """None without a gyroscope, and where it was cut off."""
    return None if swing is None or grid.any(a, b, RAILED) else float(np.maximum.reduce(swing))


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


def _flight(runner: Runner, usual_s: float | None, contact_s: float | None) -> float | None:
    """Half a stride less the contact: one leg cannot see the other, so both are taken to be alike.

    None where the contact is longer than that: it was no flight, or a step into or out of standing.
    """
    if usual_s is None or contact_s is None or runner.activity != "run":
        return None
    flight_s = 0.5 * usual_s - contact_s
    return flight_s if flight_s >= 0.0 else None


def _posture(
    grid: SampleGrid,
    contact: Contact,
    runner: Runner,
    now: int,
    *,
    mount: Mount,
    toe_off: float | None,
    fresh: bool,
) -> Posture | None:
    """Needs a gyroscope and the flat moment of the contact before; leaves this one's behind."""
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


def _leaves(
    cycle: Cycle, contact: Contact, runner: Runner, now: int, *, period: float, shoe: bool
) -> float | None:
    """Row of toe-off; where it is not seen, as when the runner stops, by the usual or a gait's own stance."""
    if contact.toe_off is not None:
        return contact.toe_off
    supposed = contact.initial_contact + (runner.usual_push or STANCE[contact.gait] * period)
    if supposed < now:
        return supposed
    # When the next swing begins the foot has left; a shoe lies flat before, and a shank needs the phase.
    return now - 1.0 if shoe or cycle.rise is not None else None
