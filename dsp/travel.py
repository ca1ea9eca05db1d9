"""Whether the leg goes anywhere: steps on the spot, hops and pedals come back to where they began.

With a gyroscope a stride's level way says so, between two moments of one phase: some 0.9 m even at 2 km/h, on
a treadmill too (the belt is as good a frame as the ground), and a few centimetres on the spot (simulated).
Without one a shoe still feels how it is braked before it lands: what goes forward has to stop, from 2 or 3
times the runner's speed; a foot that was only lifted comes down without it. (A shank does not tell: it swings
as far under the knee of who jogs on the spot.)

One or two strides may go nowhere: a turn, a foot drawn up beside the other. So strides that go nowhere are
held back until one that travels, or the end of the bout, says that they were of a gait; enough of them in a
row say that they were not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from dsp.runner import Runner, Tally
from dsp.stride import Activity, Stride
from dsp.vectors import Vector, along, size

__all__ = ["BRAKED_G_S", "Measured", "Travel", "across_g_s", "far", "goes", "knows_way"]

# Less is on the spot. A shank's way lacks its turn over the ankle: high up, in a slow walk, most of it.
ON_THE_SPOT_M: Mapping[str, float] = {"shoe": 0.2, "shin": 0.15}
# Without a gyroscope: speed that a shoe is braked of, g s, in that share of a stride before contact. Walking,
# on the spot 0.053 at the most, where a push-off would be once 0.068 (simulated), people up stairs 0.086.
BRAKED_G_S: Mapping[Activity, float] = {"walk": 0.07, "run": 0.12}
SHARE = 0.22
# In some walks the push-off is taken for the contact; the stride's own contact is in these shares of it then.
PUSHED_OFF = (0.28, 0.5)
IN_A_ROW = 4  # that go nowhere; recordings of people have one at a time
# Without knowing the way of any (holes, clipping) so many strides open a bout; so many are held at the most,
# and of those that many known to go nowhere speak for the others.
BLIND, MOST, SPEAK = 3, 6, 2


def knows_way(mount: Mount, *, gyroscope: bool) -> bool:
    """Whether such a sensor can tell that a stride leads somewhere."""
    return gyroscope or mount.segment == "shoe"


def far(way_m: float | None, mount: Mount) -> bool | None:
    """Whether a stride's level way leads anywhere; None where it is not known."""
    return None if way_m is None else way_m >= ON_THE_SPOT_M[mount.segment]


def goes(acc_g: NDArray[np.float64], up: Vector, rate_hz: float, gait: Activity) -> bool:
    """Whether (3, n) rows of a shoe, a stride until it lands, are braked; up: the strides' mean direction."""
    speed_g_s, n = across_g_s(acc_g, up, rate_hz), acc_g.shape[1]
    before = n + 1 - speed_g_s.shape[0]
    ends = [speed_g_s[-1:]]
    if gait == "walk":
        ends.append(speed_g_s[round(PUSHED_OFF[0] * n) - before : round(PUSHED_OFF[1] * n) - before])
    return any((part >= BRAKED_G_S[gait]).any() for part in ends)


def across_g_s(acc_g: NDArray[np.float64], up: Vector, rate_hz: float) -> NDArray[np.float64]:
    """Speed gained or lost across `up` in each SHARE of (3, n) rows; the last ends with them."""
    rows = max(1, round(SHARE * acc_g.shape[1]))
    sums = np.zeros((3, acc_g.shape[1] + 1))
    acc_g.cumsum(axis=1, out=sums[:, 1:])
    gained = sums[:, rows:] - sums[:, :-rows]
    level = gained - np.array(up)[:, None] * along(up, gained)
    return size(level) / rate_hz


class Measured(NamedTuple):
    """travels: whether the stride leads anywhere; None where that is not known."""

    stride: Stride
    travels: bool | None


@dataclass(slots=True)
class Travel:
    """State of one bout of a sensor that can tell.

    held: strides not told yet; before: the runner's tally without them. nowhere: how many of them are known
    to go nowhere. sure: a stride of this bout was told; stays: the last ones went nowhere, and so do those
    to come that are not known to travel, until MOST in a row are unknown.
    """

    held: list[Stride] = field(default_factory=list)
    before: Tally = field(default_factory=Tally)
    nowhere: int = 0
    sure: bool = False
    stays: bool = False

    def tell(self, measured: Measured, runner: Runner, before: Tally) -> list[Stride]:
        """The strides that are known to be of a gait now; `before`: the runner's tally without this one."""
        stride, travels = measured
        if not self.held:
            self.before = before
        self.held.append(stride)
        if travels:
            return self._release()
        if travels is not None:
            self.nowhere += 1
        full = len(self.held) >= MOST
        if self.nowhere >= (1 if self.stays else SPEAK if full else IN_A_ROW):
            self.stays = True
            self._drop(runner)
            return []
        blind = not self.nowhere and not self.stays and (self.sure or len(self.held) >= BLIND)
        return self._release() if blind or full else []

    def close(self, runner: Runner) -> list[Stride]:
        """The bout is over: what was held is of it where it went anywhere at all."""
        strides: list[Stride] = []
        if self.stays or (self.nowhere and not self.sure):
            self._drop(runner)
        else:
            strides = self._release()
        self.sure = self.stays = False
        return strides

    def _release(self) -> list[Stride]:
        strides, self.held = self.held, []
        self.nowhere, self.sure, self.stays = 0, True, False
        return strides

    def _drop(self, runner: Runner) -> None:
        if self.held:
            runner.recount(self.before)
        self.held, self.nowhere = [], 0
