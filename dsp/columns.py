"""A measured stride in the columns of strides.csv and beyond: what each of them is told from."""

from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.events import Events
from dsp.grid import CLIPPED, FILLED, RAILED, VOID, SampleGrid
from dsp.impact import FILTER_ID, Impact
from dsp.mount import Mount
from dsp.params import Params
from dsp.posture import Posture
from dsp.runner import Runner
from dsp.stride import Stride

__all__ = ["Found", "inside", "told"]

Floats = NDArray[np.float64]

BEFORE_S, AFTER_S = 0.02, 0.1  # around a contact: where a clipped sample spoils its peak
INSIDE_S = 0.05  # before it: where a stride begins, as holes have it


class Found(NamedTuple):
    """What is known of a stride beside its events. whole: without a hole from its contact on.

    stride_s: since the contact before; alike: how much the contact is like the runner's last ones, 0 to 1.
    """

    whole: bool
    stride_s: float | None
    alike: float
    impact: Impact
    posture: Posture | None
    length_m: float | None


def told(
    events: Events, found: Found, grid: SampleGrid, runner: Runner, *, mount: Mount, params: Params
) -> Stride:
    """All of it in the columns of a stride."""
    contact, posture, impact = events.contact, found.posture, found.impact
    first, end, rate, ic = events.window.start, events.end, grid.rate_hz, contact.initial_contact
    to_us = None if contact.toe_off is None or not found.whole else grid.time_us(contact.toe_off, end)
    contact_s = None if to_us is None else (to_us - events.contact_us) / 1e6
    usual_s = median(runner.stride_times_s) if runner.stride_times_s else None
    shoe = mount.segment == "shoe"
    stance_end = max(ic + AFTER_S * rate, contact.toe_off or 0.0)
    return Stride(
        stride=runner.strides - 1,
        mount=mount,
        initial_contact_us=events.contact_us,
        toe_off_us=to_us,
        contact_time_s=contact_s,
        flight_time_s=_flight(runner, usual_s, contact_s),
        stride_time_s=found.stride_s,
        cadence_spm=None if usual_s is None else 120.0 / usual_s,
        activity=runner.activity,
        peak_resultant_g=impact.resultant_g,
        peak_axial_g=impact.axial_g,
        jerk_g_per_s=impact.jerk_g_per_s,
        clipped=grid.any(max(first, int(ic - BEFORE_S * rate)), min(end, int(stance_end) + 1), CLIPPED),
        gap=events.guessed or grid.any(inside(events), end, FILLED | VOID),
        quality=found.alike * contact.quality * (0.25 if events.torn else 1.0 if found.whole else 0.5),
        filter=FILTER_ID,
        contact_method=contact.contact_method,
        toe_off_method="none" if to_us is None else contact.toe_off_method,
        low_rate=rate < params.low_rate_hz,
        ringing=impact.ringing,
        impact_power_g2=impact.power_g2,
        shank_angle_deg=None
        if posture is None or shoe or runner.alignment.stood is None
        else posture.pitch_at_contact_deg,
        peak_swing_dps=_peak_swing(grid, events.swing, first, end),
        foot_strike_deg=None if posture is None or not shoe else posture.pitch_from_flat_deg,
        pronation_deg=None if posture is None or not shoe else posture.roll_in_deg,
        stride_length_m=found.length_m,
        speed_m_per_s=None
        if found.length_m is None or posture is None
        else found.length_m / posture.duration_s,
        axis_method="none" if impact.axial_g is None else runner.alignment.method,
    )


def inside(events: Events) -> int:
    """First row of the stride that begins with this contact."""
    return max(events.window.start, int(events.contact.initial_contact - INSIDE_S * events.window.rate_hz))


def _peak_swing(grid: SampleGrid, swing: Floats | None, a: int, b: int) -> float | None:
    """None without a gyroscope, and where it was cut off."""
    return None if swing is None or grid.any(a, b, RAILED) else float(np.maximum.reduce(swing))


def _flight(runner: Runner, usual_s: float | None, contact_s: float | None) -> float | None:
    """Half a stride less the contact: one leg cannot see the other, so both are taken to be alike.

    None where the contact is longer than that: it was no flight, or a step into or out of standing.
    """
    if usual_s is None or contact_s is None or runner.activity != "run":
        return None
    flight_s = 0.5 * usual_s - contact_s
    return flight_s if flight_s >= 0.0 else None
