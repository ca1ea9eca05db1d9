"""How far a shank went in a stride: in mid-stance it is an inverted pendulum over the ankle.

Integration between two equal phases of stance gives the way relative to the velocity at both, which is not
zero at a shank. There the foot is planted and the ankle still, so that velocity is the rate at which the
shank leans forward times the sensor's height above the ankle. Walking: Li, Young, Naing and Donelan 2010,
RMSE 7 % over treadmill speeds and slopes. Running: Yang, Mohr and Li 2011, RMSE 4.1 % at 2.5 to 3.5 m/s,
seven people on a treadmill. (Of both the abstracts were at hand; where the stride is cut is our own choice.)
"""

from math import cos, radians

import numpy as np

from dsp.grid import SampleGrid
from dsp.posture import Posture
from dsp.runner import Runner
from dsp.stride import Activity
from dsp.vectors import dot

__all__ = ["shank_way_m"]

# About one period of a strap that rings at 30 Hz is averaged over.
REACH_S = 0.015
# Consecutive strides lean over the foot alike; one that does not is a start, a stop or a stumble.
MOST_UNLIKE = 2.0
# m/s: slower is shuffling; faster the heel hardly comes down, and nothing stands for the pendulum to turn on.
SPEEDS: dict[Activity, tuple[float, float]] = {"walk": (0.4, 2.6), "run": (1.4, 5.5)}


def shank_way_m(
    grid: SampleGrid, posture: Posture | None, runner: Runner, now: int, *, above_ankle_m: float
) -> float | None:
    """Level way of a stride from its posture; notes how fast the shank leans where the stride was cut."""
    before, after = runner.lean_dps, _lean_dps(grid, runner, now)
    runner.lean_dps = after
    if posture is None or posture.length_m is None or before is None or after is None:
        return None
    if min(before, after) * MOST_UNLIKE < max(before, after) or after <= 0.0:
        return None
    upright = cos(radians(posture.pitch_at_contact_deg - posture.pitch_from_flat_deg))
    forward = radians(0.5 * (before + after)) * above_ankle_m * upright
    way_m = posture.length_m + forward * posture.duration_s
    slowest, fastest = SPEEDS[runner.activity]
    return way_m if slowest <= way_m / posture.duration_s <= fastest else None


def _lean_dps(grid: SampleGrid, runner: Runner, now: int) -> float | None:
    """How fast the shank leans forward at the flat moment."""
    if runner.flat_row is None:
        return None
    reach = max(1, round(REACH_S * grid.rate_hz))
    first, end = max(grid.first, runner.flat_row - reach), min(now, runner.flat_row + reach + 1)
    x, y, z = np.add.reduce(grid.window(first, end)[3:6], axis=1).tolist()
    n = end - first
    return -dot(runner.axis, (x / n, y / n, z / n)) + dot(runner.axis, runner.offset.known_dps)
