"""One measured stride: events, peaks, posture and flags put together."""

from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from dsp.bout import Cycle
from dsp.contact import Contact, StrideWindow
from dsp.gait import calm_share, gait_score
from dsp.grid import CLIPPED, FILLED, VOID, SampleGrid
from dsp.holes import MOST_GUESSED_S, MOST_HOLE_S, SPOILT_AFTER_S, SPOILT_BEFORE_S, beat_reach, hole_rows
from dsp.impact import FILTER_ID, Impact, impact_of
from dsp.mount import Mount
from dsp.params import Params
from dsp.pendulum import shank_way_m
from dsp.posture import Posture, plane_of, posture_of
from dsp.runner import Runner
from dsp.shin import shin_contact
from dsp.shoe import shoe_contact, swing_ends
from dsp.signals import GateSignals
from dsp.stride import Stride

__all__ = ["measure"]

Floats = NDArray[np.float64]

BEFORE_S, AFTER_S = 0.02, 0.1  # around a contact: where a clipped sample spoils its peak
AGREES_S = 0.05  # of the rhythm: a contact there is no guess, in spite of a hole
# Shares of stance between the impact and the heel's rise.
MID_STANCE = (0.3, 0.6)
PAUSE = 1.6  # periods without a contact: the next one has no stride time
MISSED = 1.0  # periods more that are still gait where a hole may have had a contact in it


def measure(
    signals: GateSignals, cycle: Cycle, runner: Runner, now: int, *, mount: Mount, params: Params
) -> Stride | None:
    """The record of one cycle from rows up to `now`; None where the contact cannot be trusted."""
    grid, rate = signals.grid, signals.grid.rate_hz
    lead = round((0.45 if grid.channels == 3 else 0.25) * cycle.period)
    a = max(0, cycle.anchor - signals.delay - lead)
    b = min(now, cycle.ready)
    if b - a < 0.2 * rate:
        return None
    rows = grid.window(a, b)
    window = StrideWindow.of(a, rate, acc=rows[:3], gyro=rows[3:6] if grid.channels == 6 else None)
    runner.alignment.stride(window.acc[:, -round(cycle.period) :])
    calm = calm_share(signals.acc(max(a, b - round(cycle.period)), b), runner.one_g)
    contact, swing, jolt, expected = _events(
        window, cycle, runner, calm=calm, delay=signals.delay, mount=mount, grid=grid
    )
    off = expected - contact.peak
    hole = 0
    if grid.any(a, b, VOID):
        hole = max(hole_rows(grid, contact.initial_contact + shift, a, b) for shift in (0.0, off))
    guessed = hole > MOST_HOLE_S * rate and abs(off) > AGREES_S * rate
    if guessed:
        contact = replace(
            contact,
            initial_contact=contact.initial_contact + off,
            contact_method="expected",
            quality=0.2 * contact.quality,
        )
    ic = contact.initial_contact
    if not a <= ic < b:
        # At an end of the stream a landing's jolt is there and its contact is not, or the other way round.
        runner.flat_row = None
        return None
    if hole <= MOST_HOLE_S * rate:
        _remember(runner, cycle, contact, contact.peak - jolt)
    runner.last_peak = a + contact.peak + (0.0 if hole <= MOST_HOLE_S * rate else off)
    ic_us = grid.time_us(ic, b)
    apart_s = None if runner.last_contact_us is None else (ic_us - runner.last_contact_us) / 1e6
    near = max(a, int(ic - SPOILT_BEFORE_S * rate)), min(b, int(ic + SPOILT_AFTER_S * rate))
    torn = guessed or grid.any(*near, VOID)
    if (torn and hole > MOST_GUESSED_S * rate) or (
        apart_s is not None and apart_s < 0.7 * params.min_stride_s
    ):
        runner.flat_row = None
        return None
    inside = max(a, int(ic - 0.05 * rate))
    whole = not guessed and not grid.any(inside, b, VOID)
    to_us = None if contact.toe_off is None or not whole else grid.time_us(contact.toe_off, b)
    contact_s = None if to_us is None else (to_us - ic_us) / 1e6
    period_s = cycle.period / rate
    # A step aside and a stop say nothing of the gait.
    if cycle.landing is None and (cycle.rise is not None or grid.channels == 3):
        runner.vote(gait_score(period_s, None if contact_s is None else contact_s / period_s, calm))
    stride_s = (
        None
        if apart_s is None
        else _stride_time(grid, runner, int(ic), apart_s=apart_s, period_s=period_s, torn=torn)
    )
    alike = runner.likeness.of(contact.landing, runner.activity, stride_s=stride_s, period_s=period_s)
    if whole:
        runner.likeness.remember(contact.landing, runner.activity)
    usual_s = median(runner.stride_times_s) if runner.stride_times_s else None
    if whole and contact.toe_off is not None:
        first, last = (int(ic - a + share * (contact.toe_off - ic)) for share in MID_STANCE)
        runner.alignment.stand_on(window.acc[:, first : max(first + 1, last)])
    impact = Impact() if torn else impact_of(window, ic - a, up=runner.alignment.up, params=params)
    if guessed:
        runner.flat_row, posture = None, None
    else:
        posture = _posture(grid, contact, runner, b, mount=mount, fresh=stride_s is None)
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
    return Stride(
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
        peak_swing_dps=None if swing is None else float(swing.max()),
        foot_strike_deg=None if posture is None or not shoe else posture.pitch_from_flat_deg,
        pronation_deg=None if posture is None or not shoe else posture.roll_in_deg,
        stride_length_m=length_m,
        speed_m_per_s=None if length_m is None or posture is None else length_m / posture.duration_s,
        axis_method="none" if impact.axial_g is None else runner.alignment.method,
    )


