"""The gate of a sensor without a gyroscope: one jolt a stride, at the period of the whole vector signal."""

from statistics import median

import numpy as np
from numpy.typing import NDArray

from dsp.bout import Bout, Cycle
from dsp.gait import calm_top, level
from dsp.jolting import ALIKE, leg_moves
from dsp.params import Params
from dsp.rhythm import thinned_period
from dsp.signals import Signals
from dsp.vectors import size

__all__ = ["advance_jolt", "jolt_due", "open_jolt"]

Floats = NDArray[np.float64]

WINDOW_S = 5.0  # three strides of slow walking
CONTRAST = 2.0  # of the folded jolt against the folded median; of a jolt against the calm before it
WALKS_S = 0.9  # a stride this long is most likely walked (dsp.gait)
# Periods before a jolt, where the leg swings to a contact and stands before a lift-off; and the share of that
# with the same size of acceleration. Less than the first is a swing for sure, more than the second a stance:
# people's swings have 0.1 to 0.5 at a shoe, their stances 0.7 to 1.
BEFORE, SWINGS, STANDS_STILL = (0.38, 0.16), 0.4, 0.9
UNCLEAR, APART = 0.6, 0.2  # of the highest jolt: another of the same stride, that many periods away
STOOD = 0.3  # weight of a jolt before which the foot stood all the time
LEAST_JOLT, FAINT = 0.3, 0.5  # of the usual height
STANDS = 0.4  # periods for which a jolt must stay the highest
RECHECK, DOUBTS = 4, 3  # strides from one look at all of it to the next; looks in a row at which it is no leg
SWUNG_G = 0.12
DUE = 0.85  # periods to a jolt after which there are too few rows to see it stand
SOONEST, OVERDUE = 0.68, 1.75  # periods to the next jolt
STEADY = 0.25  # an interval further than this from the period does not change the period
SHORTER = 0.75  # of the period: less of a change needs no going back
MIDDLE = 0.42, 0.58  # of an interval: a lift-off is nearer to one of its ends
NEWEST = 2.2  # strides in which a changed period shows


def open_jolt(signals: Signals, now: int, floor: int, params: Params) -> Bout | None:
    """A bout when the last seconds repeat and jolt once a period."""
    rate = signals.grid.rate_hz
    start = max(floor, now - round(WINDOW_S * rate))
    if now - start < 2.2 * params.min_stride_s * rate:
        return None
    jerk = signals.jerk(start, now)
    if float(jerk.max()) < params.min_jolt_g_per_s:
        return None
    period, alike = thinned_period(signals.acc(start, now), signals.grid.rate_hz, params)
    if alike < ALIKE or now - start < (params.open_strides - 0.2) * period:
        return None
    if not leg_moves(signals, start, now, period, params):
        return None
    return _chain(signals, now, floor, period=period, jerk=jerk, start=start, params=params)


