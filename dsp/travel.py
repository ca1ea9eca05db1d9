"""Whether the leg goes anywhere: steps on the spot, hops and pedals come back to where they began.

A stride's level way, between two moments of one phase, is some 0.9 m even at 2 km/h, on a treadmill too
(the belt is as good a frame as the ground), and a few centimetres on the spot (simulated). One or two strides
may go nowhere: a turn, a foot drawn up beside the other. So strides that go nowhere are held back until one
that travels, or the end of the bout, says that they were of a gait; enough of them in a row say that they
were not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dsp.runner import Runner, Tally
from dsp.stride import Stride

__all__ = ["Measured", "Travel"]

# Less is on the spot. A shank's way lacks its turn over the ankle: high up, in a slow walk, most of it.
ON_THE_SPOT_M: Mapping[str, float] = {"shoe": 0.2, "shin": 0.15}
IN_A_ROW = 4  # that go nowhere; recordings of people have one at a time
# Without knowing the way of any (holes, clipping) so many strides open a bout; so many are held at the most,
# and of those that many known to go nowhere speak for the others.
BLIND, MOST, SPEAK = 3, 6, 2


class Measured(NamedTuple):
    """way_m: level way since the same phase of the stride before, None where it is not known."""

    stride: Stride
    way_m: float | None


@dataclass(slots=True)
class Travel:
    """State of one bout of a sensor with a gyroscope.

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
        stride, way_m = measured
        if not self.held:
            self.before = before
        self.held.append(stride)
        if way_m is not None and way_m >= ON_THE_SPOT_M[stride.mount.segment]:
            return self._release()
        if way_m is not None:
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
