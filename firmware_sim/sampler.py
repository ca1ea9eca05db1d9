"""What every pretend sensor has inside: a clock, a source of motion that is measured, a memory for it."""

from math import ceil

import numpy as np

from firmware_sim.encoder import CHANNELS, Config
from firmware_sim.motion import Samples, Source
from firmware_sim.quantiser import quantise
from firmware_sim.ring import Ring
from firmware_sim.traits import Account, Traits

__all__ = ["Sampler"]


class Sampler:
    """ring: samples taken and not yet sent; next_counter: number of the next sample since boot.

    dropped, overruns: since boot, what the full ring pushed out, and how often it began to.
    """

    def __init__(self, source: Source, traits: Traits, truth: Account, config: Config) -> None:
        self.source = source
        self.ring = Ring.empty(CHANNELS[config.layout])
        self.next_counter = 0
        self.dropped = self.overruns = 0
        self._traits = traits
        self._truth = truth
        self._overrun = False
        self._origin_s: float | None = None if traits.holds_source else 0.0
        self._boot_tick_us = -traits.powered_before_s * 1e6
        self._next_index: int | None = None

    def tick_us(self, now_s: float) -> int:
        """The device clock, µs since boot, unwrapped."""
        return round(self._traits.oscillator.at_us(now_s) - self._boot_tick_us)

    def begin(self, now_s: float) -> None:
        """Measure from now on: what the source did before is over."""
        if self._origin_s is None:
            self._origin_s = now_s
        self.source.take(now_s - self._origin_s)
        self._next_index = None

    def clear(self, config: Config) -> None:
        """Forget what is not yet sent."""
        self.ring = Ring.empty(CHANNELS[config.layout])

    def reboot(self, now_s: float, config: Config) -> None:
        """Counter and tick begin anew, the memory is gone."""
        self.clear(config)
        self._boot_tick_us = self._traits.oscillator.at_us(now_s)
        self.next_counter = self.dropped = self.overruns = 0
        self._overrun = False

    def measure(self, now_s: float, config: Config) -> None:
        """Everything up to now, as this configuration has it."""
        assert self._origin_s is not None  # set by the first beginning
        samples = self.source.take(now_s - self._origin_s)
        if len(samples):
            self._remember(samples, self._origin_s, config)

    def overrun(self) -> bool:
        """Whether samples were pushed out since this was last asked."""
        overrun, self._overrun = self._overrun, False
        return overrun

    def _remember(self, samples: Samples, origin_s: float, config: Config) -> None:
        first = int(samples.index[0])
        if self._next_index is None:
            self._next_index = first
        counter = samples.index - self._next_index + self.next_counter
        t_s = origin_s + samples.t_s
        tick_us = np.rint(self._traits.oscillator.elapsed_us(t_s) - self._boot_tick_us).astype(np.int64)
        values, clipped = quantise(samples, config)
        self.ring.append(Ring(counter, tick_us, values, clipped))
        after = int(counter[-1]) + 1
        truth = self._truth
        truth.taken += len(samples)
        truth.missing += after - self.next_counter - len(samples)
        if truth.first_sample_s is None:
            truth.first_sample_s = float(t_s[0])
        self.next_counter, self._next_index = after, int(samples.index[-1]) + 1
        self._forget_oldest(config)

    def _forget_oldest(self, config: Config) -> None:
        excess = len(self.ring) - ceil(self._traits.ring_s * config.rate_mhz / 1000)
        if excess <= 0:
            return
        self.ring.pop(excess)
        self.dropped += excess
        self._truth.dropped += excess
        if not self._overrun:
            self.overruns += 1
            self._truth.overruns += 1
        self._overrun = True
