"""The events of one cycle: contact and toe-off, by the samples or, in a hole, by the rhythm."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.bout import Cycle
from dsp.contact import Contact
from dsp.gait import calm_share, gait_score
from dsp.grid import VOID, SampleGrid
from dsp.holes import MOST_GUESSED_S, MOST_HOLE_S, SPOILT_AFTER_S, SPOILT_BEFORE_S, hole_rows
from dsp.look import Look, look_at
from dsp.mount import Mount
from dsp.params import Params
from dsp.runner import Runner
from dsp.shin import shin_contact
from dsp.shoe import shoe_contact
from dsp.signals import Signals
from dsp.window import StrideWindow

__all__ = ["Events", "events_of"]

Floats = NDArray[np.float64]

# Periods before the gate's anchor; a shin's push-off is looked for where there is no gyroscope.
LEAD, LEAD_ALONE = 0.25, {"shin": 0.85, "shoe": 0.45}
AS_HARD, CLEAR_S = 0.8, 0.02  # of the usual jolt; from a hole
BEGUN_S = 0.06  # a stream: landings jolt for so long
ON_BEAT_S = 0.05  # of the rhythm: a contact there is no guess, in spite of a hole


class Events(NamedTuple):
    """contact_us: its time; apart_s: since that foot's contact before, None if there is none.

    pace_s: what a stride takes now; period_s: the usual one, as the gate has it. true_hz: rows a second.
    window: the rows looked at, up to row `end`. swing: (n,) smoothed rate about the swing axis, deg/s. calm:
    how much of its calmest quarter feels gravity alone. torn: a hole reaches into the contact; guessed: it is
    where the rhythm has it.
    """

    window: StrideWindow
    end: int
    contact: Contact
    contact_us: int
    apart_s: float | None
    pace_s: float
    period_s: float
    true_hz: float
    swing: Floats | None
    calm: float
    torn: bool
    guessed: bool


def events_of(
    signals: Signals, cycle: Cycle, runner: Runner, now: int, *, mount: Mount, params: Params
) -> Events | None:
    """From rows up to `now`; None where the contact cannot be trusted."""
    grid, rate = signals.grid, signals.grid.rate_hz
    lead = round((LEAD if grid.channels == 6 else LEAD_ALONE[mount.segment]) * cycle.period)
    a = max(0, cycle.anchor - signals.delay - lead)
    b = min(now, cycle.ready)
    if b - a < 0.2 * rate:
        return None
    window = StrideWindow.of(signals, a, b)
    # From the swing's peak or the contact's jolt on: before it the leg may have stood.
    first = max(a, min(cycle.anchor, b - 1))
    calm = calm_share(signals.acc(first, b), cycle.period, runner.one_g, rate_hz=rate)
    pace, true_hz = runner.pace(cycle), grid.true_hz(a, b)
    pace_s = pace / true_hz
    if cycle.is_stride or grid.channels == 3:
        # The events' rules differ between the gaits: a first guess without the stance share that they yield.
        runner.stride_in(runner.lean(gait_score(pace_s, None, calm)))
    runner.alignment.stride(window.acc[:, -round(cycle.period) :], runner.gait)
    look = look_at(window, cycle, runner, pace=pace, delay=signals.delay, mount=mount, grid=grid)
    contact = _contact(window, look, runner, mount)
    if look.in_swing and not _jolts(grid, contact, runner, a, b):
        return None
    if look.swing is None and contact.initial_contact < BEGUN_S * rate:
        return None  # without a swing before it a jolt may be the rest of a landing
    off = look.outlook.jolt - contact.landed.peak
    hole, guessed = _in_a_hole(grid, contact, runner, off, a, b)
    if guessed:
        contact = contact._replace(
            initial_contact=contact.initial_contact + off,
            contact_method="expected",
            quality=0.2 * contact.quality,
        )
    ic = contact.initial_contact
    if not a <= ic < b:
        # At an end of the stream a landing's jolt is there and its contact is not, or the other way round.
        return None
    if hole <= MOST_HOLE_S * rate:
        _remember(runner, cycle, contact, contact.landed.peak - look.gated)
    runner.last_peak = a + contact.landed.peak + (0.0 if hole <= MOST_HOLE_S * rate else off)
    ic_us = grid.time_us(ic, b)
    apart_s = None if runner.last_contact_us is None else (ic_us - runner.last_contact_us) / 1e6
    near = max(a, int(ic - SPOILT_BEFORE_S * rate)), min(b, int(ic + SPOILT_AFTER_S * rate))
    torn = guessed or grid.any(*near, VOID)
    if torn and hole > MOST_GUESSED_S * rate:
        return None
    if apart_s is not None and apart_s < 0.7 * params.min_stride_s:
        return None
    return Events(
        window=window,
        end=b,
        contact=contact,
        contact_us=ic_us,
        apart_s=apart_s,
        pace_s=pace_s,
        period_s=cycle.period / true_hz,
        true_hz=true_hz,
        swing=look.swing,
        calm=calm,
        torn=torn,
        guessed=guessed,
    )


def _contact(window: StrideWindow, look: Look, runner: Runner, mount: Mount) -> Contact:
    if mount.segment == "shin":
        return shin_contact(window, look.outlook, mean=np.array(runner.alignment.striding), swing=look.swing)
    return shoe_contact(window, look.outlook, swing=look.swing)


def _in_a_hole(
    grid: SampleGrid, contact: Contact, runner: Runner, off: float, a: int, b: int
) -> tuple[int, bool]:
    """(rows of the hole that reaches into the contact or where it was due, whether it has to be guessed).

    off: rows from where it jolts to where the rhythm has it.
    """
    if not grid.any(a, b, VOID):
        return 0, False
    hole = max(hole_rows(grid, contact.initial_contact + shift, a, b) for shift in (0.0, off))
    off_the_beat = hole > MOST_HOLE_S * grid.rate_hz and abs(off) > ON_BEAT_S * grid.rate_hz
    return hole, off_the_beat and not _jolts(grid, contact, runner, a, b)


def _jolts(grid: SampleGrid, contact: Contact, runner: Runner, a: int, b: int) -> bool:
    """Whether something as hard as a contact is seen there, clear of any hole: it outdoes the rhythm."""
    usual, reach = runner.likeness.usual(contact.gait), CLEAR_S * grid.rate_hz
    if usual is None or contact.landed.jolt < AS_HARD * usual:
        return False
    row = a + contact.landed.peak
    return not grid.any(max(a, int(row - reach)), min(b, int(row + reach) + 1), VOID)


def _remember(runner: Runner, cycle: Cycle, contact: Contact, offset: float) -> None:
    """offset: rows from where the gate expects the contact's jolt to where it was."""
    gait = contact.gait
    if cycle.landing is None:
        runner.offsets[gait] = (*runner.offsets[gait][-8:], offset)
    if contact.push is not None:
        runner.pushes[gait] = (*runner.pushes[gait][-8:], contact.push)
