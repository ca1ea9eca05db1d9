"""A pretend sensor without a radio: what its firmware does between motion and packets.

Pure: time is an argument (run time, s). The GATT server asks it; it asks its source of motion.
"""

from math import ceil
from typing import Final
from zlib import crc32

import numpy as np

from dsp.mount import Mount
from firmware_sim.encoder import (
    CHANNELS,
    NO_FLAGS,
    Config,
    Flag,
    Op,
    Result,
    Stats,
    encode_data,
    samples_that_fit,
)
from firmware_sim.faults import Faults
from firmware_sim.motion import Samples, Source
from firmware_sim.quantiser import quantise
from firmware_sim.ring import Ring, even_prefix
from firmware_sim.settings import StartedError, default_config, granted, info_of
from firmware_sim.traits import Account, Traits

__all__ = ["VirtualSensor"]

DEFAULT_PAYLOAD_BYTES: Final = 20
# Samples wait at most this long for a packet to fill: low rates would otherwise be shown late.
_PACKET_AGE_S: Final = 0.25
# The packet period must not lock to the connection interval (docs/gatt-profile.md, For firmware).
_SHORTER: Final = (0, 1, 2)
_LOW_BATTERY_PERCENT: Final = 15


class VirtualSensor:
    """One sensor. sending and payload_bytes belong to the link: the GATT server sets them."""

    def __init__(self, source: Source, traits: Traits, *, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.traits = traits = self.faults.apply(traits)
        self.truth = Account()
        self.payload_bytes = DEFAULT_PAYLOAD_BYTES
        self.connection_interval_ms = 0.0
        self.sending = False
        self.started = False
        self.boot = traits.first_boot
        self.identify_until_s = 0.0
        self.info = info_of(source, traits)
        self.config = self._default_config = default_config(source, traits)
        self._source = source
        self._origin_s: float | None = None if traits.holds_source else 0.0
        self._boot_tick_us = -traits.powered_before_s * 1e6
        self._ring = Ring.empty(CHANNELS[self.config.layout])
        self._next_counter = 0
        self._next_index: int | None = None
        self._samples_sent = self._samples_dropped = self._overruns = 0
        self._overrun = self._mark = False
        self._packets = 0

    @property
    def name(self) -> str:
        """As advertised."""
        return f"Knee-{self.traits.serial[-4:]}"

    @property
    def address(self) -> str:
        """A random static Bluetooth address of its own, derived from the serial number."""
        number = crc32(self.traits.serial.encode())
        return ":".join(f"{byte:02X}" for byte in (0xC0, 0x4B, *number.to_bytes(4, "big")))

    @property
    def mount(self) -> Mount:
        return self.traits.mount

    @property
    def samples_lost(self) -> int:
        """What a perfect receiver must miss by now: counter numbers that no good packet carried to it."""
        truth = self.truth
        return truth.missing + truth.dropped + truth.lost_on_link + self.faults.samples_lost

    @property
    def battery_percent(self) -> int:
        return self.traits.battery_percent

    @property
    def finished(self) -> bool:
        """The source has ended and everything is sent."""
        return self._source.finished and not len(self._ring)

    def tick_us(self, now_s: float) -> int:
        """The device clock, µs since boot, unwrapped."""
        return round(self.traits.oscillator.at_us(now_s) - self._boot_tick_us)

    def write_config(self, wanted: Config) -> None:
        """ConfigRefusedError for what it cannot do, StartedError for a change while started."""
        config = granted(wanted, self._default_config, self.info)
        if self.started and config != self.config:
            raise StartedError("stop before changing CONFIG")
        if not self.started:
            self._ring = Ring.empty(CHANNELS[config.layout])
        self.config = config

    def control(self, op: int, argument: int, *, now_s: float) -> Result:
        """CONTROL. A reset is only granted here: the caller drops the link, then calls reboot."""
        if op not in tuple(Op):
            return Result.UNKNOWN_OP
        if op != Op.IDENTIFY and argument:
            return Result.BAD_ARGUMENT
        match Op(op):
            case Op.START:
                self._start(now_s)
                self.sending = True
            case Op.STOP:
                self.started = self.sending = False
                self._ring = Ring.empty(CHANNELS[self.config.layout])
            case Op.MARK:
                if not self.started:
                    return Result.WRONG_STATE
                self._mark = True
            case Op.IDENTIFY:
                self.identify_until_s = now_s + argument
            case Op.RESET:
                pass
        return Result.DONE

    def _start(self, now_s: float) -> None:
        if self.started:
            return
        self.started = True
        if self._origin_s is None:
            self._origin_s = now_s
        self._source.take(now_s - self._origin_s)
        self._next_index = None

    def reboot(self, now_s: float) -> None:
        """Counter and tick begin anew, memory and settings are gone."""
        self.truth.reboots += 1
        self.truth.unsent_at_reboot += len(self._ring) + self.faults.forget()
        self.boot = (self.boot + 1) & 0xFF
        self.started = self.sending = False
        self.config = self._default_config
        self._ring = Ring.empty(CHANNELS[self.config.layout])
        self._boot_tick_us = self.traits.oscillator.at_us(now_s)
        self._next_counter = 0
        self._samples_sent = self._samples_dropped = self._overruns = 0
        self._overrun = self._mark = False

    def stats(self) -> Stats:
        return Stats(
            samples_taken=self._next_counter,
            samples_sent=self._samples_sent,
            samples_dropped=self._samples_dropped,
            fifo_overruns=self._overruns,
            battery_mv=3300 + 9 * self.battery_percent,
            connection_interval_ms=self.connection_interval_ms,
            rssi_dbm=self.traits.rssi_dbm,
        )

    def advance(self, now_s: float, *, room: int = 1000) -> list[bytes]:
        """Measures until now_s; gives the DATA packets that are due, at most room of them."""
        if not self.started:
            return []
        assert self._origin_s is not None  # set by the first start
        samples = self._source.take(now_s - self._origin_s)
        if len(samples):
            self._remember(samples, self._origin_s)
        if not self.sending:
            return []
        packets: list[bytes] = []
        while len(packets) < room and (n := self._due(now_s)):
            packets.append(self._packet(n))
        return self.faults.push(now_s, packets)

    def _remember(self, samples: Samples, origin_s: float) -> None:
        first = int(samples.index[0])
        if self._next_index is None:
            self._next_index = first
        counter = samples.index - self._next_index + self._next_counter
        t_s = origin_s + samples.t_s
        tick_us = np.rint(self.traits.oscillator.elapsed_us(t_s) - self._boot_tick_us).astype(np.int64)
        values, clipped = quantise(samples, self.config)
        self._ring.append(Ring(counter, tick_us, values, clipped))
        after = int(counter[-1]) + 1
        self.truth.taken += len(samples)
        self.truth.missing += after - self._next_counter - len(samples)
        if self.truth.first_sample_s is None:
            self.truth.first_sample_s = float(t_s[0])
        self.truth.last_sample_s = float(t_s[-1])
        self._next_counter, self._next_index = after, int(samples.index[-1]) + 1
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        excess = len(self._ring) - ceil(self.traits.ring_s * self.config.rate_mhz / 1000)
        if excess <= 0:
            return
        self._ring.pop(excess)
        self._samples_dropped += excess
        self.truth.dropped += excess
        if not self._overrun:
            self._overruns += 1
            self.truth.overruns += 1
        self._overrun = True

    def _due(self, now_s: float) -> int:
        """How many samples the next packet may carry; 0 while it is worth waiting for more."""
        waiting = len(self._ring)
        fits = samples_that_fit(self.payload_bytes, self.config.layout)
        if not waiting or not fits:
            return 0
        full = min(fits, self.config.samples_per_packet or fits)
        full = max(1, full - _SHORTER[self._packets % len(_SHORTER)]) if full > max(_SHORTER) + 1 else full
        if waiting >= full:
            return full
        oldest_us = int(self._ring.tick_us[0])
        aged = self.tick_us(now_s) - oldest_us > _PACKET_AGE_S * 1e6 or self._source.finished
        return waiting if aged else 0

    def _packet(self, at_most: int) -> bytes:
        n, interval_us = even_prefix(self._ring, at_most)
        piece = self._ring.pop(n)
        flags = NO_FLAGS
        flags |= Flag.CLIPPED if bool(piece.clipped.any()) else NO_FLAGS
        flags |= Flag.OVERRUN if self._overrun else NO_FLAGS
        flags |= Flag.LOW_BATTERY if self.battery_percent < _LOW_BATTERY_PERCENT else NO_FLAGS
        flags |= Flag.MARK if self._mark else NO_FLAGS
        self._overrun = self._mark = False
        self._packets += 1
        self._samples_sent += n
        self.truth.sent += n
        self.truth.packets_sent += 1
        return encode_data(
            piece.values,
            layout=self.config.layout,
            counter=int(piece.counter[0]),
            tick_us=int(piece.tick_us[0]),
            interval_us=interval_us or min(0xFFFF, round(1e9 / self.config.rate_mhz)),
            boot=self.boot,
            flags=flags,
        )