def _chain(
    signals: Signals,
    now: int,
    floor: int,
    *,
    period: float,
    jerk: Floats,
    start: int,
    params: Params,
) -> Bout | None:
    rate = signals.grid.rate_hz
    # The newest periods only: standing still before them has no phase.
    skip = max(0, jerk.shape[0] - round((params.open_strides + 0.2) * period))
    jerk, start = jerk[skip:], start + skip
    felt = size(signals.acc(start, now))
    phase, height, rival = _fold(jerk, felt, period, walks=period >= WALKS_S * rate)
    if height < params.min_jolt_g_per_s:
        return None
    earlier = start - round(period)
    # A walk begins with a lift-off: while the standing before it is in sight there is one more of them.
    if rival > UNCLEAR and earlier >= floor and signals.jerk(earlier, start).max() < LEAST_JOLT * height:
        return None
    # Backwards from the last whole period, so that the newest rhythm leads.
    last = start + phase + int((jerk.shape[0] - 1 - phase) // period * period)
    whole = signals.jerk(floor, now)
    chain = _on_beat(whole, last - floor, period, least=LEAST_JOLT * height)
    while chain and not _swung(signals, floor + chain[0], period):
        chain.pop(0)
    if len(chain) < params.open_strides:
        return None
    heights = tuple(float(whole[k]) for k in chain[-5:])
    known = tuple(floor + k for k in chain)
    return Bout(period, median(heights), known[0], heights=heights, periods=(period,) * 3, known=known)


def _on_beat(jerk: Floats, last: int, period: float, *, least: float) -> list[int]:
    """Rows of the jolts a period apart, in order: backwards from about `last` while they are high enough."""
    reach = round(0.27 * period)
    chain: list[int] = []
    at = float(last)
    while at + reach > 0:
        a, b = max(0, round(at) - reach), min(jerk.shape[0], round(at) + reach + 1)
        if b - a < reach:
            at -= period
            if chain or at + reach <= 0:
                break
            continue
        # Off the beat a jolt must be higher: a first contact is weaker than the toe-off after it.
        beat = np.exp(-0.5 * ((np.arange(a, b) - at) / (0.12 * period)) ** 2)
        k = a + int(np.argmax(jerk[a:b] * beat))
        if jerk[k] < least:
            break
        chain.append(k)
        at = k - period
    return chain[::-1]


def _swung(signals: Signals, jolt: int, period: float) -> bool:
    """Whether the leg moved before this jolt: before a contact it swings, before the first lift-off not."""
    a, b = jolt - round(0.35 * period), jolt - round(0.08 * period)
    if a < 0:
        return True
    acc = signals.acc(a, b)
    off = acc - acc.mean(axis=1, keepdims=True)
    return float(np.sqrt((off * off).sum(axis=0).mean())) > SWUNG_G


def _fold(jerk: Floats, felt: Floats, period: float, *, walks: bool) -> tuple[int, float, float]:
    """(phase in rows, height) of the jolt in the signal averaged over periods; height 0 without contrast.

    And the height of another jolt of it, as a share of this one's. felt: (n,) the acceleration's size.
    """
    n = max(1, round(period))
    cycles = int(jerk.shape[0] // period)
    if cycles < 1:
        return 0, 0.0, 0.0
    rows = (np.arange(n)[None, :] + np.rint(np.arange(cycles) * period).astype(np.int64)[:, None]).clip(
        0, jerk.shape[0] - 1
    )
    folded = jerk[rows].mean(axis=0)
    usual = felt[rows].mean(axis=0)
    before = np.tile(usual, 2)[n - round(BEFORE[0] * n) :]
    likely = _landed(folded, before, n, level(before)[0]) if walks else folded
    k = int(np.argmax(likely))
    high = float(folded[k])
    apart = round(APART * period)
    rival = float(np.roll(likely, -k)[apart : n - apart].max()) / float(likely[k])
    return k, high if high >= CONTRAST * float(np.median(folded)) else 0.0, rival


def _landed(jerk: Floats, felt: Floats, period: float, low: float) -> Floats:
    """The jolts, weighed: a walker's lift-off may jolt more than a contact, but the foot has stood before it.

    felt: the acceleration's size, from BEFORE[0] periods before the jolts on; low: the lower end of what a
    standing foot feels. A runner's foot never stands: its jolts are as they are.
    """
    sums = np.concatenate(((0,), ((felt >= low) & (felt <= calm_top(low))).cumsum()))
    rows = max(1, round((BEFORE[0] - BEFORE[1]) * period))
    stood = (sums[rows:] - sums[:-rows])[: jerk.shape[0]] / rows
    return np.asarray(jerk * np.clip((STANDS_STILL - stood) / (STANDS_STILL - SWINGS), STOOD, 1.0))


def advance_jolt(
    signals: Signals, bout: Bout, now: int, params: Params, *, last: bool = False
) -> tuple[Cycle | None, int | None]:
    """(the next finished cycle or None, the row at which the bout ended or None), from the rows alone."""
    if bout.known:
        bout.anchor, bout.known = bout.known[0], bout.known[1:]
        return _cycle(bout), None
    period = bout.period
    a = bout.anchor + round(SOONEST * period)
    limit = bout.anchor + round(OVERDUE * period)
    stand = round(STANDS * period)
    if now <= a + stand and not last:
        return None, None
    if now - a < 3:
        return None, now if last else None
    past = now >= limit + stand
    peak = _next_jolt(signals, bout, a, min(now, limit + stand), stand, past=past, last=last)
    if peak is None:
        return None, min(now, limit + stand) if past or last else None
    height, apart = float(signals.jerk(peak, peak + 1)[0]), float(peak - bout.anchor)
    if _halved(signals, bout, peak, height, params):
        return advance_jolt(signals, bout, now, params, last=last)
    steady = abs(apart - period) <= STEADY * period
    _follow(bout, peak, height, apart if steady else None)
    if not steady:
        # The gait may have changed: what the newest strides say, if they say anything yet.
        _recheck(signals, bout, peak, round(NEWEST * apart), params)
    elif bout.told % RECHECK == 0:
        _recheck(signals, bout, peak, round(WINDOW_S * signals.grid.rate_hz), params)
    return (None, peak) if bout.doubts >= DOUBTS else (_cycle(bout), None)


def _next_jolt(
    signals: Signals, bout: Bout, a: int, end: int, stand: int, *, past: bool, last: bool
) -> int | None:
    """Row in [a, end) of the first jolt that nothing outdoes for as long as a foot stands (`stand`, rows).

    past: the time in which the next one is due is over; last: the stream is.
    """
    jerk, period, rate = signals.jerk(a, end), bout.period, signals.grid.rate_hz
    likely = jerk
    if period >= WALKS_S * rate:
        # The level is that of a stride that is there however the stream is cut.
        low, _ = level(size(signals.acc(max(signals.grid.first, a - round(period)), a)))
        likely = _landed(jerk, size(signals.acc(a - round(BEFORE[0] * period), end)), period, low)
    records = np.flatnonzero(likely >= np.maximum.accumulate(likely))
    # At the stream's end the highest may be the toe-off before a contact that is not there any more.
    due = past or (last and a + int(records[-1]) - bout.anchor >= DUE * period)
    nexts = np.append(records[1:], jerk.shape[0] + stand + 1 if due else jerk.shape[0])
    # A leg has calm in every stride, a noisy sensor that stands has not.
    calm = np.sort(signals.jerk(bout.anchor, a))
    least = max(LEAST_JOLT * bout.level, CONTRAST * float(calm[calm.shape[0] // 4]))
    # A faint one may be the lift-off of a walk that has begun, which the contact follows later than in a run.
    longer = max(stand, round(STANDS * WALKS_S * rate))
    stands = np.where(jerk[records] >= FAINT * bout.level, stand, longer)
    standing = records[(nexts - records > stands) & (jerk[records] >= least)]
    return a + int(standing[0]) if standing.shape[0] else None


def _follow(bout: Bout, peak: int, height: float, period: float | None) -> None:
    """The bout goes on from this jolt; period: rows since the last one, None where they are unusual."""
    bout.heights = (*bout.heights[-4:], height)
    if period is not None:
        bout.periods = (*bout.periods[-4:], period)
    bout.level = median(bout.heights)
    bout.period = median(bout.periods)
    bout.anchor = peak
    bout.told += 1


def _halved(signals: Signals, bout: Bout, peak: int, height: float, params: Params) -> bool:
    """Whether strides have become so short that the one before `peak` was looked past; notes their period."""
    apart = float(peak - bout.anchor)
    first, end = (bout.anchor + round(share * apart) for share in MIDDLE)
    if end - first < 1 or signals.jerk(first, end).max() < FAINT * height:
        return False
    start = max(signals.grid.first, peak - round(NEWEST * apart))
    period, alike = thinned_period(signals.acc(start, peak), signals.grid.rate_hz, params)
    if alike < ALIKE or abs(period - 0.5 * apart) > STEADY * 0.5 * apart or period > SHORTER * bout.period:
        return False
    bout.period, bout.periods = period, (period,) * 3
    return True


def jolt_due(bout: Bout) -> int:
    """Row before which `advance_jolt` cannot tell of another jolt."""
    return bout.anchor + round(SOONEST * bout.period) + round(STANDS * bout.period) + 1


def _recheck(signals: Signals, bout: Bout, now: int, rows: int, params: Params) -> None:
    """Ask the whole vector signal of the last rows, so that a wrong period cannot feed on itself."""
    start = max(signals.grid.first, now - rows)
    period, alike = thinned_period(signals.acc(start, now), signals.grid.rate_hz, params)
    if alike >= ALIKE and abs(period - bout.period) > 0.15 * bout.period:
        bout.period, bout.periods = period, (period,) * 3
    bout.doubts = 0 if alike >= ALIKE and leg_moves(signals, start, now, period, params) else bout.doubts + 1


def _cycle(bout: Bout) -> Cycle:
    return Cycle(bout.anchor, None, bout.anchor + round(0.75 * bout.period), bout.period)
