"""What can happen to a stream of packets. Each takes packets and gives packets, and counts what it did."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final

__all__ = ["Burst", "Corrupt", "Duplicate", "Loss", "Mishap", "Reorder", "Silence", "Tally"]

# A burst of d seconds comes after 2 d to 8 d of undisturbed sending.
_CALM: Final = (2.0, 8.0)


@dataclass(slots=True)
class Tally:
    """How many packets a mishap met, and the samples in them."""

    packets: int = 0
    samples: int = 0

    def add(self, samples: int) -> None:
        """One more packet, of so many samples."""
        self.packets += 1
        self.samples += samples


class Mishap(ABC):
    """values: the numbers of its setting. destroys: what it meets never arrives whole.

    samples_in: how many samples a packet of the sensor holds; Faults sets it.
    """

    destroys: ClassVar[bool] = False

    def __init__(self, values: tuple[float, ...], random: Random) -> None:
        self.values = values
        self.random = random
        self.samples_in: Callable[[bytes], int] = len
        self.tally = Tally()

    @abstractmethod
    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:
        """What goes on at now_s; called with none too, as time goes on."""

    def forget(self) -> int:
        """Drop what is held back; how many samples that were."""
        return 0


class Loss(Mishap):
    """values: the fraction of packets that never arrives."""

    destroys = True

    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:  # noqa: ARG002
        kept = []
        for packet in packets:
            if self.random.random() < self.values[0]:
                self.tally.add(self.samples_in(packet))
            else:
                kept.append(packet)
        return kept


class Silence(Mishap):
    """values: every so many s, for so many s, nothing arrives."""

    destroys = True

    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:
        every_s, for_s = self.values
        if now_s < every_s or now_s % every_s >= for_s:
            return packets
        for packet in packets:
            self.tally.add(self.samples_in(packet))
        return []


class Corrupt(Mishap):
    """values: the fraction of packets with a wrong byte."""

    destroys = True

    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:  # noqa: ARG002
        return [self._spoil(p) if self.random.random() < self.values[0] else p for p in packets]

    def _spoil(self, packet: bytes) -> bytes:
        self.tally.add(self.samples_in(packet))
        # Inside 16 bits in a row: the CRC of the profile finds every such error.
        spoilt = bytearray(packet)
        spoilt[self.random.randrange(len(packet))] ^= self.random.randrange(1, 256)
        return bytes(spoilt)


class Duplicate(Mishap):
    """values: the fraction of packets that arrives twice."""

    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:  # noqa: ARG002
        out = []
        for packet in packets:
            out.append(packet)
            if self.random.random() < self.values[0]:
                self.tally.add(self.samples_in(packet))
                out.append(packet)
        return out


class _Holding(Mishap):
    """One that keeps packets back."""

    def __init__(self, values: tuple[float, ...], random: Random) -> None:
        super().__init__(values, random)
        self._held: list[bytes] = []

    def forget(self) -> int:
        samples = sum(map(self.samples_in, self._held))
        self._held = []
        return samples


class Reorder(_Holding):
    """values: the fraction of packets that arrives after its successor."""

    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:  # noqa: ARG002
        out = []
        for packet in packets:
            if not self._held and self.random.random() < self.values[0]:
                self.tally.add(self.samples_in(packet))
                self._held = [packet]
            else:
                out += [packet, *self._held]
                self._held = []
        return out


class Burst(_Holding):
    """values: for so many s nothing arrives, then everything at once."""

    def __init__(self, values: tuple[float, ...], random: Random) -> None:
        super().__init__(values, random)
        self._begins_s = self._after_calm(0.0)

    def _after_calm(self, now_s: float) -> float:
        return now_s + self.values[0] * self.random.uniform(*_CALM)

    def push(self, now_s: float, packets: list[bytes]) -> list[bytes]:
        if now_s < self._begins_s:
            return packets
        if now_s < self._begins_s + self.values[0]:
            for packet in packets:
                self.tally.add(self.samples_in(packet))
            self._held += packets
            return []
        released, self._held = self._held, []
        self._begins_s = self._after_calm(now_s)
        return released + packets
