"""What legs do that is no gait: standing still, and motions a detector must not take for steps.

Each is a displacement and a turning of the lower leg as jets, faded in and out at the ends of its phase.
Sizes are everyday ones, chosen to look like steps as far as they can: cycling at 85 rpm, jumping with hard
landings, a car on a rough road, a sensor carried in the hand.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firmware_sim.jet import Jet, Vector, constant, product, smooth_steps, sway
from firmware_sim.rigid import Attitude
from firmware_sim.steps import Rest
from firmware_sim.swing import SHIN_AHEAD_M, TOE_TO_ANKLE_M, TOE_TO_LACES_M, LegMotion

__all__ = ["Pastime"]

Floats = NDArray[np.float64]
FADE_S = 0.8
HOP_S = 1.1  # one hop in place each
FLIGHT_S = 0.34


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """Sums of sine waves, (m, 3) amplitude, Hz, rad: metres along x, y, z, degrees of pitch, roll, yaw."""

    x: Floats
    y: Floats
    z: Floats
    pitch: Floats
    roll: Floats
    yaw: Floats


class Pastime:
    """One leg during a Rest, in closed form."""

    def __init__(
        self, rest: Rest, side: Literal["left", "right"], *, along_m: float, height_m: float, seed: int
    ):
        self.rest = rest
        self.along_m, self.height_m = along_m, height_m
        both = np.random.default_rng([0xBE57, seed, int(rest.start_s * 1000)])
        own = np.random.default_rng([0xBE57, seed, int(rest.start_s * 1000), 1 if side == "left" else 2])
        opposite = 0.0 if side == "left" else np.pi
        self.waves = _waves(rest.activity, both, own, opposite)

    def motion(self, t_s: Floats, segment: Literal["shin", "shoe"], above_ankle_m: float) -> LegMotion:
        fade = self._fade(t_s)
        waves = self.waves
        n = t_s.shape[0]
        x, y, z = (product(fade, sway(t_s, wave)) for wave in (waves.x, waves.y, waves.z))
        if self.rest.activity == "jumping":
            y = y + product(fade, _hop(t_s))
        yaw, roll, pitch = (
            np.radians(product(fade, sway(t_s, wave))) for wave in (waves.yaw, waves.roll, waves.pitch)
        )
        standing = self.rest.activity == "stand"
        still = constant(0.0, n)
        if segment == "shoe":
            attitude = Attitude(still, still, still) if standing else Attitude(yaw, roll, pitch)
            base = (0.0, TOE_TO_LACES_M[1], 0.0)
        else:
            attitude = Attitude(yaw, roll, pitch)
            base = (0.0, TOE_TO_ANKLE_M[1], 0.0)
        position = Vector(x + constant(self.along_m, n), y + constant(self.height_m + base[1], n), z)
        if segment == "shin":
            arm = attitude.carry((SHIN_AHEAD_M, above_ankle_m, 0.0))
            position = Vector(position.x + arm.x, position.y + arm.y, position.z + arm.z)
        return LegMotion(position, attitude)

    def _fade(self, t_s: Floats) -> Jet:
        start = self.rest.start_s
        rows = [(start, start + FADE_S, 0.5, 0.5)]
        if np.isfinite(self.rest.end_s):
            rows.append((self.rest.end_s - FADE_S, self.rest.end_s, 0.5, 0.5))
        steps = smooth_steps(t_s, np.array(rows))
        fade: Jet = steps[0] if len(rows) == 1 else steps[0] - steps[1]
        return fade


def _waves(activity: str, both: np.random.Generator, own: np.random.Generator, opposite: float) -> Waves:
    none = np.zeros((1, 3))

    def noise(random: np.random.Generator, amplitude: float, low_hz: float, high_hz: float) -> Floats:
        m = 7
        return np.stack(
            (
                amplitude * random.uniform(0.3, 1.0, m),
                random.uniform(low_hz, high_hz, m),
                random.uniform(0, 2 * np.pi, m),
            ),
            axis=1,
        )

    if activity == "cycling":
        hz = 85.0 / 60.0
        turn = np.array([[0.17, hz, opposite]])
        lead = np.array([[0.17, hz, opposite + np.pi / 2]])
        tilt = np.array([[14.0, hz, opposite + 0.4]])
        return Waves(turn, lead, none, tilt, noise(own, 0.8, 0.5, 4), noise(own, 0.8, 0.5, 4))
    if activity == "shaking":
        return Waves(
            *(noise(own, 0.008, 2.0, 5.0) for _ in range(3)), *(noise(own, 8.0, 1.5, 5.0) for _ in range(3))
        )
    if activity == "handled":
        return Waves(
            *(noise(own, 0.08, 0.2, 1.2) for _ in range(3)), *(noise(own, 45.0, 0.1, 0.8) for _ in range(3))
        )
    if activity == "bumps":
        return Waves(
            noise(both, 0.0006, 1.0, 8.0),
            np.concatenate((noise(both, 0.0025, 1.0, 3.0), noise(both, 0.0002, 8.0, 16.0))),
            noise(both, 0.0006, 1.0, 6.0),
            noise(own, 0.5, 1.0, 6.0),
            noise(own, 0.4, 1.0, 6.0),
            noise(own, 0.3, 1.0, 6.0),
        )
    if activity == "swaying":
        shift = np.array([[4.0, 0.8, opposite]])
        return Waves(
            none, np.array([[0.004, 1.6, opposite]]), noise(own, 0.004, 0.4, 1.0), shift, 0.4 * shift, shift
        )
    quiet = [noise(own, 0.18, 0.08, 0.7) for _ in range(3)]
    return Waves(none, none, none, *quiet)


def _hop(t_s: Floats) -> Jet:
    """Height of hop after hop, m: a push, free flight, a landing that takes 60 ms."""
    phase = np.mod(t_s, HOP_S)
    height = 9.80665 * FLIGHT_S**2 / 8
    table = np.array(
        [(0.25, 0.25 + FLIGHT_S * 0.62, 0.35, 0.6), (0.25 + FLIGHT_S * 0.45, 0.30 + FLIGHT_S, 0.75, 0.2)]
    )
    steps = smooth_steps(phase, table)
    hop: Jet = height * (steps[0] - steps[1])
    return hop
