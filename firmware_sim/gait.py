"""Samples of a sensor on the leg of a pretend runner, and what truly happened."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from firmware_sim.impact import Fastening, Shock
from firmware_sim.motion import Samples, Truth
from firmware_sim.orientation import random_orientation, rotate
from firmware_sim.pastime import Pastime
from firmware_sim.plan import ON_THE_SPOT, Plan
from firmware_sim.recoil import Recoil
from firmware_sim.rigid import specific_force_g
from firmware_sim.steps import Contact, Rest, leg_events
from firmware_sim.swing import Swing
from firmware_sim.tibial import Peaks, amplitude_for, fine_grid, peaks

__all__ = ["Chip", "GaitSource"]

Floats = NDArray[np.float64]

# A shoe takes about this much more shock than the shin above it.
SHOE_SHOCK = 1.7
REST_PIECE_S = 1.0
# Until this long before toe-off a contact's own curves tell the whole motion.
SETTLED_BEFORE_TOE_OFF_S = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Faults of the sensing element; the defaults are of the size of a common six-axis part.

    Offsets are the standard deviations of a constant drawn from the seed, an axis each.
    """

    acc_noise_ug_per_rthz: float = 90.0
    gyro_noise_mdps_per_rthz: float = 4.5
    acc_offset_g: float = 0.015
    gyro_offset_dps: float = 0.6


@dataclass(frozen=True, slots=True)
class _Row:
    """One contact's truth."""

    contact: Contact
    peaks: Peaks
    clipped: bool
    angle_deg: float
    stride_length_m: float
    stride_time_s: float


