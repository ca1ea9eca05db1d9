"""The shock of a foot contact: a pulse along and across the segment, ringing after it, the push of stance.

Shin: Lafortune 1991 and Shorten and Winslow 1992 (axial peak 5-10 g some 20-30 ms after initial contact in
rearfoot running, an anterior-posterior part half as large and of two phases, 12-20 Hz in the impact, 5-8 Hz
in the active part); forefoot strikes rise slower and lower (Lieberman et al. 2010). Ringing of a strapped
sensor on soft tissue at 30-60 Hz (Lafortune, Hennig and Valiant 1995). Shoe: shock in the world's axes, its
pulse and ringing built so that neither velocity nor place is left over.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firmware_sim.steps import Contact

__all__ = ["Fastening", "Shock"]

Floats = NDArray[np.float64]

# Time from initial contact to the pulse's top, and the pulse's width (standard deviation), s.
RISE_S = {"rear": (0.022, 0.0068), "mid": (0.028, 0.0085), "fore": (0.036, 0.0115)}
SHOE_RISE_S = {"rear": (0.011, 0.0052), "mid": (0.014, 0.0065), "fore": (0.020, 0.0085)}
WALK_SLOWER = 1.25
ACROSS = {"rear": 0.55, "mid": 0.45, "fore": 0.35}
ACTIVE_G = {"run": 1.0, "walk": 0.15, "stairs": 0.2, "march-in-place": 0.15, "jog-in-place": 1.0}
GYRO_DPS_PER_G = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fastening:
    """How and where the sensor is strapped on: ringing as a share of the pulse, its frequency and decay.

    above_ankle_m: how far up the shin (nothing to a shoe).
    A tight strap rings a little; loose() is one that rings much, slowly and long. The plan's peak is met with
    either: what differs is the shape.
    """

    above_ankle_m: float = 0.11
    ringing: float = 0.16
    ringing_hz: float = 42.0
    decay_s: float = 0.022

    @classmethod
    def loose(cls) -> "Fastening":
        """A strap that rings much, slowly and long."""
        return cls(ringing=0.55, ringing_hz=33.0, decay_s=0.045)


class Shock:
    """What one contact adds to the smooth motion of the segment, (3, n) g and deg/s; closed form.

    pulse() is to be scaled by the amplitude in g, active() is as it is.
    """

    def __init__(
        self, contact: Contact, segment: Literal["shin", "shoe"], *, fastening: Fastening, normal: Floats
    ) -> None:
        """normal: (4,) standard normal numbers, this contact's own variation."""
        slower = 1.0 if contact.activity in ("run", "jog-in-place") else WALK_SLOWER
        rise, width = (RISE_S if segment == "shin" else SHOE_RISE_S)[contact.foot_strike]
        vary = 1.0 + 0.08 * np.clip(normal, -2.5, 2.5)
        self.contact = contact
        self.segment = segment
        self.fastening = fastening
        self.top_s = contact.initial_contact_s + rise * slower * float(vary[0])
        self.width_s = width * slower * float(vary[1])
        self.across = ACROSS[contact.foot_strike] * float(vary[2])
        self.sideways = (0.15 + 0.06 * float(normal[3])) * (1.0 if contact.side == "left" else -1.0)
        self.amplitude_g = 0.0

    @property
    def over_s(self) -> float:
        """Nothing is left after this time."""
        return max(self.contact.initial_contact_s + 0.45, self.contact.still_s)

    def pulse(self, t_s: Floats) -> Floats:
        """The impact itself at times (n,) s: (3, n), in units of its amplitude."""
        since = t_s - self.top_s
        if self.segment == "shoe":
            return self._shoe_pulse(since)
        width = self.width_s
        main = _bell(since, width)
        axial = main - 0.32 * _bell(since - 3.6 * width, 1.5 * width) + self._ring(since, 0.0)
        ahead = -main + 0.75 * _bell(since - 2.9 * width, 1.2 * width) + self._ring(since, 1.3)
        aside = _bell(since + 0.5 * width, width) - 0.6 * _bell(since - 2.2 * width, width)
        return np.stack((self.across * ahead, axial, self.sideways * (aside + self._ring(since, 2.4))))

    def active(self, t_s: Floats) -> Floats:
        """The slow hump of stance while the leg pushes; none in the shoe, which is flat on the ground."""
        contact = self.contact
        out = np.zeros((3, t_s.shape[0]))
        if self.segment == "shoe" or contact.kind != "step":
            return out
        tc = contact.toe_off_s - contact.initial_contact_s
        size = ACTIVE_G[contact.activity] * (0.6 + 0.4 * contact.speed_mps / 3.0)
        hump = _bell(t_s - contact.initial_contact_s - 0.45 * tc, 0.17 * tc)
        out[1] = size * hump
        out[0] = 0.45 * size * _bell(t_s - contact.initial_contact_s - 0.55 * tc, 0.16 * tc)
        return out

    def wobble_dps(self, t_s: Floats) -> Floats:
        """What the shock does to the gyroscope: a short shake that leaves no angle behind."""
        since = t_s - self.top_s
        shake = GYRO_DPS_PER_G * self.amplitude_g * _wavelet(since - 0.012, 0.011, 38.0)
        return np.stack((0.7 * shake, -0.4 * shake, shake))

    def _ring(self, since: Floats, phase: float) -> Floats:
        f = self.fastening
        rise = np.clip(since / 0.012, 0.0, 1.0)
        onset = rise**3 * (10 - 15 * rise + 6 * rise**2)
        after = np.maximum(since, 0.0)
        ring: Floats = (
            f.ringing * onset * np.exp(-after / f.decay_s) * np.sin(2 * np.pi * f.ringing_hz * after + phase)
        )
        return ring

    def _shoe_pulse(self, since: Floats) -> Floats:
        width = self.width_s
        main = _bell(since, width) - 0.25 * _bell(since, 4 * width)
        ring = 2.2 * self.fastening.ringing * _wavelet(since - 0.014, 0.010, 45.0)
        ahead = (
            -_bell(since, width) + 0.25 * _bell(since, 4 * width) + 1.2 * _wavelet(since - 0.010, 0.010, 40.0)
        )
        aside = _wavelet(since - 0.008, 0.009, 50.0)
        return np.stack((self.across * ahead, main + ring, 2 * self.sideways * aside))


def _bell(t: Floats, width: float) -> Floats:
    return np.exp(-0.5 * (t / width) ** 2)


def _wavelet(t: Floats, width: float, hz: float) -> Floats:
    """An odd burst: its integral is zero, and that of its integral all but zero."""
    return _bell(t, width) * np.sin(2 * np.pi * hz * t)
