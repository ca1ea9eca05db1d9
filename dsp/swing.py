"""The gate of a sensor with a gyroscope: one swing lobe a stride about the leg's own axis (dsp.swinging)."""

from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.bout import Bout, Cycle
from dsp.grid import VOID
from dsp.params import Params
from dsp.signals import Signals
from dsp.swinging import WINDOW_S, Swinging, Way, spread, swinging
from dsp.turning import closing_steps, first_steps, side_steps
from dsp.vectors import Vector, along, dot

__all__ = ["advance_swing", "open_swing", "swing_due"]

Floats = NDArray[np.float64]

# Slower sensors hardly see a jolt: which way a sprint swings is never clear then, nor waited for (simulated).
TELLS_HZ = 40.0
LEAST_LOBE = 0.35  # of the usual height
RISEN, FALLEN = 0.45, 0.2  # of the usual height: a swing has begun, is over
DUE = 1.05  # periods from one swing's rise to where the next has most likely begun
OVERDUE = 2.6  # periods without a swing end the bout
# Swings from one look at whether this is still gait to the next: the least, after an odd one or in doubt, and
# the most. Recorded gait does not look like it for some swings in a row, in turns and at its ends.
APART, AGAIN, DOUBTS, ODD = 3, 48, 3, 0.25
# Swings of a bout after which it is looked at whether they are not push-offs.
EARLY = (3, 6, 12, 24)
# Of a faint jolt: likeness of the strides, and times the quiet around it. A sensor that is turned over in a
# hand has 0.85 and 4, a leg that walks slowly 0.9 and 13 (simulated).
CLOCKWORK, OUT_OF_QUIET = 0.85, 7.0
LEAST_SWING_DEG, MOST_SWING_DEG = 25.0, 200.0  # a hand turns a sensor further than a leg does
# Of a swing's angle: a leg turns back before it swings again. People's strides have 0.28 and more; a foot
# that lands on its ball, as down stairs, and drops its heel has 0.11 at the most.
TURNED_BACK = 0.18


def _turned(axis: Vector, moments: Floats) -> Vector:
    """The principal axis on the side of a former one: a high power of the moments turns that towards it."""
    m = moments
    for _ in range(4):  # of (2000 deg/s)² to 1e105, far from overflow
        m = m @ m
    x, y, z = (m @ axis).tolist()
    length = (x * x + y * y + z * z) ** 0.5
    return (x / length, y / length, z / length) if length > 1e-9 else axis


def open_swing(signals: Signals, now: int, floor: int, params: Params, way: Way) -> Bout | None:
    """A bout when the last seconds hold enough alike strides; rows before `floor` are spoken for.

    way: what earlier tries told of the side that swings.
    """
    start = max(floor, now - round(WINDOW_S * signals.grid.rate_hz))
    found = swinging(signals, start, now, params)
    known = way.sure(found) or signals.grid.rate_hz < TELLS_HZ
    if found is None or not known:
        return None
    return _chain(signals, now, floor, found, start=start, params=params)


def _chain(
    signals: Signals,
    now: int,
    floor: int,
    found: Swinging,
    *,
    start: int,
    params: Params,
) -> Bout | None:
    rate = signals.grid.rate_hz
    period, alike, axis, _, moments = found
    s = along(axis, signals.gyro(floor, now))
    recent = s[start - floor :]
    top = float(recent.max())
    peaks, _ = signal.find_peaks(recent, height=0.4 * top, distance=max(1, round(0.6 * period)))
    if peaks.shape[0] < 2:
        return None
    level = float(np.median(recent[peaks]))
    if level < params.min_swing_dps:
        return None
    lobes, _ = signal.find_peaks(
        s, height=LEAST_LOBE * level, distance=max(1, round(0.55 * period)), prominence=LEAST_LOBE * level
    )
    chain: list[int] = []
    for lobe in lobes[::-1].tolist():
        if chain and chain[-1] - lobe > OVERDUE * period:
            break
        chain.append(lobe)
    chain.reverse()
    if len(chain) < params.open_strides or s.shape[0] - chain[-1] > 1.5 * period:
        return None
    jerk = signals.jerk(floor, now)
    half = round(0.5 * period)
    jolts = [float(jerk[k : k + half].max()) for k in chain]
    calm = [float(jerk[k : k + round(period)].min()) for k in chain]
    jolt = float(np.median(jolts))
    if jolt < 2.5 * np.median(calm):
        return None
    if not _hits_ground(jolt, jerk[start - floor :], alike, params):
        return None
    lobe_s = np.clip(s[chain[0] : chain[-1]], 0.0, None)
    swept_deg = float(lobe_s.sum()) / rate / max(1, len(chain) - 1)
    if not LEAST_SWING_DEG <= swept_deg <= MOST_SWING_DEG:
        return None
    heights = tuple(float(s[k]) for k in chain[-5:])
    first = floor + chain[0]
    bout = Bout(period, level, first, axis, moments, heights=heights, periods=(period,) * 3, cursor=first)
    risen = np.flatnonzero(s[: chain[0]] < RISEN * level)
    bout.queue = first_steps(signals, bout, floor, floor + int(risen[-1]) + 1 if risen.shape[0] else floor)
    return bout