def _events(
    window: StrideWindow,
    cycle: Cycle,
    runner: Runner,
    *,
    calm: float,
    delay: int,
    mount: Mount,
    grid: SampleGrid,
) -> tuple[Contact, Floats | None, float, float]:
    """Contact and toe-off, the smoothed swing rate where there is a gyroscope, and where the gate has the
    contact's jolt and the last strides would have it."""
    anchor = cycle.anchor - delay - window.start
    swing: Floats | None = None
    jolt, rise = float(anchor), None
    if window.gyro is not None:
        swing = window.smooth(np.array(runner.axis) @ window.gyro, 10.0)
        end, rise = swing_ends(
            swing, max(0, anchor), None if cycle.rise is None else cycle.rise - window.start
        )
        jolt = end if end is not None else anchor + 0.2 * cycle.period
        if cycle.landing is not None:
            jolt = float(cycle.landing - delay - window.start)
    expected = jolt + (median(runner.offsets) if runner.offsets and cycle.landing is None else 0.0)
    if runner.last_peak is not None and cycle.landing is None:
        # Two jolts close together make one gate jolt between them: the beat says which is the contact.
        beat = runner.last_peak + cycle.period - window.start
        first, end = window.start, window.start + window.acc.shape[1]
        places = first + expected, first + beat
        reach = beat_reach(grid, places, first, end, segment=mount.segment)
        expected = beat if abs(beat - expected) < reach * cycle.period else expected
    # The events' rules differ between the gaits: a first guess without the stance share that they yield.
    gait = runner.lean(gait_score(cycle.period / window.rate_hz, None, calm))
    usual = runner.usual_push(gait)
    if mount.segment == "shin":
        mean = np.array(runner.alignment.striding)
        contact = shin_contact(
            window, expected, mean=mean, period=cycle.period, swing=swing, gait=gait, usual=usual
        )
    else:
        contact = shoe_contact(
            window, expected, rise=rise, period=cycle.period, swing=swing, gait=gait, usual=usual
        )
    return contact, swing, jolt, expected


def _stride_time(
    grid: SampleGrid, runner: Runner, row: int, *, apart_s: float, period_s: float, torn: bool
) -> float | None:
    """None after a hole or a pause; the time since the last contact is noted in spite of a hole."""
    bridged = torn or grid.any(runner.last_contact_row, row, VOID)
    if apart_s <= (PAUSE + MISSED if bridged else PAUSE) * period_s:
        runner.spend(apart_s)
    if bridged or apart_s > PAUSE * period_s:
        return None
    runner.keep_pace(apart_s)
    return apart_s


def _remember(runner: Runner, cycle: Cycle, contact: Contact, offset: float) -> None:
    """offset: rows from where the gate expects the contact's jolt to where it was."""
    if cycle.landing is None:
        runner.offsets = (*runner.offsets[-8:], offset)
    if contact.push is not None:
        runner.pushes = (*runner.pushes[-8:], contact.push)


def _flight(runner: Runner, usual_s: float | None, contact_s: float | None) -> float | None:
    """Half a stride less the contact: one leg cannot see the other, so both are taken to be alike."""
    if usual_s is None or contact_s is None or runner.activity != "run":
        return None
    return max(0.0, 0.5 * usual_s - contact_s)


def _posture(
    grid: SampleGrid, contact: Contact, runner: Runner, now: int, *, mount: Mount, fresh: bool
) -> Posture | None:
    """Needs a gyroscope and the flat moment of the contact before; leaves this one's behind."""
    plane = None if grid.channels == 3 else plane_of(runner.axis, runner.alignment.rough)
    start = runner.flat_row if not fresh and runner.flat_row is not None else int(contact.initial_contact)
    if plane is None or start >= now - 3 or start < grid.first:
        runner.flat_row = None
        return None
    rows = grid.window(start, now)
    toe_off = None if contact.toe_off is None else contact.toe_off - start
    found = posture_of(
        rows[:3],
        rows[3:6],
        plane=plane,
        rate_hz=grid.rate_hz,
        contact=contact.initial_contact - start,
        toe_off=toe_off,
        mount=mount,
    )
    spoilt = fresh or runner.flat_row is None or grid.any(start, now, VOID | CLIPPED)
    runner.flat_row = None if found is None else start + found.flat
    return None if spoilt or found is None or not found.whole else found
