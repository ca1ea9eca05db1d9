"""Values out of a fuzzer's bytes: the same bytes, the same values; zeros when they run out."""

import struct
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Feed"]

T = TypeVar("T")


class Feed:
    """Takes values off the front of some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """There is something left."""
        return self._at < len(self._data)

    def take(self, n: int) -> bytes:
        """Up to n bytes."""
        piece = self._data[self._at : self._at + n]
        self._at += n
        return piece

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def uint(self, size: int) -> int:
        return int.from_bytes(self.take(size).ljust(size, b"\0"), "little")

    def double(self) -> float:
        """Any double: not-a-number, infinities and denormals too."""
        value: float = struct.unpack("<d", self.take(8).ljust(8, b"\0"))[0]
        return value

    def pick(self, among: Sequence[T]) -> T:
        return among[self.uint(1) % len(among)]

    def blob(self) -> bytes:
        """Bytes with their length before them."""
        return self.take(self.uint(1))

    def text(self) -> str:
        """Any text: control characters and right-to-left marks too."""
        return self.blob().decode("utf-8", "replace")
