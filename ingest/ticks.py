"""What a sensor's ticks are: how far from true they may run, and how long that lasts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["COUNTED", "CRYSTAL", "Ticks"]


@dataclass(frozen=True, slots=True, eq=False)
class Ticks:
    """What DeviceClock takes for possible.

    skews: (n,) ascending, how much slower than the host's clock they may run; unlikely: (n,) what each of
    them costs. window_s: how long what was seen counts. leaps: they stand still where samples are lost
    unseen, and then times leap forward after them.
    """

    skews: NDArray[np.float64]
    unlikely: NDArray[np.float64]
    window_s: int
    leaps: bool = False

    @classmethod
    def within(cls, farthest: float, *, prior: float, step: float, window_s: int, leaps: bool) -> "Ticks":
        """Skews from -farthest to farthest, a step apart; prior: the standard deviation expected of them."""
        skews = np.linspace(-farthest, farthest, 2 * round(farthest / step) + 1)
        return cls(skews, 0.5 * (skews / prior) ** 2, window_s, leaps)


# A quartz is within ±50 ppm, and a firmware's tick may be rounded: the prior is wider than the quartz, the
# search wider still.
CRYSTAL: Final = Ticks.within(400e-6, prior=50e-6, step=10e-6, window_s=60, leaps=False)
# Samples counted at the rate that a sensor claims. A rate may be a percent off, and what is lost unseen makes
# it slower still.
COUNTED: Final = Ticks.within(0.03, prior=5e-3, step=250e-6, window_s=12, leaps=True)