class GaitSource:
    """A sensor on one leg of a runner who follows a plan.

    The same plan and seed on another mount is another sensor on the same runner in the same run.
    Bit-identical however take() divides the time.
    """

    def __init__(
        self,
        mount: Mount,
        plan: Plan,
        *,
        rate_hz: float = 208.0,
        acc_range_g: float = 16.0,
        gyro_range_dps: float | None = 2000.0,
        seed: int = 0,
        orientation: Floats | None = None,
        fastening: Fastening | None = None,
        chip: Chip | None = None,
    ) -> None:
        """orientation: (3, 3), sensor axes = orientation @ segment axes; None draws one from the seed.

        gyro_range_dps None: a sensor without a gyroscope.
        """
        self.mount = mount
        self.plan = plan
        self.rate_hz = rate_hz
        self.acc_range_g = acc_range_g
        self.gyro_range_dps = gyro_range_dps
        self.seed = seed
        place = list(Mount).index(mount)
        self.orientation = random_orientation(1000 * seed + place) if orientation is None else orientation
        self.fastening = fastening if fastening is not None else Fastening()
        self.chip = chip if chip is not None else Chip()
        self._place = place
        self._segment: Literal["shin", "shoe"] = mount.segment
        offsets = np.random.default_rng([0x0FF5, seed, place]).standard_normal((2, 3))
        self._acc_offset = self.chip.acc_offset_g * offsets[0]
        self._gyro_offset = self.chip.gyro_offset_dps * offsets[1]
        self._pieces = self._generate()
        self._ready: deque[Samples] = deque()
        self._ready_until_s = 0.0
        self._next = 0
        self._piece_number = 0
        self._taken_until_s = 0.0
        self._shocks: deque[Shock] = deque()
        self._recoil: Recoil | None = None
        self._rows: list[_Row] = []
        self._ungraded: list[float] = []

    @property
    def finished(self) -> bool:
        return self._next / self.rate_hz >= self.plan.duration_s

    def take(self, until_s: float) -> Samples:
        until_s = min(until_s, self.plan.duration_s)
        while self._ready_until_s < until_s:
            self._ready.append(next(self._pieces))
        end = max(math.ceil(until_s * self.rate_hz), self._next)
        while end > self._next and (end - 1) / self.rate_hz >= until_s:
            end -= 1
        got: list[Samples] = []
        while self._ready and self._next < end:
            piece = self._ready.popleft()
            count = min(len(piece), end - self._next)
            got.append(_part(piece, 0, count))
            self._next += count
            if count < len(piece):
                self._ready.appendleft(_part(piece, count, len(piece)))
        self._taken_until_s = max(self._taken_until_s, until_s)
        return _joined(got, gyro=self.gyro_range_dps is not None)

    def truth(self) -> Truth:
        """All contacts whose toe-off lies in what was taken so far."""
        rows = [row for row in self._rows if row.contact.toe_off_s < self._taken_until_s]

        def column(values: list[float]) -> Floats:
            return np.array(values, dtype=np.float64)

        return Truth(
            initial_contact_s=column([row.contact.initial_contact_s for row in rows]),
            toe_off_s=column([row.contact.toe_off_s for row in rows]),
            peak_resultant_g=column([row.peaks.resultant_g for row in rows]),
            peak_axial_g=column([row.peaks.axial_g for row in rows]),
            activity=tuple(row.contact.activity for row in rows),
            clipped=np.array([row.clipped for row in rows], dtype=np.bool_),
            shank_angle_deg=column([row.angle_deg for row in rows]),
            speed_m_per_s=column([row.stride_length_m / row.stride_time_s for row in rows]),
            stride_length_m=column([row.stride_length_m for row in rows]),
            ungraded_contact_s=column([at for at in self._ungraded if at < self._taken_until_s]),
        )

    def _generate(self) -> Iterator[Samples]:
        """Piece after piece of the leg's motion, without gaps between them."""
        stance: Contact | None = None
        landed: Swing | None = None
        time_s, along_m, height_m = 0.0, 0.0, 0.0
        for event in leg_events(self.plan, self.seed, self.mount.side):
            if isinstance(event, Rest):
                stance = landed = self._recoil = None
                pastime = Pastime(event, self.mount.side, along_m=along_m, height_m=height_m, seed=self.seed)
                while time_s < event.end_s:
                    end_s = min(time_s + REST_PIECE_S, event.end_s)
                    yield self._piece(pastime, time_s, end_s)
                    time_s = end_s
                continue
            if stance is not None:
                swing = Swing(stance, event, self._segment)
                if landed is not None and self._segment == "shin":
                    self._recoil = Recoil(
                        self._shocks[-1], landed, swing, above_ankle_m=self.fastening.above_ankle_m
                    )
                self._land(swing)
                yield self._piece(swing, swing.start_s, swing.end_s)
                landed = swing
            stance = event
            time_s, along_m, height_m = event.still_s, event.along_m, event.height_m

    def _piece(self, moving: Swing | Pastime, start_s: float, end_s: float) -> Samples:
        first = math.ceil(start_s * self.rate_hz)
        last = math.ceil(end_s * self.rate_hz)
        index = np.arange(first, last, dtype=np.int64)
        t_s = index / self.rate_hz
        motion = moving.motion(t_s, self._segment, self.fastening.above_ankle_m)
        acc = specific_force_g(motion.position, motion.attitude)
        gyro = motion.attitude.rate_dps()
        for shock in self._shocks:
            pulse = shock.amplitude_g * shock.pulse(t_s) + shock.active(t_s)
            acc = acc + (pulse if self._segment == "shin" else motion.attitude.into_segment(pulse))
            gyro = gyro + shock.wobble_dps(t_s)
        if self._recoil is not None:
            acc = acc + motion.attitude.into_segment(self._recoil.world(t_s))
        while self._shocks and self._shocks[0].over_s < end_s:
            self._shocks.popleft()
        random = np.random.default_rng([0x5A11, self.seed, self._place, self._piece_number])
        self._piece_number += 1
        self._ready_until_s = end_s
        noise = random.standard_normal((6, t_s.shape[0])) * math.sqrt(self.rate_hz / 2)
        acc_s = rotate(self.orientation, acc) + self._acc_offset
        acc_s += self.chip.acc_noise_ug_per_rthz * 1e-6 * noise[:3].T
        gyro_s = rotate(self.orientation, gyro) + self._gyro_offset
        gyro_s += self.chip.gyro_noise_mdps_per_rthz * 1e-3 * noise[3:].T
        return Samples(index, t_s, acc_s, gyro_s if self.gyro_range_dps is not None else None)

    def _land(self, swing: Swing) -> None:
        """Size the shock of the contact that this swing ends in, and note its truth."""
        contact = swing.landing
        normal = np.random.default_rng([0x10AD, self.seed, self._place, contact.number]).standard_normal(4)
        shock = Shock(contact, self._segment, fastening=self.fastening, normal=normal)
        settled_s = (
            contact.toe_off_s - SETTLED_BEFORE_TOE_OFF_S if contact.kind == "step" else contact.still_s
        )
        t_s = fine_grid(contact.initial_contact_s, settled_s)
        motion = swing.motion(t_s, self._segment, self.fastening.above_ankle_m)

        def in_segment(vectors: Floats) -> Floats:
            return vectors if self._segment == "shin" else motion.attitude.into_segment(vectors)

        smooth = specific_force_g(motion.position, motion.attitude) + in_segment(shock.active(t_s))
        if self._recoil is not None:
            smooth = smooth + motion.attitude.into_segment(self._recoil.world(t_s))
        pulse = in_segment(shock.pulse(t_s))
        target = contact.shock_g * (SHOE_SHOCK if self._segment == "shoe" else 1.0)
        shock.amplitude_g = amplitude_for(
            target, t_s, smooth, pulse=pulse, initial_contact_s=contact.initial_contact_s
        )
        self._shocks.append(shock)
        if contact.activity in ON_THE_SPOT:  # no stride, and no truth
            return
        if contact.kind != "step":
            self._ungraded.append(contact.initial_contact_s)
            return
        acc = smooth + shock.amplitude_g * pulse
        begun = swing.leaving.kind == "start"
        self._rows.append(
            _Row(
                contact=contact,
                peaks=peaks(t_s, acc, contact.initial_contact_s),
                clipped=bool((np.abs(rotate(self.orientation, acc)) >= self.acc_range_g).any()),
                angle_deg=swing.pitch_deg(contact.initial_contact_s, self._segment),
                stride_length_m=math.nan if begun else contact.along_m - swing.leaving.along_m,
                stride_time_s=math.nan
                if begun
                else contact.initial_contact_s - swing.leaving.initial_contact_s,
            )
        )


def _part(samples: Samples, start: int, stop: int) -> Samples:
    return Samples(
        samples.index[start:stop],
        samples.t_s[start:stop],
        samples.acc_g[start:stop],
        None if samples.gyro_dps is None else samples.gyro_dps[start:stop],
    )


def _joined(pieces: list[Samples], *, gyro: bool) -> Samples:
    if not pieces:
        nothing = np.zeros((0, 3))
        return Samples(np.zeros(0, np.int64), np.zeros(0), nothing, nothing.copy() if gyro else None)
    return Samples(
        np.concatenate([piece.index for piece in pieces]),
        np.concatenate([piece.t_s for piece in pieces]),
        np.concatenate([piece.acc_g for piece in pieces]),
        np.concatenate([piece.gyro_dps for piece in pieces if piece.gyro_dps is not None]) if gyro else None,
    )
