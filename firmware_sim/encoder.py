"""The sensor's side of docs/gatt-profile.md: values in, bytes out, and what a client writes.

Pure. All numbers little-endian. The receiving side is written apart; tests/golden/gatt_v1.json binds both.
"""

import struct
from binascii import crc_hqx
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount

__all__ = [
    "ACC_RANGES_G",
    "CHANNELS",
    "FULL_SCALE_LSB",
    "NO_FLAGS",
    "VERSION",
    "Config",
    "Flag",
    "Info",
    "Layout",
    "Op",
    "Result",
    "Stats",
    "encode_control_result",
    "encode_data",
    "encode_sync",
    "parse_control",
    "parse_sync",
    "samples_that_fit",
    "uuid_of",
]

VERSION: Final = 1
ACC_RANGES_G: Final = (2, 4, 8, 16, 32, 64, 100, 200, 320)
FULL_SCALE_LSB: Final = 32768
UINT32: Final = 0xFFFFFFFF

_DATA_HEADER: Final = struct.Struct("<BBBBIIH")
_CRC: Final = struct.Struct("<H")
_INFO: Final = struct.Struct("<BBHHH16s16s")
_CONFIG: Final = struct.Struct("<BBBBIfffHHHH")
_STATS: Final = struct.Struct("<IIIHHHbB")
_SYNC_WRITE: Final = struct.Struct("<HQ")
_SYNC: Final = struct.Struct("<HQII")


class Layout(IntEnum):
    """What a DATA packet carries."""

    ACC = 0
    SIX_AXIS = 1
    HIGH_G = 2


CHANNELS: Final = {Layout.ACC: 3, Layout.SIX_AXIS: 6, Layout.HIGH_G: 9}


class Flag(IntFlag):
    """DATA, byte 1."""

    CLIPPED = 1
    OVERRUN = 2
    LOW_BATTERY = 4
    MARK = 8


NO_FLAGS: Final = Flag(0)


class Op(IntEnum):
    """CONTROL, what is asked."""

    START = 1
    STOP = 2
    RESET = 3
    MARK = 4
    IDENTIFY = 5


class Result(IntEnum):
    """CONTROL, what is answered."""

    DONE = 0
    UNKNOWN_OP = 1
    BAD_ARGUMENT = 2
    WRONG_STATE = 3


_MOUNTS: Final = (None, Mount.LEFT_SHIN, Mount.RIGHT_SHIN, Mount.LEFT_SHOE, Mount.RIGHT_SHOE)


def uuid_of(short: int) -> str:
    """The 128-bit UUID of the service (1) or a characteristic (2 to 7)."""
    return f"6b6e{short:04x}-6c64-4b21-9d3a-5e7f20c4a8b6"


def samples_that_fit(payload_bytes: int, layout: Layout) -> int:
    """How many samples a notification of payload_bytes (MTU minus 3) can carry; 0 when not even one fits."""
    room = payload_bytes - _DATA_HEADER.size - _CRC.size
    return min(255, max(0, room // (2 * CHANNELS[layout])))


def encode_data(
    samples: NDArray[np.int16],
    *,
    layout: Layout,
    counter: int,
    tick_us: int,
    interval_us: int,
    boot: int,
    flags: Flag = NO_FLAGS,
) -> bytes:
    """DATA. samples: (n, channels of the layout), n from 1 to 255. counter, tick_us and boot wrap here."""
    n, channels = samples.shape
    if not 1 <= n <= 255 or channels != CHANNELS[layout]:
        raise ValueError(f"{n} samples of {channels} channels do not fit layout {layout.name}")
    header = _DATA_HEADER.pack(
        VERSION << 4 | layout, flags, n, boot & 0xFF, counter & UINT32, tick_us & UINT32, interval_us
    )
    body = header + samples.astype("<i2", copy=False).tobytes()
    return body + _CRC.pack(crc_hqx(body, 0xFFFF))


@dataclass(frozen=True, slots=True)
class Info:
    """INFO: what the sensor can do."""

    layouts: Sequence[Layout]
    acc_ranges_g: Sequence[int]
    rate_min_hz: int
    rate_max_hz: int
    model: str
    serial: str

    def encode(self) -> bytes:
        return _INFO.pack(
            VERSION,
            sum(1 << layout for layout in self.layouts),
            sum(1 << ACC_RANGES_G.index(range_g) for range_g in self.acc_ranges_g),
            self.rate_min_hz,
            self.rate_max_hz,
            self.model.encode(),
            self.serial.encode(),
        )


@dataclass(frozen=True, slots=True)
class Config:
    """CONFIG: what the sensor does now. A range is 0 where nothing is measured; scales follow from ranges."""

    layout: Layout
    mount: Mount | None
    samples_per_packet: int
    rate_mhz: int
    acc_range_g: int
    gyro_range_dps: int = 0
    high_g_range_g: int = 0

    def encode(self) -> bytes:
        return _CONFIG.pack(
            VERSION,
            self.layout,
            _MOUNTS.index(self.mount),
            self.samples_per_packet,
            self.rate_mhz,
            self.acc_range_g / FULL_SCALE_LSB,
            self.gyro_range_dps / FULL_SCALE_LSB,
            self.high_g_range_g / FULL_SCALE_LSB,
            self.acc_range_g,
            self.gyro_range_dps,
            self.high_g_range_g,
            0,
        )

    @classmethod
    def parse(cls, data: bytes) -> "Config":
        """What a client wrote; scales are ignored. ValueError when it is no CONFIG of this version."""
        if len(data) != _CONFIG.size:
            raise ValueError(f"CONFIG has {_CONFIG.size} bytes, not {len(data)}")
        version, layout, mount, n, rate_mhz, _, _, _, acc, gyro, high_g, _ = _CONFIG.unpack(data)
        if version != VERSION or mount >= len(_MOUNTS):
            raise ValueError(f"CONFIG with version {version}, mount {mount}")
        return cls(Layout(layout), _MOUNTS[mount], n, rate_mhz, acc, gyro, high_g)


@dataclass(frozen=True, slots=True)
class Stats:
    """STATS: counters since boot."""

    samples_taken: int
    samples_sent: int
    samples_dropped: int
    fifo_overruns: int
    battery_mv: int
    connection_interval_ms: float
    rssi_dbm: int

    def encode(self) -> bytes:
        return _STATS.pack(
            self.samples_taken & UINT32,
            self.samples_sent & UINT32,
            self.samples_dropped & UINT32,
            min(0xFFFF, self.fifo_overruns),
            self.battery_mv,
            round(self.connection_interval_ms / 1.25),
            self.rssi_dbm,
            0,
        )


def parse_control(data: bytes) -> tuple[int, int]:
    """(op, argument) of a CONTROL write. ValueError when it is none."""
    if len(data) != 2:
        raise ValueError(f"CONTROL has 2 bytes, not {len(data)}")
    return data[0], data[1]


def encode_control_result(op: int, result: Result) -> bytes:
    return bytes((op, result))


def parse_sync(data: bytes) -> tuple[int, int]:
    """(id, host_us) of a TIME_SYNC write. ValueError when it is none."""
    if len(data) != _SYNC_WRITE.size:
        raise ValueError(f"TIME_SYNC has {_SYNC_WRITE.size} bytes, not {len(data)}")
    sync_id, host_us = _SYNC_WRITE.unpack(data)
    return sync_id, host_us


def encode_sync(sync_id: int, host_us: int, *, tick_receipt_us: int, tick_sending_us: int) -> bytes:
    return _SYNC.pack(sync_id, host_us, tick_receipt_us & UINT32, tick_sending_us & UINT32)
