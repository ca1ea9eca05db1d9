"""The sensor's side of WitMotion's Bluetooth 5 protocol: values in, bytes out, and what a client writes.

Pure, little-endian. Written from the maker's documents (docs/sensors.md names them) and apart from what
receives it; the rows of tests/golden/witmotion.json bind both.
"""

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ACC_RANGE_G",
    "GYRO_RANGE_DPS",
    "NOTIFY_UUID",
    "RATES_HZ",
    "SERVICE_UUID",
    "WRITE_UUID",
    "encode_motion",
    "encode_registers",
    "parse_write",
]

SERVICE_UUID: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY_UUID: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE_UUID: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"
ACC_RANGE_G: Final = 16
GYRO_RANGE_DPS: Final = 2000
# What the rate register holds -> Hz.
RATES_HZ: Final = {1: 0.2, 2: 0.5, 3: 1, 4: 2, 5: 5, 6: 10, 7: 20, 8: 50, 9: 100, 11: 200}
_REGISTERS: Final = 8


def encode_motion(values: NDArray[np.int16]) -> bytes:
    """Frames of (n, 6) acceleration and rotation, one after the other; the angles are left level."""
    frames = np.zeros((len(values), 10), dtype="<i2")
    frames[:, 0] = np.frombuffer(b"\x55\x61", dtype="<i2")[0]
    frames[:, 1:7] = values
    return frames.tobytes()


def encode_registers(first: int, values: Sequence[int]) -> bytes:
    """The frame that answers a request for the registers from first on."""
    return struct.pack(f"<2sH{_REGISTERS}H", b"\x55\x71", first, *values)


def parse_write(data: bytes) -> tuple[int, int]:
    """(register, value). ValueError when it is no command."""
    if len(data) != 5 or data[:2] != b"\xff\xaa":
        raise ValueError(f"no command: {data.hex()}")
    return data[2], int.from_bytes(data[3:], "little")
