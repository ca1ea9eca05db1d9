"""The gate of a sensor with a gyroscope: one swing lobe a stride about the leg's own axis.

The axis is the first principal component of the angular rate. Its sign is where physics has it: a swing ends
in a jolt and in quiet (stance), a push-off begins in quiet and ends in the swing. The same holds at shin and
shoe, walking and running, so nothing has to be known of how the sensor was put on.
"""

from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.bout import Bout, Cycle
from dsp.gait import plausible
from dsp.params import Params
from dsp.rhythm import LEAST_FUNDAMENTAL, SHORTEST_S, fundamental_share, stride_period
from dsp.signals import GateSignals
from dsp.turning import closing_steps, first_steps, side_steps
from dsp.vectors import Vector, along, size

__all__ = ["advance_swing", "open_swing", "swing_due"]

Floats = NDArray[np.float64]

WINDOW_S = 4.0
ALIKE = 0.5  # likeness of one stride to the next from which a rhythm is believed
SIGN_EVIDENCE = 0.15
LEAST_LOBE = 0.35  # of the usual height
RISEN, FALLEN = 0.45, 0.2  # of the usual height: a swing has begun, is over
DUE = 1.05  # periods from one swing's rise to where the next has most likely begun
OVERDUE = 2.6  # periods without a swing end the bout
LEAST_SWING_DEG, MOST_SWING_DEG = 25.0, 200.0  # a hand turns a sensor further than a leg does


def spread(w: Floats) -> Floats:
    """(3, 3) second moments of (3, n)."""
    return np.asarray(w @ w.T / w.shape[1], dtype=np.float64)


def principal_axis(moments: Floats) -> Floats:
    """Unit vector of the largest second moment."""
    return np.asarray(np.linalg.eigh(moments)[1][:, 2])


def _turned(axis: Vector, moments: Floats) -> Vector:
    """The principal axis on the side of a former one: of a high power of the moments it alone is left."""
    m = moments / moments.trace()
    for _ in range(4):
        m = m @ m
    x, y, z = (m @ axis).tolist()
    length = (x * x + y * y + z * z) ** 0.5
    return (x / length, y / length, z / length) if length > 1e-9 else axis


def sign_evidence(s: Floats, turning: Floats, jerk: Floats, period: float) -> float:
    """Positive where positive lobes of s are swings; 0 where nothing tells (cycling, shaking)."""

    def score(of: Floats, reach: float, later: float) -> float:
        k = max(1, round(reach * period))
        mid, before, after = s[k:-k], of[: -2 * k], of[2 * k :]
        whole = float((np.abs(mid) * (before + after)).sum())
        return later * float((mid * (after - before)).sum()) / whole if whole > 0.0 else 0.0

    return score(turning, 0.3, -1.0) + score(jerk, 0.18, 1.0)


def open_swing(signals: GateSignals, now: int, floor: int, params: Params) -> Bout | None:
    """A bout when the last seconds hold enough alike strides; rows before `floor` are spoken for."""
    rate = signals.grid.rate_hz
    start = max(floor, now - round(WINDOW_S * rate))
    if now - start < 2.2 * params.min_stride_s * rate:
        return None
    recent = signals.gyro(start, now)
    turning = size(recent)
    fastest = max(1, turning.shape[0] // 10)
    if np.partition(turning, -fastest)[-fastest] < params.min_swing_dps:
        return None
    thin = max(1, round(rate / 40.0))
    period, alike = stride_period(
        recent[:, ::thin], params.min_stride_s * rate / thin, params.max_stride_s * rate / thin
    )
    period *= thin
    if alike < ALIKE or not plausible(
        signals.acc(max(start, now - round(params.open_strides * period)), now), period / rate
    ):
        return None
    if period < SHORTEST_S * rate or fundamental_share(recent, period) < LEAST_FUNDAMENTAL:
        return None
    moments = spread(recent)
    vector = principal_axis(moments)
    axis = (float(vector[0]), float(vector[1]), float(vector[2]))
    jerk = signals.jerk(start, now)
    evidence = sign_evidence(along(axis, recent), turning, jerk, period)
    if abs(evidence) < SIGN_EVIDENCE:
        return None
    if evidence < 0.0:
        axis = (-axis[0], -axis[1], -axis[2])
    return _chain(signals, now, floor, period=period, axis=axis, moments=moments, start=start, params=params)


def _chain(
    signals: GateSignals,
    now: int,
    floor: int,
    *,
    period: float,
    axis: Vector,
    moments: Floats,
    start: int,
    params: Params,
) -> Bout | None:
    rate = signals.grid.rate_hz
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
    if np.median(jolts) < params.min_jolt_g_per_s or np.median(jolts) < 2.5 * np.median(calm):
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


def advance_swing(
    signals: GateSignals, bout: Bout, now: int, *, last: bool = False
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
            cycles = closing_steps(signals, bout, bout.ended)
            bout.queue = cycles[1:]
            return cycles[0], None
        if now < swing_due(bout) and not last:
            return None, None
        late = bout.rise + round(1.2 * bout.period)
        fall = _fall(signals, bout, min(now, late))
        if fall is None:
            return None, min(now, late) if now >= late or last else None
        _learn(signals, bout, bout.peak, bout.top)
        bout.anchor, bout.rise, bout.cursor, bout.low = bout.peak, None, fall, False


def swing_due(bout: Bout) -> int:
    """Row from which it is worth asking `advance_swing` again; 0 where a swing is overdue."""
    return 0 if bout.rise is None else bout.rise + round(DUE * bout.period)


def _rise(signals: GateSignals, bout: Bout, now: int) -> int | None:
    """Row from which the next swing has clearly begun; looks only at rows not seen before."""
    if not bout.low:
        if now <= bout.cursor:
            return None
        s = along(bout.axis, signals.gyro(bout.cursor, now))
        k = int((s < FALLEN * bout.level).argmax())
        if s[k] >= FALLEN * bout.level:
            bout.cursor = now
            return None
        bout.low = True
        bout.cursor = max(bout.cursor + k, bout.anchor + round(0.3 * bout.period))
    if now <= bout.cursor:
        return None
    s = along(bout.axis, signals.gyro(bout.cursor, now))
    k = int((s >= RISEN * bout.level).argmax())
    if s[k] >= RISEN * bout.level:
        return bout.cursor + k
    bout.cursor = now
    return None


def _fall(signals: GateSignals, bout: Bout, now: int) -> int | None:
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


def _learn(signals: GateSignals, bout: Bout, peak: int, height: float) -> None:
    bout.heights = (*bout.heights[-4:], height)
    bout.periods = (*bout.periods[-4:], float(peak - bout.anchor))
    bout.level = median(bout.heights)
    bout.period = median(bout.periods)
    bout.moments = 0.85 * bout.moments + 0.15 * spread(signals.gyro(bout.anchor, peak))
    bout.axis = _turned(bout.axis, bout.moments)
