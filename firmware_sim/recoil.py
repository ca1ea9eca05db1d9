"""The shank's way back: what the shock and the push of stance add to its velocity is taken from it again.

Where speed and height stay the same, so does the velocity from stride to stride, and the mean specific force
over a stride is the reaction to gravity and nothing else. Shock and push throw the shank up and forward; a
broad lobe from the end of stance to mid-swing gives that back, in the world's axes.
"""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.impact import Shock
from firmware_sim.swing import Swing

__all__ = ["Recoil"]

Floats = NDArray[np.float64]

# The lobe lies here, chosen where the recorded shank is lower than the bare model: later than what the peaks
# of its own contact are taken from, and over before the next contact.
BEFORE_TOE_OFF_S, SHARE_OF_SWING = 0.09, 0.5
# So long before the contact nothing of its shock is there yet.
BEFORE_CONTACT_S = 0.05
STEP_HZ = 250.0


class Recoil:
    """What follows one contact's shock at the shin; its area is the shock's with the other sign."""

    def __init__(self, shock: Shock, landing: Swing, leaving: Swing, *, above_ankle_m: float) -> None:
        """landing: the swing that ends in the contact, until mid-stance; leaving: the one from there."""
        contact = leaving.leaving
        self.start_s = contact.toe_off_s - BEFORE_TOE_OFF_S
        self.end_s = contact.toe_off_s + SHARE_OF_SWING * (
            leaving.landing.initial_contact_s - contact.toe_off_s
        )
        area_gs = _area_gs(
            shock, landing, contact.initial_contact_s - BEFORE_CONTACT_S, above_ankle_m=above_ankle_m
        ) + _area_gs(shock, leaving, leaving.start_s, above_ankle_m=above_ankle_m)
        self.size_g: Floats = -2.0 * area_gs / (self.end_s - self.start_s)

    def world(self, t_s: Floats) -> Floats:
        """(3, n) g, in the world's axes."""
        share = np.clip((t_s - self.start_s) / (self.end_s - self.start_s), 0.0, 1.0)
        lobe: Floats = self.size_g[:, np.newaxis] * np.sin(np.pi * share) ** 2
        return lobe


def _area_gs(shock: Shock, swing: Swing, start_s: float, *, above_ankle_m: float) -> Floats:
    """(3,) integral of what the shock adds from start to the swing's end, world axes, g s."""
    count = max(1, round((swing.end_s - start_s) * STEP_HZ))
    step_s = (swing.end_s - start_s) / count
    t_s: Floats = start_s + step_s * (np.arange(count, dtype=np.float64) + 0.5)
    added = shock.amplitude_g * shock.pulse(t_s) + shock.active(t_s)
    area: Floats = swing.motion(t_s, "shin", above_ankle_m).attitude.into_world(added).sum(axis=1) * step_s
    return area