def _hits_ground(jolt: float, jerk: Floats, alike: float, params: Params) -> bool:
    """Whether a jolt (g/s) of strides so alike is a foot's; jerk: (n,) of some strides."""
    if jolt >= params.min_jolt_g_per_s:
        return True
    if jolt < params.faint_jolt_g_per_s or alike < CLOCKWORK:
        return False
    return jolt >= OUT_OF_QUIET * float(np.partition(jerk, jerk.shape[0] // 4)[jerk.shape[0] // 4])


def advance_swing(
    signals: Signals, bout: Bout, now: int, params: Params, *, last: bool = False
) -> tuple[Cycle | None, int | None]:
    """(the next finished cycle or None, the row at which the bout ended or None).

    Depends on the rows alone: with more of them, the same cycles come, sooner. last: no more rows will come.
    """
    if bout.queue:
        first, bout.queue = bout.queue[0], bout.queue[1:]
        return first, None
    if bout.ended is not None:
        return None, bout.ended
    while True:
        if bout.rise is None:
            limit = bout.anchor + round(OVERDUE * bout.period)
            rise = _rise(signals, bout, min(now, limit))
            if rise is not None:
                bout.rise = bout.cursor = rise
                bout.top = 0.0
                aside = side_steps(signals, bout, rise)
                cycles = (*aside, Cycle(bout.anchor, rise, rise, bout.period, bout.landing))
                bout.queue, bout.landing = cycles[1:], None
                return cycles[0], None
            if now < limit and not last:
                return None, None
            bout.ended = min(now, limit)
            cycles = closing_steps(signals, bout, bout.ended, wanted=limit)
            bout.queue = cycles[1:]
            return cycles[0], None
        if now < swing_due(bout) and not last:
            return None, None
        late = bout.rise + round(1.2 * bout.period)
        fall = _fall(signals, bout, min(now, late))
        if fall is None:
            return None, min(now, late) if now >= late or last else None
        _learn(signals, bout, bout.peak, bout.top)
        if _doubted(signals, bout, fall, params):
            return None, fall
        bout.anchor, bout.rise, bout.cursor, bout.low = bout.peak, None, fall, False


def swing_due(bout: Bout) -> int:
    """Row from which it is worth asking `advance_swing` again; 0 where a swing is overdue."""
    return 0 if bout.rise is None else bout.rise + round(DUE * bout.period)


def _rise(signals: Signals, bout: Bout, now: int) -> int | None:
    """Row from which the next swing has clearly begun; looks only at rows not seen before."""
    if now <= bout.cursor:
        return None
    first = max(signals.grid.first, bout.anchor - round(0.5 * bout.period))
    s = along(bout.axis, signals.gyro(first, now))
    while (rise := _turns_forward(s[bout.cursor - first :], bout, now)) is not None:
        if signals.grid.any(first, rise, VOID) or _turned_back(s[: rise - first], bout.anchor - first):
            return rise
        bout.cursor, bout.low = rise, False
    return None


def _turned_back(s: Floats, peak: int) -> bool:
    """Whether the leg has turned back since its last swing, where no samples were lost since then."""
    before = (s[:peak] <= 0.0).nonzero()[0]
    swing = s[int(before[-1]) if before.shape[0] else 0 :]
    back = -float(np.add.reduce(np.minimum(s[peak:], 0.0)))
    return back >= TURNED_BACK * float(np.add.reduce(np.maximum(swing, 0.0)))


def _turns_forward(s: Floats, bout: Bout, now: int) -> int | None:
    """Row from which the leg clearly turns forward again after the last swing; s: from the cursor on."""
    if now <= bout.cursor:
        return None
    if not bout.low:
        k = int((s < FALLEN * bout.level).argmax())
        if s[k] >= FALLEN * bout.level:
            bout.cursor = now
            return None
        bout.low = True
        k = max(k, bout.anchor + round(0.3 * bout.period) - bout.cursor)
        bout.cursor += k
        if now <= bout.cursor:
            return None
        s = s[k:]
    k = int((s >= RISEN * bout.level).argmax())
    if s[k] >= RISEN * bout.level:
        return bout.cursor + k
    bout.cursor = now
    return None


def _fall(signals: Signals, bout: Bout, now: int) -> int | None:
    """Row at which the swing under way is half over; leaves its highest row in bout.peak."""
    while bout.cursor < now:
        end = min(now, bout.cursor + round(0.3 * bout.period))
        s = along(bout.axis, signals.gyro(bout.cursor, end))
        top = np.maximum(np.maximum.accumulate(s), bout.top)
        k = int((s < 0.5 * top).argmax())
        over = bool(s[k] < 0.5 * top[k])
        seen = s[: k + 1] if over else s
        m = int(seen.argmax())
        if seen[m] > bout.top:
            bout.top, bout.peak = float(seen[m]), bout.cursor + m
        if over:
            return bout.cursor + k
        bout.cursor = end
    return None


def _doubted(signals: Signals, bout: Bout, now: int, params: Params) -> bool:
    """Whether what repeats has long stopped to be gait, as when the sensor is taken off in a hand."""
    bout.told += 1
    bout.swings += 1
    odd = abs(bout.periods[-1] - bout.period) > ODD * bout.period
    asked = bout.told >= APART and (odd or bout.doubts > 0 or bout.told >= AGAIN)
    if not asked and bout.swings not in EARLY:
        return False
    start = max(signals.grid.first, now - round(WINDOW_S * signals.grid.rate_hz))
    found = swinging(signals, start, now, params)
    if found is not None and found.clear and dot(found.axis, bout.axis) < 0.0:
        return True  # what was taken for swings are push-offs
    if not asked:
        return False
    bout.told = 0
    bout.doubts = 0 if found is not None and dot(found.axis, bout.axis) > 0.0 else bout.doubts + 1
    return bout.doubts >= DOUBTS


def _learn(signals: Signals, bout: Bout, peak: int, height: float) -> None:
    bout.heights = (*bout.heights[-4:], height)
    bout.periods = (*bout.periods[-4:], float(peak - bout.anchor))
    bout.level = median(bout.heights)
    bout.period = median(bout.periods)
    bout.moments = 0.85 * bout.moments + 0.15 * spread(signals.gyro(bout.anchor, peak))
    bout.axis = _turned(bout.axis, bout.moments)
