"""Sample rate and missing samples of a recording, from nothing but its times.

The times are those of a regular grid, each moved by jitter, some left out. A step of two periods is a missing
sample, a long step followed by a short one is jitter: so not single steps are judged but places on the grid.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

__all__ = ["LARGEST_T_US", "missing_before", "near_share", "period_us"]

# Beyond this a double does not hold every microsecond.
LARGEST_T_US: Final = 2.0**53
# The grid's phase is followed over so many samples: long against jitter, short against drift.
PHASE_SAMPLES: Final = 101
# This many neighbours outvote a misplaced sample.
VOTERS: Final = 5
# So many steps so near their mean, as a share of it, are those of a regular clock. A mean of single and
# double periods is further from both.
NEAR: Final = 0.3
MOST: Final = 0.75
# Steps that come in patterns do so in twos, threes, fours or sixes.
PATTERN: Final = 12
STRAIGHT: Final = 0.95
# Quantiles of steps that may be the period when the median is not.
FEWER: Final = (0.25, 0.1)
# A period is looked for within an eighth of a likely one, in samples that are few enough for a step of it.
TUNED_TOGETHER: Final = 64
TUNING_STEP: Final = 0.0025
TUNING: Final = 1 + np.arange(-50, 51) * TUNING_STEP
MOST_TUNED: Final = 64 * 500
# Of a wrong period a tenth and more of the samples lie where another one does.
MOST_SHARED: Final = 0.03
# Of what the best period reaches; a wrong one has an eighth, which is chance among 64.
LEAST_AGREEMENT: Final = 0.4


def period_us(t_us: NDArray[np.int64]) -> float:
    """The sampling period. Needs two times.

    Where most steps are near their median it is the mean of these. Where they are not, either times are
    uneven in a pattern and nothing is missing, or so much is missing that the median step is no period.
    """
    steps = np.diff(t_us)
    usual = _mean_near(steps, float(np.median(steps)))
    if near_share(t_us, usual, within=NEAR) >= MOST:
        return usual
    if len(steps) >= 2 * PATTERN and (even := _even_period(t_us)):
        return even
    likely = {usual, *(_mean_near(steps, float(np.quantile(steps, share))) for share in FEWER)}
    found = [period for near in likely for period in (near, _tuned(t_us, near))]
    own = {p: _agreement(t_us, p) for p in found if _shared_places(t_us, p) <= MOST_SHARED}
    # The longest at which each sample has a place of its own: shorter ones find gaps everywhere. A wrong one
    # may leave them that where they are few, but then they do not lie alike on its grid.
    least = LEAST_AGREEMENT * max(own.values(), default=0.0)
    return max((p for p, agreement in own.items() if agreement >= least), default=usual)


def near_share(t_us: NDArray[np.int64], period: float, *, within: float) -> float:
    """How many of the steps differ from the period by no more than so many periods, as a share of all."""
    return float((np.abs(np.diff(t_us) - period) <= within * period).mean())


def _mean_near(steps: NDArray[np.int64], middle: float) -> float:
    near = steps[(steps >= 0.5 * middle) & (steps <= 1.5 * middle)]
    return float(near.mean()) if len(near) else middle


def _even_period(t_us: NDArray[np.int64]) -> float | None:
    """That of times of which hardly any is missing, whatever pattern their steps have; None if many are.

    What is missing moves all that follow: where that happens often, the times stray from a straight line.
    """
    period = float(np.median(t_us[PATTERN:] - t_us[:-PATTERN])) / PATTERN
    ahead = (t_us - t_us[0]) / period - np.arange(len(t_us))
    strays = np.abs(ahead - median_filter(ahead, min(PHASE_SAMPLES, len(ahead)), mode="nearest"))
    return period if (strays < 0.5).mean() >= STRAIGHT else None


def _agreement(t_us: NDArray[np.int64], period: float) -> float:
    """How much samples near each other agree where on the grid they lie: 1 at one place, 0 anywhere."""
    n = len(t_us) // TUNED_TOGETHER * TUNED_TOGETHER
    if not n:
        return 1.0
    turns = ((t_us[:n] - t_us[0]) / period).reshape(-1, TUNED_TOGETHER)
    return float(np.abs(np.exp(2j * np.pi * turns).mean(axis=1)).mean())


def _tuned(t_us: NDArray[np.int64], near: float) -> float:
    """The period near this one at which neighbours agree best where on the grid they lie."""
    n = min(len(t_us), MOST_TUNED) // TUNED_TOGETHER * TUNED_TOGETHER
    if not n:
        return near
    together = t_us[:n].reshape(-1, TUNED_TOGETHER).astype(np.float64)
    together -= together[:, :1]
    periods = near * TUNING
    power = [(np.abs(np.exp(2j * np.pi / period * together).sum(axis=1)) ** 2).mean() for period in periods]
    period = float(periods[int(np.argmax(power))])
    places = _places(t_us, period)
    fine = float(t_us[-1] - t_us[0]) / float(max(1, places[-1] - places[0]))
    return fine if abs(fine - period) < TUNING_STEP * period else period


def _shared_places(t_us: NDArray[np.int64], period: float) -> float:
    return float((np.diff(_places(t_us, period)) <= 0).mean())


def missing_before(t_us: NDArray[np.int64], period: float) -> NDArray[np.int64]:
    """(n,) samples missing between each sample and the one before it.

    Jitter of any size below a few periods is not taken for loss as long as most samples around are on time.
    """
    n = len(t_us)
    missing = np.zeros(n, np.int64)
    if n < 2 or np.diff(t_us).max() < 1.5 * period:
        return missing
    skipped = _places(t_us, period) - np.arange(n)
    # Missing samples shift all that follow; a misplaced sample shifts itself.
    skipped = median_filter(skipped, VOTERS, mode="nearest")
    skipped = np.minimum.accumulate(skipped[::-1])[::-1]
    missing[1:] = np.diff(skipped)
    return missing


def _places(t_us: NDArray[np.int64], period: float) -> NDArray[np.int64]:
    """(n,) where on the grid each sample lies, by itself."""
    turns = (t_us - t_us[0]) / period
    # Circular mean: where on the grid the samples around lie, whichever of them are missing.
    angle = 2 * np.pi * turns
    width = min(PHASE_SAMPLES, len(t_us))
    phase = np.unwrap(
        np.arctan2(
            uniform_filter1d(np.sin(angle), width, mode="nearest"),
            uniform_filter1d(np.cos(angle), width, mode="nearest"),
        )
    )
    places: NDArray[np.int64] = np.rint(turns - phase / (2 * np.pi)).astype(np.int64)
    return places
