"""Running or walking, from how long a stride lasts, how much of it is stance, and how much of it is calm.

Each of the three is weak alone (a slow jog has a longer stride than a fast walk); their mean, each held to
two units of its own scatter so that one cannot outvote the others, is not.
Period: running strides last 0.5-0.9 s, walking ones 0.85-1.7 s (Cavanagh, Kram 1989; Grieve, Gear 1966).
Stance: below half a stride there is a flight phase, above it there is none: the definition of the two gaits.
Calm: a walker's leg stands over a flat foot for a third of the stride and feels gravity alone. A runner's
passes 1 g several times a stride and does not stay there: what counts is the calmest quarter of the stride.
"""

from statistics import median

import numpy as np
from numpy.typing import NDArray

from dsp.stride import Activity
from dsp.vectors import size

__all__ = ["activity_of", "calm_share", "calm_top", "gait_score", "level", "plausible"]

PERIOD_S, PERIOD_SCATTER_S = 0.93, 0.07
# By a toe-off that was found without knowing the gait: people's medians are 0.45 at the most running and 0.51
# at the least walking; a jog of 5 km/h has 0.50 (simulated).
DUTY, DUTY_SCATTER = 0.51, 0.03
# People's medians are 0.5 at the most running (0.7 where a run ends in steps), 0.99 at the least walking.
QUARTER, CALM, CALM_SCATTER = 0.25, 0.70, 0.15
CALM_G = 0.15
HELD = 2.0
LEAST_G, MOST_G = 0.6, 1.2  # at the lower end of calm
# A stride this long is a walker's, and a walker's foot stands still.
WALKS_S, LEAST_CALM = 1.0, 0.3


def calm_share(
    low_passed_g: NDArray[np.float64], period: float, one_g: float | None, *, rate_hz: float
) -> float:
    """How much of a stride's calmest quarter feels gravity alone; (3, n) low-passed rows, period in rows.

    one_g: what the sensor shows of gravity; None where it was not seen at rest: then in a walker's stride
    what keeps its size is gravity, and in a shorter one 1 g is.
    """
    sizes = size(low_passed_g)
    low = (1.0 - CALM_G) * (one_g or 1.0)
    if one_g is None and period >= WALKS_S * rate_hz:
        low, _ = level(sizes)
    calm = (sizes >= low) & (sizes <= calm_top(low))
    rows = min(max(1, round(QUARTER * period)), calm.shape[0])
    sums = np.zeros(calm.shape[0] + 1)
    np.add.accumulate(calm, out=sums[1:])
    return float(np.maximum.reduce(sums[rows:] - sums[:-rows]) / rows)


def calm_top(low_g: float) -> float:
    """The upper end of what a sensor at rest may show, whose lower end this is."""
    return low_g * ((1.0 + CALM_G) / (1.0 - CALM_G))


def level(sizes_g: NDArray[np.float64]) -> tuple[float, float]:
    """The lower end (the upper is its calm_top) and the share of the band that holds most of (n,) sizes.

    At what may be 1 g of some sensor; (0, 0) where there is none.
    """
    sizes = np.sort(sizes_g)
    ends = np.searchsorted(sizes, sizes * calm_top(1.0), side="right")
    held = np.where((sizes >= LEAST_G) & (sizes <= MOST_G), ends - np.arange(sizes.shape[0]), 0)
    k = int(held.argmax())
    return (float(sizes[k]), float(held[k]) / sizes.shape[0]) if held[k] else (0.0, 0.0)


def plausible(low_passed_g: NDArray[np.float64], period_s: float) -> bool:
    """Whether (3, n) rows that repeat with this period can be gait: long strides have calm in them."""
    return period_s < WALKS_S or level(size(low_passed_g))[1] >= LEAST_CALM


def gait_score(period_s: float, duty: float | None, calm: float) -> float:
    """Mean of what is known, positive for running.

    duty: share of the stride in stance, None where toe-off was looked for where one gait has it.
    """
    score = _held((PERIOD_S - period_s) / PERIOD_SCATTER_S) + _held((CALM - calm) / CALM_SCATTER)
    return 0.5 * score if duty is None else (score + _held((DUTY - duty) / DUTY_SCATTER)) / 3.0


def _held(term: float) -> float:
    return HELD if term > HELD else -HELD if term < -HELD else term


def activity_of(scores: tuple[float, ...], before: Activity) -> Activity:
    """The verdict of the last few strides; a draw changes nothing."""
    score = median(scores)
    return "run" if score > 0.0 else "walk" if score < 0.0 else before
