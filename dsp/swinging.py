"""Whether rows of angular rate hold a leg's swings, and about which axis.

The axis is the first principal component of the angular rate. Its sign is where physics has it: a swing ends
in a jolt and in quiet (stance), a push-off begins in quiet and ends in the swing. The same holds at shin and
shoe, walking and running, so nothing has to be known of how the sensor was put on.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.gait import plausible
from dsp.params import Params
from dsp.rhythm import LEAST_FUNDAMENTAL, SHORTEST_S, fundamental_share, thinned_period
from dsp.signals import Signals
from dsp.vectors import Vector, along, dot, size

__all__ = ["WINDOW_S", "Swinging", "Way", "spread", "swinging"]

Floats = NDArray[np.float64]

WINDOW_S = 4.0
ALIKE = 0.5  # likeness of one stride to the next from which a rhythm is believed
# Recorded gait has 0.15 and more, in turns and at its ends too; pedals and shaking 0.06 at the most.
SIGN_EVIDENCE = 0.1
# Recorded bouts opened with 0.24 and more, seen from the right side; a start in a turn has been taken for
# swings from the other side with 0.12.
CLEAR_EVIDENCE = 0.2
# Looks in a row that find the same side, a quarter of a second apart: two windows that share nothing.
SAME_SIDE = 32


class Swinging(NamedTuple):
    """period: rows; alike: likeness of two of them; axis: positive rates about it are swings, clear: beyond
    doubt; moments: (3, 3) of the angular rate."""

    period: float
    alike: float
    axis: Vector
    clear: bool
    moments: Floats


@dataclass(slots=True)
class Way:
    """Which way swings, as far as it is known before a bout opens. same: looks in a row that found it so."""

    axis: Vector | None = None
    same: int = 0

    def sure(self, found: Swinging | None) -> bool:
        """Whether it is known by now: beyond doubt at once, or for long enough."""
        if found is None:
            self.axis, self.same = None, 0
            return False
        self.same = self.same + 1 if self.axis is not None and dot(self.axis, found.axis) > 0.0 else 1
        self.axis = found.axis
        return found.clear or self.same >= SAME_SIDE


def spread(w: Floats) -> Floats:
    """(3, 3) second moments of (3, n)."""
    return np.asarray(w @ w.T / w.shape[1], dtype=np.float64)


def principal_axis(moments: Floats) -> Floats:
    """Unit vector of the largest second moment."""
    return np.asarray(np.linalg.eigh(moments)[1][:, 2])


def sign_evidence(s: Floats, turning: Floats, jerk: Floats, period: float) -> float:
    """Positive where positive lobes of s are swings; 0 where nothing tells (cycling, shaking)."""

    def score(of: Floats, reach: float, later: float) -> float:
        k = max(1, round(reach * period))
        mid, before, after = s[k:-k], of[: -2 * k], of[2 * k :]
        whole = float((np.abs(mid) * (before + after)).sum())
        return later * float((mid * (after - before)).sum()) / whole if whole > 0.0 else 0.0

    return score(turning, 0.3, -1.0) + score(jerk, 0.18, 1.0)


def swinging(signals: Signals, start: int, now: int, params: Params) -> Swinging | None:
    """None where the rows do not swing as a leg does."""
    rate = signals.grid.rate_hz
    if now - start < 2.2 * params.min_stride_s * rate:
        return None
    recent = signals.gyro(start, now)
    turning = size(recent)
    fastest = max(1, turning.shape[0] // 10)
    if np.partition(turning, -fastest)[-fastest] < params.min_swing_dps:
        return None
    period, alike = thinned_period(recent, rate, params)
    if alike < ALIKE or not plausible(
        signals.acc(max(start, now - round(params.open_strides * period)), now), period / rate
    ):
        return None
    if period < SHORTEST_S * rate or fundamental_share(recent, period) < LEAST_FUNDAMENTAL:
        return None
    moments = spread(recent)
    vector = principal_axis(moments)
    axis = (float(vector[0]), float(vector[1]), float(vector[2]))
    evidence = sign_evidence(along(axis, recent), turning, signals.jerk(start, now), period)
    if abs(evidence) < SIGN_EVIDENCE:
        return None
    x, y, z = axis if evidence > 0.0 else (-axis[0], -axis[1], -axis[2])
    return Swinging(period, alike, (x, y, z), abs(evidence) >= CLEAR_EVIDENCE, moments)
