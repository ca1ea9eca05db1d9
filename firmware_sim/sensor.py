"""A pretend sensor of ours without a radio: what its firmware does between motion and packets.

Pure: time is an argument (run time, s). The GATT server asks it; it asks its source of motion.
"""

from typing import Final

from firmware_sim.body import Body
from firmware_sim.encoder import (
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
from firmware_sim.motion import Source
from firmware_sim.ring import even_prefix
from firmware_sim.settings import StartedError, granted, info_of
from firmware_sim.traits import Traits

__all__ = ["VirtualSensor"]

_SAMPLES_AT: Final = 2
# Samples wait at most this long for a packet to fill: low rates would otherwise be shown late.
_PACKET_AGE_S: Final = 0.25
# The packet period must not lock to the connection interval (docs/gatt-profile.md, For firmware).
_SHORTER: Final = (0, 1, 2)
_LOW_BATTERY_PERCENT: Final = 15


class VirtualSensor(Body):
    """One sensor of ours."""

    def __init__(self, source: Source, traits: Traits, *, faults: Faults | None = None) -> None:
        super().__init__(source, traits, faults)
        self.boot = traits.first_boot
        self.identify_until_s = 0.0
        self.info = info_of(source, self.traits)
        self._default_config = self.config
        self._samples_sent = 0
        self._mark = False
        self._packets = 0

    @staticmethod
    def samples_in(packet: bytes) -> int:
        return packet[_SAMPLES_AT]

    @property
    def name(self) -> str:
        return f"Knee-{self.traits.serial[-4:]}"

    def write_config(self, wanted: Config) -> None:
        """ConfigRefusedError for what it cannot do, StartedError for a change while started."""
        config = granted(wanted, self._default_config, self.info)
        if self.started and config != self.config:
            raise StartedError("stop before changing CONFIG")
        if not self.started:
            self.sampler.clear(config)
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
                self.sampler.clear(self.config)
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
        self.sampler.begin(now_s)

    def reboot(self, now_s: float) -> None:
        """Counter and tick begin anew, memory and settings are gone."""
        self._forget()
        self.boot = (self.boot + 1) & 0xFF
        self.started = self.sending = False
        self.config = self._default_config
        self.sampler.reboot(now_s, self.config)
        self._samples_sent = 0
        self._mark = False

    def stats(self) -> Stats:
        return Stats(
            samples_taken=self.sampler.next_counter,
            samples_sent=self._samples_sent,
            samples_dropped=self.sampler.dropped,
            fifo_overruns=self.sampler.overruns,
            battery_mv=3300 + 9 * self.battery_percent,
            connection_interval_ms=self.connection_interval_ms,
            rssi_dbm=self.traits.rssi_dbm,
        )

    def _due(self, now_s: float) -> int:
        """How many samples the next packet may carry; 0 while it is worth waiting for more."""
        waiting = len(self.sampler.ring)
        fits = samples_that_fit(self.payload_bytes, self.config.layout)
        if not waiting or not fits:
            return 0
        full = min(fits, self.config.samples_per_packet or fits)
        full = max(1, full - _SHORTER[self._packets % len(_SHORTER)]) if full > max(_SHORTER) + 1 else full
        if waiting >= full:
            return full
        oldest_us = int(self.sampler.ring.tick_us[0])
        aged = self.tick_us(now_s) - oldest_us > _PACKET_AGE_S * 1e6 or self.sampler.source.finished
        return waiting if aged else 0

    def _next_packet(self, now_s: float) -> bytes:
        at_most = self._due(now_s)
        if not at_most:
            return b""
        n, interval_us = even_prefix(self.sampler.ring, at_most)
        piece = self.sampler.ring.pop(n)
        flags = NO_FLAGS
        flags |= Flag.CLIPPED if bool(piece.clipped.any()) else NO_FLAGS
        flags |= Flag.OVERRUN if self.sampler.overrun() else NO_FLAGS
        flags |= Flag.LOW_BATTERY if self.battery_percent < _LOW_BATTERY_PERCENT else NO_FLAGS
        flags |= Flag.MARK if self._mark else NO_FLAGS
        self._mark = False
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
