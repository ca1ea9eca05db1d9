"""The kneeload GATT profile, version 1, byte for byte: every number is from docs/gatt-profile.md.

Decodes what the sensor sends, encodes what the host writes. Pure; every refusal is a DecodeError.
"""

from binascii import crc_hqx
from dataclasses import dataclass
from struct import Struct
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from dsp.mount import Mount
from ingest.errors import DecodeError, VersionError

__all__ = [
    "CONFIG_UUID",
    "CONTROL_UUID",
    "DATA_UUID",
    "INFO_UUID",
    "OPS",
    "SERVICE_UUID",
    "STATS_UUID",
    "TIME_SYNC_UUID",
    "VERSION",
    "Config",
    "DataPacket",
    "Info",
    "Layout",
    "Op",
    "Stats",
    "Sync",
    "decode_config",
    "decode_control_result",
    "decode_data",
    "decode_info",
    "decode_stats",
    "decode_sync",
    "encode_config",
    "encode_control",
    "encode_sync",
]

VERSION: Final = 1
SERVICE_UUID, INFO_UUID, CONFIG_UUID, CONTROL_UUID, DATA_UUID, TIME_SYNC_UUID, STATS_UUID = (
    f"6b6e{number:04x}-6c64-4b21-9d3a-5e7f20c4a8b6" for number in range(1, 8)
)

Layout = Literal["acc", "six-axis", "high-g"]
Op = Literal["start", "stop", "reset", "mark", "identify"]
LAYOUTS: Final[tuple[Layout, ...]] = ("acc", "six-axis", "high-g")
CHANNELS: Final = (3, 6, 9)
OPS: Final[dict[Op, int]] = {"start": 1, "stop": 2, "reset": 3, "mark": 4, "identify": 5}
MOUNTS: Final = (None, Mount.LEFT_SHIN, Mount.RIGHT_SHIN, Mount.LEFT_SHOE, Mount.RIGHT_SHOE)
ACC_RANGES_G: Final = (2, 4, 8, 16, 32, 64, 100, 200, 320)

# Slower, no contact can be found; faster is no motion sensor, and would only be carried into the filters.
RATES_MHZ: Final = (20_000, 20_000_000)
LARGEST_SCALE: Final = 1.0
# Twenty times the fastest rate of the profile: shorter is no sensor.
SHORTEST_INTERVAL_US: Final = 50

_DATA = Struct("<BBBBIIH")
_INFO = Struct("<BBHHH16s16s")
_CONFIG = Struct("<BBBBIfffHHHH")
_STATS = Struct("<IIIHHHbB")
_SYNC = Struct("<HQII")
_SYNC_WRITE = Struct("<HQ")
_INT16 = np.dtype("<i2")


@dataclass(frozen=True, slots=True, eq=False)
class DataPacket:
    """One DATA notification. samples: (n, channels) int16 as sent, LSB; tick_us and counter mod 2**32."""

    version: int
    layout: Layout
    clipped: bool
    overrun: bool
    low_battery: bool
    mark: bool
    boot: int
    counter: int
    tick_us: int
    interval_us: int
    samples: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Info:
    """What the sensor can do."""

    version: int
    layouts: tuple[Layout, ...]
    acc_ranges_g: tuple[int, ...]
    rate_min_hz: int
    rate_max_hz: int
    model: str
    serial: str


@dataclass(frozen=True, slots=True)
class Config:
    """What the sensor does now. mount: where it says it is worn, None = not set."""

    version: int
    layout: Layout
    mount: Mount | None
    samples_per_packet: int
    rate_mhz: int
    acc_g_per_lsb: float
    gyro_dps_per_lsb: float
    high_g_per_lsb: float
    acc_range_g: int
    gyro_range_dps: int
    high_g_range_g: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The sensor's own counters since boot."""

    samples_taken: int
    samples_sent: int
    samples_dropped: int
    fifo_overruns: int
    battery_mv: int
    connection_interval_ms: float
    rssi_dbm: int


@dataclass(frozen=True, slots=True)
class Sync:
    """An answer to TIME_SYNC: the host's time of writing and the device's ticks at receipt and at sending."""

    id: int
    host_us: int
    tick_receipt_us: int
    tick_sending_us: int


def decode_data(data: bytes) -> DataPacket:
    """Check and take apart one DATA notification."""
    if len(data) < _DATA.size:
        raise DecodeError("DATA", f"{len(data)} bytes, shorter than the header of {_DATA.size}")
    first, flags, n, boot, counter, tick_us, interval_us = _DATA.unpack_from(data)
    # The version comes first: of a newer one nothing else is known, not even where its CRC is.
    if first >> 4 != VERSION:
        raise VersionError("DATA", first >> 4, VERSION)
    layout = first & 0x0F
    if layout >= len(CHANNELS):
        raise DecodeError("DATA", f"layout {layout} at byte 0 is unknown")
    channels = CHANNELS[layout]
    expected = _DATA.size + 2 * channels * n + 2
    if n == 0 or len(data) != expected:
        raise DecodeError("DATA", f"{len(data)} bytes with {n} samples of {channels} channels (byte 2)")
    if crc_hqx(data[:-2], 0xFFFF) != data[-2] | data[-1] << 8:
        raise DecodeError("DATA", f"CRC at byte {expected - 2} does not fit: corrupted on the way")
    if n > 1 and interval_us < SHORTEST_INTERVAL_US:
        raise DecodeError("DATA", f"interval of {interval_us} µs at byte 12")
    samples = np.frombuffer(data, _INT16, channels * n, _DATA.size).reshape(n, channels)
    return DataPacket(
        VERSION,
        LAYOUTS[layout],
        flags & 1 != 0,
        flags & 2 != 0,
        flags & 4 != 0,
        flags & 8 != 0,
        boot,
        counter,
        tick_us,
        interval_us,
        samples,
    )


