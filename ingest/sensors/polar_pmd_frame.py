"""What Polar's measurement data service notifies of acceleration. Pure; every refusal is a DecodeError.

Written from Polar's SDK (github.com/polarofficial/polar-ble-sdk: PmdDataFrame.kt, AccData.kt, their tests).
Little-endian: type, ns of the LAST sample since 2000-01-01 (u64), frame type with bit 7 for compressed, then
the samples. Compressed: the first one as int16 x 3, then blocks of a bit width, a number of samples and their
differences to the sample before, packed from the lowest bit on.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import DecodeError
from ingest.sensors.polar_pmd_wire import ACC, CHANNELS, TYPE_MASK

__all__ = ["Frame", "decode_frame"]

COMPRESSED: Final = 0x80
# Two int16 differ by 17 bits at most; a sensor may be generous, but not without end.
WIDEST_DELTA_BITS: Final = 32

_HEAD = Struct("<BQB")
_INT16 = np.dtype("<i2")
_INT16_RANGE: Final = np.iinfo(np.int16)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One notification of acceleration. last_ns: when its last sample was taken, since 2000-01-01.

    compressed, kind: how a value becomes mg. samples: (n, 3) int16 as sent, n >= 1.
    """

    last_ns: int
    compressed: bool
    kind: int
    samples: NDArray[np.int16]

    def g_per_lsb(self, factor: float | None) -> float:
        """factor: what the sensor answered to the start, None where it told none.

        Raises DecodeError for kinds that are not known, and for one whose scale is not.
        """
        match self.compressed, self.kind:
            case True, 0:
                if factor is None:
                    raise DecodeError("DATA", "frame type 0 needs the factor that the start's answer lacks")
                return factor
            case True, 1:
                return (1.0 if factor is None else factor) * 1e-3
            case False, 1:
                return 1e-3
        raise DecodeError("DATA", f"frame type {self.kind} at byte 9 is unknown")


def decode_frame(data: bytes) -> Frame:
    """Check and take apart one notification of acceleration."""
    if len(data) <= _HEAD.size:
        raise DecodeError("DATA", f"{len(data)} bytes, no samples behind the header of {_HEAD.size}")
    measurement, last_ns, form = _HEAD.unpack_from(data)
    if measurement & TYPE_MASK != ACC:
        raise DecodeError("DATA", f"measurement type {measurement} at byte 0 is not acceleration")
    compressed, kind = bool(form & COMPRESSED), form & ~COMPRESSED
    body = data[_HEAD.size :]
    if compressed and kind in (0, 1):
        samples = _decompressed(body)
    elif kind == 1:
        if len(body) % (2 * CHANNELS):
            raise DecodeError("DATA", f"{len(body)} bytes are no whole samples of {CHANNELS} int16")
        samples = np.frombuffer(body, _INT16).reshape(-1, CHANNELS)
    else:
        raise DecodeError("DATA", f"frame type {form:#04x} at byte 9 is unknown")
    return Frame(last_ns, compressed, kind, samples)


def _decompressed(body: bytes) -> NDArray[np.int16]:
    """(n, 3) int16, the first sample and all that follow by their differences."""
    first = 2 * CHANNELS
    if len(body) < first:
        raise DecodeError("DATA", f"{len(body)} bytes, shorter than the first sample")
    parts = [np.frombuffer(body, _INT16, CHANNELS).astype(np.int64).reshape(1, CHANNELS)]
    at = first
    while at < len(body):
        if at + 2 > len(body):
            raise DecodeError("DATA", "ends within the head of a block")
        bits, count = body[at], body[at + 1]
        end = at + 2 + (bits * count * CHANNELS + 7) // 8
        if not 1 <= bits <= WIDEST_DELTA_BITS or count == 0 or end > len(body):
            raise DecodeError("DATA", f"a block of {count} samples of {bits} bits at byte {_HEAD.size + at}")
        parts.append(_differences(body[at + 2 : end], bits, count))
        at = end
    samples = np.cumsum(np.concatenate(parts), axis=0)
    if samples.min() < _INT16_RANGE.min or samples.max() > _INT16_RANGE.max:
        raise DecodeError("DATA", "its differences lead out of 16 bits")
    return samples.astype(np.int16)


def _differences(packed: bytes, bits: int, count: int) -> NDArray[np.int64]:
    """(count, 3) int64 from two's complements of so many bits, the lowest bit first."""
    n = count * CHANNELS
    flat = np.unpackbits(np.frombuffer(packed, np.uint8), count=n * bits, bitorder="little")
    weights = np.left_shift(np.int64(1), np.arange(bits, dtype=np.int64))
    weights[-1] = -weights[-1]
    return (flat.reshape(n, bits).astype(np.int64) @ weights).reshape(count, CHANNELS)
