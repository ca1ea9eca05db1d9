"""The gate of a sensor with a gyroscope: one swing lobe a stride about the leg's own axis.

The axis is the first principal component of the angular rate. Its sign is where physics has it: a swing ends
in a jolt and in quiet (stance), a push-off begins in quiet and ends in the swing. The same holds at shin and
shoe, walking and running, so nothing has to be known of how the sensor was put on.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from dsp.bout import Bout, Cycle
from dsp.params import Params
from dsp.rhythm import stride_period
from dsp.signals import GateSignals

__all__ = ["advance_swing", "along", "open_swing"]

Floats = NDArray[np.float64]

WINDOW_S = 4.0
ALIKE = 0.5  # likeness of one stride to the next from which a rhythm is believed
SIGN_EVIDENCE = 0.15
LEAST_LOBE = 0.35  # of the usual height
RISEN, FALLEN = 0.45, 0.2  # of the usual height: a swing has begun, is over
OVERDUE = 1.9  # periods without a swing end the bout
LEAST_SWING_DEG, MOST_SWING_DEG = 25.0, 200.0  # a hand turns a sensor further than a leg does


def along(axis: tuple[float, float, float], w: Floats) -> Floats:
    """(3, n) -> (n,), element by element: exact for any chunking."""
    return np.asarray(axis[0] * w[0] + axis[1] * w[1] + axis[2] * w[2])


def spread(w: Floats) -> tuple[float, float, float, float, float, float]:
    """Second moments xx yy zz xy xz yz of (3, n)."""
    pairs = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
    x, y, z, xy, xz, yz = (float(np.mean(w[i] * w[j])) for i, j in pairs)
    return x, y, z, xy, xz, yz


def principal_axis(c: tuple[float, float, float, float, float, float]) -> tuple[Floats, float]:
    """(unit vector, share of the whole) of the largest second moment."""
    m = np.array([[c[0], c[3], c[4]], [c[3], c[1], c[5]], [c[4], c[5], c[2]]])
    values, vectors = np.linalg.eigh(m)
    total = float(values.sum())
    return vectors[:, 2], float(values[2]) / total if total > 0.0 else 0.0


def sign_evidence(s: Floats, size: Floats, jerk: Floats, period: float) -> float:
    """Positive where positive lobes of s are swings; 0 where nothing tells (cycling, shaking)."""

    def score(of: Floats, reach: float, later: float) -> float:
        k = max(1, round(reach * period))
        mid, before, after = s[k:-k], of[: -2 * k], of[2 * k :]
        whole = float((np.abs(mid) * (before + after)).sum())
        return later * float((mid * (after - before)).sum()) / whole if whole > 0.0 else 0.0

    return score(size, 0.3, -1.0) + score(jerk, 0.18, 1.0)


def open_swing(signals: GateSignals, now: int, floor: int, params: Params) -> Bout | None:
    """A bout when the last seconds hold enough alike strides; rows before `floor` are spoken for."""
    rate = signals.grid.rate_hz
    start = max(floor, now - round(WINDOW_S * rate))
    if now - start < 2.2 * params.min_stride_s * rate:
        return None
    recent = signals.gyro(start, now)
    size = np.sqrt(recent[0] ** 2 + recent[1] ** 2 + recent[2] ** 2)
    if np.partition(size, -max(1, size.shape[0] // 10))[-max(1, size.shape[0] // 10)] < params.min_swing_dps:
        return None
    thin = max(1, round(rate / 40.0))
    period, alike = stride_period(
        recent[:, ::thin], params.min_stride_s * rate / thin, params.max_stride_s * rate / thin
    )
    period *= thin
    if alike < ALIKE:
        return None
    moments = spread(recent)
    vector, _ = principal_axis(moments)
    axis = (float(vector[0]), float(vector[1]), float(vector[2]))
    jerk = signals.jerk(start, now)
    evidence = sign_evidence(along(axis, recent), size, jerk, period)
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
    axis: tuple[float, float, float],
    moments: tuple[float, float, float, float, float, float],
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
    return Bout(period, level, floor + chain[0], axis, moments, heights=heights, periods=(period,) * 3)


def advance_swing(
    signals: GateSignals, bout: Bout, now: int, *, last: bool = False
) -> tuple[Cycle | None, bool]:
    """(the next finished cycle or None, whether the bout goes on). Depends on the rows, not on `now`."""
    while True:
        if bout.rise is None:
            s = along(bout.axis, signals.gyro(bout.anchor, now))
            rise = _rise(s, bout)
            limit = round(OVERDUE * bout.period)
            if rise is None or rise > limit:
                if s.shape[0] <= limit and not last:
                    return None, True
                return Cycle(bout.anchor, None, min(now, bout.anchor + limit), bout.period), False
            bout.rise = bout.anchor + rise
            return Cycle(bout.anchor, bout.rise, bout.rise, bout.period), True
        s = along(bout.axis, signals.gyro(bout.rise, now))
        top = np.maximum.accumulate(s)
        over = np.flatnonzero(s < 0.5 * top)
        if over.shape[0] == 0:
            return None, s.shape[0] <= 1.2 * bout.period and not last
        peak = bout.rise + int(np.argmax(s[: int(over[0])]))
        _learn(signals, bout, peak, float(top[int(over[0])]))
        bout.anchor, bout.rise = peak, None


def _rise(s: Floats, bout: Bout) -> int | None:
    low = np.flatnonzero(s < FALLEN * bout.level)
    if low.shape[0] == 0:
        return None
    k = max(int(low[0]), round(0.3 * bout.period))
    high = np.flatnonzero(s[k:] >= RISEN * bout.level)
    return k + int(high[0]) if high.shape[0] else None


def _learn(signals: GateSignals, bout: Bout, peak: int, height: float) -> None:
    bout.heights = (*bout.heights[-4:], height)
    bout.periods = (*bout.periods[-4:], float(peak - bout.anchor))
    bout.level = float(np.median(bout.heights))
    bout.period = float(np.median(bout.periods))
    fresh = spread(signals.gyro(bout.anchor, peak))
    c = tuple(0.85 * old + 0.15 * new for old, new in zip(bout.covariance, fresh, strict=True))
    bout.covariance = (c[0], c[1], c[2], c[3], c[4], c[5])
    vector, _ = principal_axis(bout.covariance)
    towards = (
        float(vector[0]) * bout.axis[0] + float(vector[1]) * bout.axis[1] + float(vector[2]) * bout.axis[2]
    )
    vector = vector if towards >= 0.0 else -vector
    bout.axis = (float(vector[0]), float(vector[1]), float(vector[2]))
