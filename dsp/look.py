"""Where the landing of a stride is looked for: by the gate, by the swing, by the beat of those before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.bout import Cycle
from dsp.grid import SampleGrid
from dsp.holes import beat_reach
from dsp.landing import Outlook
from dsp.lobe import swing_ends
from dsp.mount import Mount
from dsp.runner import Runner
from dsp.shin import LANDMARKS, walking_swing_end
from dsp.window import StrideWindow

__all__ = ["Look", "look_at"]

Floats = NDArray[np.float64]

SEEN_S = 0.04  # after a jolt: by then it is known to be one, for all the smoothing


class Look(NamedTuple):
    """swing: (n,) smoothed rate about the swing axis, deg/s, None without a gyroscope. gated: where the gate
    alone has the contact's jolt, before what is usual is added. in_swing: the rows end before that jolt.
    """

    outlook: Outlook
    swing: Floats | None
    gated: float
    in_swing: bool


class Gated(NamedTuple):
    """What the gate's cycle says: the swing, where the jolt is, where the swing ends and the next begins."""

    swing: Floats | None
    jolt: float
    end: float | None
    rise: float | None


def look_at(
    window: StrideWindow,
    cycle: Cycle,
    runner: Runner,
    *,
    pace: float,
    delay: int,
    mount: Mount,
    grid: SampleGrid,
) -> Look:
    """pace: rows that a stride takes now; delay: of the gate's curves, rows."""
    anchor = cycle.anchor - delay - window.start
    swing, jolt, end, rise = _gated(window, cycle, runner, anchor, delay)
    expected = jolt + (runner.usual_offset if cycle.landing is None else 0.0)
    if swing is None and mount.segment == "shin" and runner.gait == "walk":
        end = walking_swing_end(window, anchor, cycle.period)
        # The jolt is not learned here: of several the wrong one would be learned as well as the right one.
        expected = expected if end is None else end + LANDMARKS.jerk_lag_s * window.rate_hz
    sure = swing is not None or end is not None
    gated, beat = expected, None
    if runner.last_peak is not None and cycle.landing is None:
        beat = runner.last_peak + cycle.period - window.start
        if _on_beat(window, grid, expected, beat, cycle.period, mount, sure=sure):
            expected = beat
    rows = window.acc.shape[1]
    # At a stream's end: what jolts before the foot is to land is of its swing.
    ended = window.start + rows < cycle.ready
    in_swing = ended and (
        max(expected, beat or 0.0) + SEEN_S * window.rate_hz >= rows
        or (swing is not None and cycle.landing is None and end is None)
    )
    outlook = Outlook(
        period=pace,
        gait=runner.gait,
        jolt=expected,
        gated=gated,
        end=end if cycle.landing is None else None,
        rise=rise,
        beat=beat,
        push=runner.usual_push,
        usual=runner.distances.usual[runner.gait],
        ended=ended,
    )
    return Look(outlook, swing, jolt, in_swing)


def _gated(window: StrideWindow, cycle: Cycle, runner: Runner, anchor: int, delay: int) -> Gated:
    if window.gyro is None:
        return Gated(None, float(anchor), None, None)
    swing = window.smooth(np.array(runner.axis) @ window.gyro, 10.0)
    rise = None if cycle.rise is None else cycle.rise - window.start
    end, begin = swing_ends(swing, max(0, anchor), rise, window.rate_hz)
    if cycle.landing is not None:
        jolt = float(cycle.landing - delay - window.start)
    else:
        jolt = end if end is not None else anchor + 0.2 * cycle.period
    return Gated(swing, jolt, end, begin)


def _on_beat(
    window: StrideWindow,
    grid: SampleGrid,
    expected: float,
    beat: float,
    period: float,
    mount: Mount,
    *,
    sure: bool,
) -> bool:
    """Two jolts close together make one gate jolt between them: the beat says which is the contact."""
    first, last = window.start, window.start + window.acc.shape[1]
    places = first + expected, first + beat
    reach = beat_reach(grid, places, first, last, segment=mount.segment, sure=sure)
    return abs(beat - expected) < reach * period