def decode_info(data: bytes) -> Info:
    """Take apart INFO. Raises DecodeError or VersionError."""
    _check("INFO", data, _INFO)
    version, layouts, ranges, rate_min_hz, rate_max_hz, model, serial = _INFO.unpack(data)
    return Info(
        version,
        tuple(layout for bit, layout in enumerate(LAYOUTS) if layouts >> bit & 1),
        tuple(range_g for bit, range_g in enumerate(ACC_RANGES_G) if ranges >> bit & 1),
        rate_min_hz,
        rate_max_hz,
        _text("model", model),
        _text("serial number", serial),
    )


def decode_config(data: bytes) -> Config:
    """A configuration that samples can be scaled by: sane scales, ranges and rate."""
    _check("CONFIG", data, _CONFIG)
    version, layout, mount, per_packet, rate_mhz, acc, gyro, high, acc_range, gyro_range, high_range, _ = (
        _CONFIG.unpack(data)
    )
    if layout >= len(LAYOUTS):
        raise DecodeError("CONFIG", f"layout {layout} at byte 1 is unknown")
    if mount >= len(MOUNTS):
        raise DecodeError("CONFIG", f"place {mount} at byte 2 is unknown")
    if not RATES_MHZ[0] <= rate_mhz <= RATES_MHZ[1]:
        raise DecodeError("CONFIG", f"rate of {rate_mhz / 1000:g} Hz at byte 4")
    for at, scale, full, needed in (
        (8, acc, acc_range, 0),
        (12, gyro, gyro_range, 1),
        (16, high, high_range, 2),
    ):
        if not 0 <= scale <= LARGEST_SCALE or (layout >= needed and (scale == 0 or full == 0)):
            raise DecodeError("CONFIG", f"scale {scale} at byte {at} with a range of ±{full}")
    return Config(
        version,
        LAYOUTS[layout],
        MOUNTS[mount],
        per_packet,
        rate_mhz,
        acc,
        gyro,
        high,
        acc_range,
        gyro_range,
        high_range,
    )


def decode_stats(data: bytes) -> Stats:
    """Take apart STATS. Raises DecodeError."""
    if len(data) != _STATS.size:
        raise DecodeError("STATS", f"{len(data)} bytes instead of {_STATS.size}")
    taken, sent, dropped, overruns, battery_mv, interval, rssi_dbm, _ = _STATS.unpack(data)
    return Stats(taken, sent, dropped, overruns, battery_mv, interval * 1.25, rssi_dbm)


def decode_sync(data: bytes) -> Sync:
    """Take apart the answer to a TIME_SYNC write. Raises DecodeError."""
    if len(data) != _SYNC.size:
        raise DecodeError("TIME_SYNC", f"{len(data)} bytes instead of {_SYNC.size}")
    return Sync(*_SYNC.unpack(data))


def decode_control_result(data: bytes) -> tuple[int, int]:
    """(op, result) of an indication; result 0: done."""
    if len(data) != 2:
        raise DecodeError("CONTROL", f"{len(data)} bytes instead of 2")
    return data[0], data[1]


def encode_config(config: Config) -> bytes:
    """The 28 bytes to write; the sensor ignores the scales."""
    return _CONFIG.pack(
        config.version,
        LAYOUTS.index(config.layout),
        MOUNTS.index(config.mount),
        config.samples_per_packet,
        config.rate_mhz,
        config.acc_g_per_lsb,
        config.gyro_dps_per_lsb,
        config.high_g_per_lsb,
        config.acc_range_g,
        config.gyro_range_dps,
        config.high_g_range_g,
        0,
    )


def encode_control(op: Op, argument: int = 0) -> bytes:
    """The two bytes to write to CONTROL."""
    return bytes((OPS[op], argument))


def encode_sync(number: int, host_us: int) -> bytes:
    """number: mod 2**16; host_us: the host's time of writing."""
    return _SYNC_WRITE.pack(number & 0xFFFF, host_us & 0xFFFF_FFFF_FFFF_FFFF)


def _check(where: str, data: bytes, form: Struct) -> None:
    # A newer version may be longer: say so rather than complain of the length.
    if data and data[0] != VERSION:
        raise VersionError(where, data[0], VERSION)
    if len(data) != form.size:
        raise DecodeError(where, f"{len(data)} bytes instead of {form.size}")


def _text(what: str, data: bytes) -> str:
    try:
        return data.rstrip(b"\0").decode()
    except UnicodeDecodeError as error:
        raise DecodeError("INFO", f"{what} is not UTF-8") from error
