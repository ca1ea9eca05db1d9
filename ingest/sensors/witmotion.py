"""The family "witmotion-wt9011": WitMotion WT9011DCL-BT50 and its sisters that speak the same protocol.

Its frames carry neither number nor time. They are counted as they come, and a tick is that count at the rate
that the sensor says it is set to. So a loss cannot be seen here, nor the true rate: what follows a loss is
too early until the device clock has noticed (ingest.clock, docs/sensors.md). A connection is a boot.
"""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np

from ingest.errors import DecodeError
from ingest.packet import Kind
from ingest.sensors.battery import decode_battery_level
from ingest.sensors.family import Answer, Family, Pause, Samples, Step, Wanted, Write, fastest
from ingest.sensors.witmotion_wire import (
    BANDWIDTH,
    DATA_UUID,
    FRAME_BYTES,
    RATE,
    RATE_CODES,
    RATE_REGISTER,
    REGISTERS,
    WRITE_UUID,
    Frames,
    encode_read,
    encode_register,
    encode_unlock,
    registers_in,
)
from ingest.ticks import COUNTED

__all__ = ["FAMILY", "WitMotionDecoder"]

# WTVB…, which measures vibration, has other numbers in the same frames.
NAMES: Final = ("WT9", "WTSDCL")
ACC_RANGE_G: Final = 16.0
GYRO_RANGE_DPS: Final = 2000.0
FULL_SCALE_LSB: Final = 32768
USUAL_RATE_HZ: Final = 200
WRAP: Final = 1 << 32
# The maker's example waits so long after each write.
SETTLE_S: Final = 0.1
# It streams at some rate before it is asked which, while other sensors are waited for. After so many frames
# it will not tell any more.
UNTOLD_FRAMES: Final = 20 * max(RATE_CODES)

_INT16 = np.dtype("<i2")


class WitMotionDecoder:
    """Bytes of one sensor -> Samples, by the rate that it said it has."""

    def __init__(self) -> None:
        self.rate_hz: float | None = None
        self.acc_range_g: float | None = ACC_RANGE_G
        self.gyro_range_dps: float | None = GYRO_RANGE_DPS
        self._frames = Frames()
        self._boot = -1
        self._counter = 0
        self._untold = 0

    def receive(self, kind: Kind, data: bytes) -> Samples | None:
        if kind is Kind.DATA:
            return self._samples(data)
        if kind is Kind.LINK and data == b"connected":
            self._begin()
            self.rate_hz = None
        return None

    def battery(self, data: bytes) -> float:
        return decode_battery_level(data)

    def samples_taken(self, data: bytes) -> int | None:  # noqa: ARG002
        return None

    def sync(self, data: bytes) -> tuple[int, int] | None:  # noqa: ARG002
        return None

    def _begin(self) -> None:
        self._frames = Frames()
        self._boot += 1
        self._counter = self._untold = 0

    def _samples(self, data: bytes) -> Samples | None:
        before = self._frames.skipped
        motion = []
        for frame in self._frames.push(data):
            registers = registers_in(frame)
            if registers is None:
                motion.append(frame)
            elif registers[0] == RATE_REGISTER and self._set(registers[1][0]):
                motion.clear()  # they were of another rate
        if not motion:
            if self._frames.skipped > before:
                raise DecodeError("DATA", f"no frame in {data[:4].hex()}… and what came before it")
            return None
        if self.rate_hz is None:
            self._untold += len(motion)
            if self._untold > UNTOLD_FRAMES:
                raise DecodeError("DATA", "comes at a rate that the sensor does not tell")
            return None
        return self._placed(b"".join(motion), self.rate_hz)

    def _set(self, code: int) -> bool:
        """Take the rate; whether it is another one. Raises DecodeError for one too slow."""
        rate_hz = RATE.get(code)
        if rate_hz == self.rate_hz and rate_hz is not None:
            return False
        self.rate_hz = rate_hz
        self._boot += 1
        self._counter = 0
        if rate_hz is None:
            raise DecodeError("DATA", f"rate {code} is none that contacts can be found at")
        return True

    def _placed(self, motion: bytes, rate_hz: float) -> Samples:
        raw = np.frombuffer(motion, _INT16).reshape(-1, FRAME_BYTES // 2)[:, 1:7]
        acc_g = np.ascontiguousarray(raw[:, :3] * (ACC_RANGE_G / FULL_SCALE_LSB))
        gyro_dps = np.ascontiguousarray(raw[:, 3:] * (GYRO_RANGE_DPS / FULL_SCALE_LSB))
        counter, self._counter = self._counter, self._counter + len(raw)
        interval_us = round(1e6 / rate_hz)
        railed = (raw >= FULL_SCALE_LSB - 1) | (raw <= 1 - FULL_SCALE_LSB)
        return Samples(
            self._boot,
            counter % WRAP,
            counter * interval_us % WRAP,
            interval_us,
            acc_g,
            gyro_dps,
            int(railed.any(axis=1).sum()),
        )


def tells_rate(data: bytes) -> bool:
    return REGISTERS in data and any(
        (found := registers_in(frame)) and found[0] == RATE_REGISTER for frame in Frames().push(data)
    )


def recognises(name: str | None, _service_uuids: Collection[str]) -> bool:
    return name is not None and name.startswith(NAMES)


def start(wanted: Wanted, _read: Mapping[Kind, bytes]) -> tuple[Step, ...]:
    """Its bandwidth, its rate, and what came of them: samples are of use once it has said its rate.

    Nothing is saved: switched off and on, the sensor is as its owner set it up.
    """
    rate_hz = fastest(tuple(RATE_CODES), wanted.rate_hz, usual_hz=USUAL_RATE_HZ)
    register, value = BANDWIDTH
    wide = _answer(register, value, "low-passes below 256 Hz, which cuts impacts off,")
    rated = _answer(RATE_REGISTER, RATE_CODES[rate_hz], f"does not take {rate_hz} Hz")
    return (
        Write(WRITE_UUID, encode_unlock()),
        Pause(SETTLE_S),
        Write(WRITE_UUID, encode_register(register, value)),
        Pause(SETTLE_S),
        Write(WRITE_UUID, encode_read(register), answer=wide, optional=True),
        Write(WRITE_UUID, encode_unlock()),
        Pause(SETTLE_S),
        Write(WRITE_UUID, encode_register(RATE_REGISTER, RATE_CODES[rate_hz])),
        Pause(SETTLE_S),
        Write(WRITE_UUID, encode_read(RATE_REGISTER), answer=rated, optional=True),
        # Without a rate its samples are of no use: a link on which it is not told is tried anew.
        Write(WRITE_UUID, encode_read(RATE_REGISTER), answer=_answer(RATE_REGISTER, None, "")),
    )


def _answer(register: int, value: int | None, wrong: str) -> Answer:
    """The registers' frame among those that stream; wrong: what a register that holds another value means.

    value None: any will do.
    """

    def verdict(data: bytes) -> str | None:
        for frame in frames.push(data):
            registers = registers_in(frame)
            if registers is not None and registers[0] == register:
                return "" if value in (None, registers[1][0]) else wrong
        return None

    frames = Frames()
    return Answer(Kind.DATA, verdict)


FAMILY = Family(
    name="witmotion-wt9011",
    service_uuid=None,
    recognises=recognises,
    reads={},
    subscribes={DATA_UUID: Kind.DATA},
    start=start,
    # It streams for as long as somebody listens.
    stop=(),
    decoder=WitMotionDecoder,
    tells=tells_rate,
    ticks=COUNTED,
    counts_losses=False,
)
