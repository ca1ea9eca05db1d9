"""Bytes of the profile for tests, written from docs/gatt-profile.md and from nothing in ingest."""

import struct
from collections.abc import Sequence

from dsp.mount import Mount
from ingest.packet import Kind, Packet

__all__ = ["CONFIG_SIX", "config_bytes", "data_bytes", "packet"]


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE bit by bit."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def data_bytes(
    rows: Sequence[Sequence[int]],
    *,
    counter: int = 0,
    tick_us: int | None = None,
    boot: int = 1,
    interval_us: int = 4808,
    flags: int = 0,
    version: int = 1,
) -> bytes:
    """A DATA notification of these raw samples."""
    layout = {3: 0, 6: 1, 9: 2}[len(rows[0])]
    tick = counter * interval_us if tick_us is None else tick_us
    head = struct.pack(
        "<BBBBIIH",
        version << 4 | layout,
        flags,
        len(rows),
        boot,
        counter % 2**32,
        tick % 2**32,
        interval_us,
    )
    body = head + b"".join(struct.pack(f"<{len(row)}h", *row) for row in rows)
    return body + struct.pack("<H", crc16(body))


def config_bytes(
    layout: int = 1,
    *,
    rate_hz: float = 208.0,
    acc_range_g: int = 16,
    gyro_range_dps: int = 2000,
    mount: int = 1,
) -> bytes:
    gyro, high = (gyro_range_dps if layout else 0), (320 if layout == 2 else 0)
    return struct.pack(
        "<BBBBIfffHHHH",
        1,
        layout,
        mount,
        0,
        round(rate_hz * 1000),
        acc_range_g / 32768,
        gyro / 32768,
        high / 32768,
        acc_range_g,
        gyro,
        high,
        0,
    )


CONFIG_SIX = config_bytes()


def packet(kind: Kind, data: bytes, at_s: float = 0.0, mount: Mount = Mount.LEFT_SHIN) -> Packet:
    return Packet(mount, "kneeload-v1", kind, round(at_s * 1e9), data)
