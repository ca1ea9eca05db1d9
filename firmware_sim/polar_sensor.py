"""A pretend Polar Verity Sense: commands, SDK mode, and acceleration in frames that say when they end."""

from dataclasses import replace
from typing import Final

import numpy as np

from firmware_sim.body import Body
from firmware_sim.encoder import FULL_SCALE_LSB, Layout
from firmware_sim.faults import Faults
from firmware_sim.motion import Source
from firmware_sim.polar_encoder import (
    ACC,
    SDK_MODE,
    Command,
    Op,
    Status,
    encode_delta,
    encode_raw,
    encode_response,
    samples_that_fit,
)
from firmware_sim.traits import Traits

__all__ = ["PolarSensor"]

# Its clock after the battery was empty: 2019-01-01, as Polar's TimeSystemExplained.md has it for the H10.
_DEFAULT_TIME_NS: Final = 599_616_000_000_000_000
_RANGES_G: Final = (2, 4, 8, 16)
_RATES_HZ: Final = (26, 52, 104, 208, 416)
# What it can do outside the SDK mode.
_PLAIN: Final = (52, 8)
_RATE, _RANGE = 0, 2
_HEAD_BYTES: Final = 10
_SAMPLE_BYTES: Final = 6
_COMPRESSED: Final = 0x80


class PolarSensor(Body):
    """One sensor. compressed: it sends differences; else whole mg.

    Its time goes on while it is off; what it was told to do does not. It forgets its samples with the link.
    """

    def __init__(
        self, source: Source, traits: Traits, *, faults: Faults | None = None, compressed: bool = True
    ) -> None:
        super().__init__(source, traits, faults)
        self.config = replace(self.config, layout=Layout.ACC, gyro_range_dps=0, high_g_range_g=0)
        self.sampler.clear(self.config)
        self.sdk_mode = False
        self._compressed = compressed
        self._time_ns = _DEFAULT_TIME_NS  # of the tick 0

    @staticmethod
    def samples_in(packet: bytes) -> int:
        body = packet[_HEAD_BYTES:]
        if not packet[_HEAD_BYTES - 1] & _COMPRESSED:
            return len(body) // _SAMPLE_BYTES
        return 1 + (body[_SAMPLE_BYTES + 1] if len(body) > _SAMPLE_BYTES else 0)

    @property
    def name(self) -> str:
        return f"Polar Sense {self.address.replace(':', '')[4:]}"

    def control(self, command: Command, *, now_s: float) -> bytes:
        """What the control point answers."""
        if command.op not in tuple(Op):
            return encode_response(command, Status.INVALID_OP_CODE)
        if command.measurement not in (ACC, SDK_MODE):
            return encode_response(command, Status.INVALID_MEASUREMENT_TYPE)
        if command.measurement == SDK_MODE:
            return encode_response(command, self._switch(command.op == Op.START))
        match command.op:
            case Op.START:
                return self._start(command, now_s)
            case Op.STOP:
                status = Status.SUCCESS if self.started else Status.INVALID_STATE
                self.stop()
                return encode_response(command, status)
        return encode_response(command, Status.SUCCESS)

    def _switch(self, on: bool) -> Status:
        if self.started:
            return Status.INVALID_STATE
        if self.sdk_mode == on:
            return Status.ALREADY_IN_STATE
        self.sdk_mode = on
        return Status.SUCCESS

    def _start(self, command: Command, now_s: float) -> bytes:
        rate_hz, range_g = command.settings.get(_RATE, 0), command.settings.get(_RANGE, 0)
        if self.started:
            return encode_response(command, Status.ALREADY_IN_STATE)
        # A source moves at one rate, which may be a little off what the sensor is set to.
        its_own_hz = min(_RATES_HZ, key=lambda rate: abs(rate - self.config.rate_mhz / 1000))
        if rate_hz != its_own_hz or not (self.sdk_mode or rate_hz == _PLAIN[0]):
            return encode_response(command, Status.INVALID_SAMPLE_RATE)
        if range_g not in _RANGES_G or not (self.sdk_mode or range_g == _PLAIN[1]):
            return encode_response(command, Status.INVALID_RANGE)
        if self.traits.acc_range_g is None:
            self.config = replace(self.config, acc_range_g=range_g)
        self.sampler.clear(self.config)
        self.sampler.begin(now_s)
        self.started = True  # and sends once that was answered
        return encode_response(command, Status.SUCCESS, factor=self._factor_g if self._compressed else None)

    @property
    def _factor_g(self) -> float:
        return self.config.acc_range_g / FULL_SCALE_LSB

    def stop(self) -> None:
        self.started = self.sending = False
        self.sampler.clear(self.config)

    def reboot(self, now_s: float) -> None:
        self._forget()
        self._time_ns += self.tick_us(now_s) * 1000
        self.sdk_mode = self.started = self.sending = False
        self.sampler.reboot(now_s, self.config)

    def _due(self) -> int:
        """How many samples are sent now: as many as fit, once there are so many."""
        ring = self.sampler.ring
        if not len(ring):
            return 0
        if self._compressed:
            fits = samples_that_fit(ring.values, self.payload_bytes)
        else:
            fits = min(len(ring), (self.payload_bytes - _HEAD_BYTES) // _SAMPLE_BYTES)
        jumps = np.flatnonzero(np.diff(ring.counter[:fits]) != 1)
        n = int(jumps[0]) + 1 if len(jumps) else fits
        return n if n < len(ring) or self.sampler.source.finished else 0

    def _next_packet(self, now_s: float) -> bytes:  # noqa: ARG002
        n = self._due()
        if not n:
            return b""
        piece = self.sampler.ring.pop(n)
        last_ns = self._time_ns + int(piece.tick_us[-1]) * 1000
        self.truth.sent += n
        self.truth.packets_sent += 1
        if self._compressed:
            return encode_delta(piece.values, last_ns=last_ns)
        mg = np.rint(piece.values * (self._factor_g * 1000)).astype(np.int16)
        return encode_raw(mg, last_ns=last_ns)
