"""A pretend WitMotion WT9011DCL: registers, and frames without number or time as a stream of bytes."""

from dataclasses import replace
from typing import Final

from firmware_sim.body import Body
from firmware_sim.encoder import Layout
from firmware_sim.faults import Faults
from firmware_sim.motion import Source
from firmware_sim.traits import Traits
from firmware_sim.wit_encoder import ACC_RANGE_G, GYRO_RANGE_DPS, RATES_HZ, encode_motion, encode_registers

__all__ = ["WitSensor"]

_FRAME_BYTES: Final = 20
_RATE: Final = 0x03
_BANDWIDTH: Final = 0x1F
_READ: Final = 0x27
_UNLOCK: Final = (0x69, 0xB588)
_UNLOCKED_S: Final = 10.0
# As delivered: 10 Hz, low-passed at 20 Hz.
_DELIVERED: Final = {_RATE: 6, _BANDWIDTH: 4}


class WitSensor(Body):
    """One sensor. notification_bytes: so much of its stream goes into one notification, wherever frames end.

    It streams to who has subscribed and remembers nothing for who has not. Nothing is low-passed here.
    """

    def __init__(
        self, source: Source, traits: Traits, *, faults: Faults | None = None, notification_bytes: int = 160
    ) -> None:
        if source.gyro_range_dps is None:
            raise ValueError("this sensor measures rotation: its source has to tell it")
        super().__init__(source, traits, faults)
        self.config = replace(
            self.config,
            layout=Layout.SIX_AXIS,
            acc_range_g=ACC_RANGE_G,
            gyro_range_dps=GYRO_RANGE_DPS,
            high_g_range_g=0,
        )
        self.sampler.clear(self.config)
        self.registers = dict(_DELIVERED)
        self._notification_bytes = notification_bytes
        self._unlocked_until_s = 0.0
        self._stream = b""

    @staticmethod
    def samples_in(packet: bytes) -> int:
        """Exact where notifications hold whole frames."""
        return len(packet) // _FRAME_BYTES

    @property
    def name(self) -> str:
        return f"WT901BLE{int(self.address[-2:], 16) % 100:02d}"

    def write(self, register: int, value: int, *, now_s: float) -> None:
        """A command; what is locked is not told to be."""
        if (register, value) == _UNLOCK:
            self._unlocked_until_s = now_s + _UNLOCKED_S
        elif register == _READ:
            self._stream += encode_registers(value, [self.registers.get(value + k, 0) for k in range(8)])
        elif now_s < self._unlocked_until_s:
            self.registers[register] = value

    def listen(self, listening: bool, now_s: float) -> None:
        """Somebody has subscribed, or left."""
        self.started = self.sending = listening
        self.sampler.clear(self.config)
        self._stream = b""
        if listening:
            self.sampler.begin(now_s)

    def reboot(self, now_s: float) -> None:
        self._forget()
        self.started = self.sending = False
        self.registers = dict(_DELIVERED)
        self._stream = b""
        self.sampler.reboot(now_s, self.config)

    def _next_packet(self, now_s: float) -> bytes:  # noqa: ARG002
        ring = self.sampler.ring
        every = max(1, round(self.config.rate_mhz / 1000 / RATES_HZ.get(self.registers[_RATE], 10)))
        while len(self._stream) < self._notification_bytes and len(ring):
            sample = ring.pop(1)
            if sample.counter[0] % every == 0:
                self._stream += encode_motion(sample.values)
                self.truth.sent += 1
        whole = len(self._stream) >= self._notification_bytes
        if not self._stream or not (whole or self.sampler.source.finished):
            return b""
        packet, self._stream = (
            self._stream[: self._notification_bytes],
            self._stream[self._notification_bytes :],
        )
        self.truth.packets_sent += 1
        return packet
