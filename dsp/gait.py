"""Running or walking, from how long a stride lasts, how much of it is stance, and how hard the leg is thrown.

Each of the three is weak alone (a slow jog is slower than a fast walk's cadence, a foot flies higher than a shin);
their sum, each held to two units of its own scatter so that one bad stride cannot outvote the others, is not.
Period: running strides last 0.5-0.9 s and walking ones 0.9-1.7 s (Cavanagh and Kram 1989; Grieve and Gear 1966).
Stance: below half a stride there is a flight phase, above it there is none: the definition of the two gaits.
"""

import numpy as np

from dsp.stride import Activity

__all__ = ["activity_of", "gait_score"]

PERIOD_S, PERIOD_SCATTER_S = 0.93, 0.07
DUTY, DUTY_SCATTER = 0.54, 0.05
THROW_G = {"shin": 1.0, "shoe": 1.15}
THROW_SCATTER = 0.35  # of its logarithm
HELD = 2.0


def gait_score(period_s: float, duty: float | None, throw_g: float, *, segment: str) -> float:
    """Positive for running. throw_g: RMS of the low-passed acceleration about its mean."""
    terms = [
        (PERIOD_S - period_s) / PERIOD_SCATTER_S,
        np.log(max(throw_g, 1e-3) / THROW_G[segment]) / THROW_SCATTER,
    ]
    if duty is not None:
        terms.append((DUTY - duty) / DUTY_SCATTER)
    return float(sum(max(-HELD, min(HELD, term)) for term in terms))


def activity_of(scores: tuple[float, ...]) -> Activity:
    """The verdict of the last few strides."""
    return "run" if float(np.median(scores)) > 0.0 else "walk"
