"""The Bluetooth SIG's Battery Level, which sensors of several families have."""

from typing import Final

from ingest.errors import DecodeError

__all__ = ["BATTERY_LEVEL_UUID", "decode_battery_level"]

BATTERY_LEVEL_UUID: Final = "00002a19-0000-1000-8000-00805f9b34fb"


def decode_battery_level(data: bytes) -> float:
    """Percent. Raises DecodeError."""
    if len(data) != 1 or data[0] > 100:
        raise DecodeError("BATTERY", f"{data[:4].hex()} is not one byte of percent")
    return float(data[0])
