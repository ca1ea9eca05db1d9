"""The sensor's side of Polar's measurement data service: values in, bytes out, and what a client writes.

Pure, little-endian. Written from Polar's documents (docs/sensors.md names them) and apart from what receives
it; the rows of tests/golden/polar_pmd.json bind both.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ACC",
    "CONTROL_UUID",
    "DATA_UUID",
    "FEATURES",
    "PMD_UUID",
    "SDK_MODE",
    "Command",
    "Op",
    "Status",
    "encode_delta",
    "encode_raw",
    "encode_response",
    "parse_command",
    "samples_that_fit",
]

PMD_UUID: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_UUID: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA_UUID: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
ACC: Final = 2
SDK_MODE: Final = 9
# Read from the control point: PPG, acceleration, PPI, rotation, magnetic field, SDK mode.
FEATURES: Final = b"\x0f" + (0b10_0110_1110).to_bytes(2, "little") + bytes(14)

_HEAD: Final = struct.Struct("<BQB")
_DELTA_TYPE_0: Final = 0x80
_RAW_TYPE_1: Final = 0x01
_FACTOR: Final = 5
_WIDTHS: Final = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1}
_REFERENCE_BYTES: Final = 6
_BLOCK_HEAD_BYTES: Final = 2
_LARGEST_BLOCK: Final = 255


class Op(IntEnum):
    """What is written to the control point."""

    SETTINGS = 1
    START = 2
    STOP = 3


class Status(IntEnum):
    """What it answers."""

    SUCCESS = 0
    INVALID_OP_CODE = 1
    INVALID_MEASUREMENT_TYPE = 2
    ALREADY_IN_STATE = 6
    INVALID_SAMPLE_RATE = 8
    INVALID_RANGE = 9
    INVALID_STATE = 12


@dataclass(frozen=True, slots=True)
class Command:
    """settings: by their id, one value each."""

    op: int
    measurement: int
    settings: dict[int, int]


def parse_command(data: bytes) -> Command:
    """ValueError when it is none."""
    if len(data) < 2:
        raise ValueError(f"a command has 2 bytes or more, not {len(data)}")
    settings, rest = {}, data[2:]
    while rest:
        if rest[0] not in _WIDTHS or rest[1:2] != b"\x01" or len(rest) < 2 + _WIDTHS[rest[0]]:
            raise ValueError(f"no setting: {rest.hex()}")
        end = 2 + _WIDTHS[rest[0]]
        settings[rest[0]] = int.from_bytes(rest[2:end], "little")
        rest = rest[end:]
    return Command(data[0], data[1], settings)


def encode_response(command: Command, status: Status, *, factor: float | None = None) -> bytes:
    """factor: what a value is to be multiplied with, told after a start."""
    head = bytes((0xF0, command.op, command.measurement, status))
    if status is not Status.SUCCESS:
        return head
    told = b"" if factor is None else struct.pack("<BBf", _FACTOR, 1, factor)
    return head + b"\x00" + told


def samples_that_fit(values: NDArray[np.int16], payload_bytes: int) -> int:
    """How many of the (n, 3) values one compressed notification of so many bytes can carry, 0 for none."""
    room = payload_bytes - _HEAD.size - _REFERENCE_BYTES
    if room < 0 or not len(values):
        return 0
    widths = np.maximum.accumulate(_widths(values[: _LARGEST_BLOCK + 1]))
    used = _BLOCK_HEAD_BYTES + np.ceil(widths * 3 * np.arange(1, len(widths) + 1) / 8)
    return 1 + int((used <= room).sum())


def encode_delta(values: NDArray[np.int16], *, last_ns: int, width: int | None = None) -> bytes:
    """values: (n, 3), n from 1 to 256; last_ns: time of the last one since 2000-01-01.

    width: of a difference in bits; None = as few as will do.
    """
    head = _HEAD.pack(ACC, last_ns, _DELTA_TYPE_0)
    first: bytes = values[0].astype("<i2").tobytes()
    if len(values) == 1:
        return head + first
    width = width or int(_widths(values).max())
    deltas = _deltas(values).ravel()
    bits = (deltas[:, None] >> np.arange(width)) & 1
    packed: bytes = np.packbits(bits.astype(np.uint8).ravel(), bitorder="little").tobytes()
    return head + first + bytes((width, len(values) - 1)) + packed


def encode_raw(values: NDArray[np.int16], *, last_ns: int) -> bytes:
    """values: (n, 3) mg."""
    return _HEAD.pack(ACC, last_ns, _RAW_TYPE_1) + values.astype("<i2").tobytes()


def _widths(values: NDArray[np.int16]) -> NDArray[np.int64]:
    """(n - 1,) bits that the differences to each sample's successor need, sign included."""
    deltas = _deltas(values)
    largest = np.where(deltas < 0, ~deltas, deltas).max(axis=1, initial=0)
    return np.array([int(value).bit_length() + 1 for value in largest], dtype=np.int64)


def _deltas(values: NDArray[np.int16]) -> NDArray[np.int64]:
    """(n - 1, 3) from each sample to its successor."""
    wide = values.astype(np.int64)
    return wide[1:] - wide[:-1]
