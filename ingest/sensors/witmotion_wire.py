"""WitMotion's Bluetooth 5 protocol, as far as acceleration and rotation need it. Pure.

Written from the maker's Python example (github.com/WITMOTION/WitBluetooth_BWT901BLE5_0: device_model.py) and
the data sheets of WT9011DCL-BT5.0 and WT901BLECL (chapter 6). Little-endian.

A frame has 20 bytes and no checksum: 55 61 and nine int16 (acceleration in 16 g / 32768, rotation in
2000 deg/s / 32768, angles), or 55 71, the number of a register and the values of eight from it on, as uint16.
Frames follow each other as a stream of bytes: a notification holds one, or several, or parts.
Written: FF AA register value (uint16); FF AA 27 register 00 asks for registers.
"""

from struct import Struct
from typing import Final

__all__ = [
    "BANDWIDTH",
    "DATA_UUID",
    "FRAME_BYTES",
    "RATE",
    "RATE_CODES",
    "RATE_REGISTER",
    "REGISTERS",
    "SERVICE_UUID",
    "WRITE_UUID",
    "Frames",
    "encode_read",
    "encode_register",
    "encode_unlock",
    "registers_in",
]

# As the SIG's base but for 9a34 in place of 9b34: the maker's, and no slip.
SERVICE_UUID, DATA_UUID, WRITE_UUID = (
    f"0000{short}-0000-1000-8000-00805f9a34fb" for short in ("ffe5", "ffe4", "ffe9")
)
FRAME_BYTES: Final = 20
MOTION: Final = b"\x55\x61"
REGISTERS: Final = b"\x55\x71"
RATE_REGISTER: Final = 0x03
BANDWIDTH_REGISTER: Final = 0x1F
# Hz -> what the register holds; slower ones find no contact.
RATE_CODES: Final = {20: 7, 50: 8, 100: 9, 200: 11}
RATE: Final = {code: rate_hz for rate_hz, code in RATE_CODES.items()}
# Register and the value for 256 Hz: as delivered it is 20 Hz, which no impact passes.
BANDWIDTH: Final = (BANDWIDTH_REGISTER, 0)

_WRITE = Struct("<2sBH")
_REGISTERS = Struct("<2s9H")
_UNLOCK: Final = (0x69, 0xB588)
_READ_REGISTER: Final = 0x27


def encode_register(register: int, value: int) -> bytes:
    return _WRITE.pack(b"\xff\xaa", register, value)


def encode_unlock() -> bytes:
    """Registers can be written for ten seconds."""
    return encode_register(*_UNLOCK)


def encode_read(register: int) -> bytes:
    return encode_register(_READ_REGISTER, register)


def registers_in(frame: bytes) -> tuple[int, tuple[int, ...]] | None:
    """(the first register, the values of eight), None where the frame is of another kind."""
    if len(frame) != FRAME_BYTES or frame[:2] != REGISTERS:
        return None
    _, first, *values = _REGISTERS.unpack(frame)
    return first, tuple(values)


class Frames:
    """The stream of bytes of one connection, cut into frames. skipped: bytes so far that were in none.

    A frame is taken for one where its head is right, and that of what follows as far as that is there: the
    heads are all there is to find the way back by.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self._rest = b""

    def push(self, data: bytes) -> list[bytes]:
        """The frames that are complete with this notification."""
        stream = self._rest + data
        frames, at = [], 0
        while at < len(stream):
            if not _may_begin(stream, at):
                at += 1
                self.skipped += 1
                continue
            end = at + FRAME_BYTES
            if end > len(stream):
                break
            if _may_begin(stream, end):
                frames.append(stream[at:end])
                at = end
            else:
                at += 1
                self.skipped += 1
        self._rest = stream[at:]
        return frames


def _may_begin(stream: bytes, at: int) -> bool:
    """Whether a frame may begin here, by as much of its head as is there."""
    head = stream[at : at + 2]
    return any(known.startswith(head) for known in (MOTION, REGISTERS))
