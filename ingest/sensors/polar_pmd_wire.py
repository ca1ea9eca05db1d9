"""The control point of Polar's measurement data service (PMD), as far as acceleration needs it.

Pure; every refusal is a DecodeError.

Written from Polar's SDK (github.com/polarofficial/polar-ble-sdk: PmdDataFrame.kt, AccData.kt, PmdSetting.kt,
PmdControlPointResponse.kt and their tests; SdkModeExplained.md, TimeSystemExplained.md). Little-endian.

Control point, written: op, measurement type, then settings (id, how many values, values). Notified: F0, op,
type, status and, after success, "more follows" and settings again. Read: 0F and a bit for each type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from struct import Struct
from typing import Final

from ingest.errors import DecodeError

__all__ = [
    "ACC",
    "CHANNELS",
    "CONTROL_UUID",
    "DATA_UUID",
    "OPS",
    "SDK_MODE",
    "SERVICE_UUID",
    "STATUSES",
    "TYPE_MASK",
    "Response",
    "Setting",
    "decode_features",
    "decode_request",
    "decode_response",
    "encode_sdk_mode",
    "encode_start",
    "encode_stop",
]

SERVICE_UUID, CONTROL_UUID, DATA_UUID = (
    f"fb005c{number:02x}-02e7-f387-1cad-8acd2d8df0c8" for number in (0x80, 0x81, 0x82)
)
OPS: Final = {"settings": 1, "start": 2, "stop": 3}
ACC: Final = 2
SDK_MODE: Final = 9
STATUSES: Final = (
    "success",
    "invalid op code",
    "invalid measurement type",
    "not supported",
    "invalid length",
    "invalid parameter",
    "already in state",
    "invalid resolution",
    "invalid sample rate",
    "invalid range",
    "invalid MTU",
    "invalid number of channels",
    "invalid state",
    "device in charger",
)
RESPONSE: Final = 0xF0
FEATURES: Final = 0x0F
# The two highest bits say what kind of recording it is.
TYPE_MASK: Final = 0x3F
RESOLUTION_BITS: Final = 16
CHANNELS: Final = 3
# Slower, no contact can be found; what is faster or larger was not asked for by us.
RATES_HZ: Final = (20, 2000)
LARGEST_RANGE_G: Final = 320


class Setting:
    """Ids of settings, and what a value of each is."""

    RATE_HZ: Final = 0
    RESOLUTION: Final = 1
    RANGE_G: Final = 2
    RANGE_MILLI: Final = 3
    CHANNELS: Final = 4
    FACTOR: Final = 5


_VALUES: Final = {
    Setting.RATE_HZ: Struct("<H"),
    Setting.RESOLUTION: Struct("<H"),
    Setting.RANGE_G: Struct("<H"),
    Setting.RANGE_MILLI: Struct("<I"),
    Setting.CHANNELS: Struct("<B"),
    Setting.FACTOR: Struct("<f"),
}
Settings = Mapping[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Response:
    """What the control point answered. settings: by Setting, all the values that were told of each."""

    op: int
    measurement: int
    status: int
    settings: Settings

    @property
    def status_text(self) -> str:
        return STATUSES[self.status] if self.status < len(STATUSES) else f"status {self.status}"


def encode_sdk_mode(on: bool = True) -> bytes:
    return bytes((OPS["start" if on else "stop"], SDK_MODE))


def encode_start(rate_hz: int, range_g: int) -> bytes:
    """Acceleration at this rate and range."""
    wanted = (
        (Setting.RATE_HZ, rate_hz),
        (Setting.RESOLUTION, RESOLUTION_BITS),
        (Setting.RANGE_G, range_g),
        (Setting.CHANNELS, CHANNELS),
    )
    settings = b"".join(bytes((setting, 1)) + _VALUES[setting].pack(value) for setting, value in wanted)
    return bytes((OPS["start"], ACC)) + settings


def encode_stop() -> bytes:
    return bytes((OPS["stop"], ACC))


def decode_request(data: bytes) -> tuple[int, int]:
    """(rate in Hz, range in g) that a start of acceleration asked for."""
    if data[:2] != bytes((OPS["start"], ACC)):
        raise DecodeError("REQUEST", f"{data[:2].hex()} does not start acceleration")
    settings = _settings("REQUEST", data[2:])
    rates_hz, ranges_g = settings.get(Setting.RATE_HZ, ()), settings.get(Setting.RANGE_G, ())
    if len(rates_hz) != 1 or len(ranges_g) != 1:
        raise DecodeError("REQUEST", "does not name one rate and one range")
    rate_hz, range_g = int(rates_hz[0]), int(ranges_g[0])
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1] or not 1 <= range_g <= LARGEST_RANGE_G:
        raise DecodeError("REQUEST", f"{rate_hz} Hz at ±{range_g} g is no motion sensor's")
    return rate_hz, range_g


def decode_features(data: bytes) -> tuple[bool, bool]:
    """(has acceleration, has the SDK mode), from reading the control point."""
    if len(data) < 2 or data[0] != FEATURES:
        raise DecodeError("INFO", f"{data[:2].hex()} is no list of what is measured")
    bits = int.from_bytes(data[1:], "little")
    return bool(bits >> ACC & 1), bool(bits >> SDK_MODE & 1)


def decode_response(data: bytes) -> Response:
    """Take apart what the control point notified."""
    if len(data) < 4 or data[0] != RESPONSE:
        raise DecodeError("CONTROL", f"{data[:4].hex()} is no answer to a command")
    _, op, measurement, status = data[:4]
    settings = _settings("CONTROL", data[5:]) if status == 0 else {}
    return Response(op, measurement & TYPE_MASK, status, settings)


def _settings(where: str, data: bytes) -> Settings:
    found: dict[int, tuple[float, ...]] = {}
    at = 0
    while at < len(data):
        form = _VALUES.get(data[at])
        end = at + 2 + (form.size * data[at + 1] if form is not None and at + 1 < len(data) else 0)
        if form is None or at + 2 > len(data) or end > len(data):
            raise DecodeError(where, f"setting {data[at]} is unknown or cut off")
        found[data[at]] = tuple(value for (value,) in form.iter_unpack(data[at + 2 : end]))
        at = end
    factors = found.get(Setting.FACTOR, ())
    if not all(isfinite(factor) and 0 < factor <= 1000 for factor in factors):
        raise DecodeError(where, "a factor that cannot scale")
    return found
