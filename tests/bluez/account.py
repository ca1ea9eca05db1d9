"""What arrived, counted from the recorded packets apart from what the program counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from ingest.recording import read
from tests.firmware_sim.wire import read_data, whole

__all__ = ["Boot", "Heard", "hear"]


@dataclass(frozen=True, slots=True)
class Boot:
    """Samples of one life of a sensor. end: one past the highest number that came."""

    number: int
    distinct: int
    end: int

    @property
    def lost(self) -> int:
        """Numbers from zero that never came, of those of which a later one did."""
        return self.end - self.distinct


@dataclass(frozen=True, slots=True)
class Heard:
    """boots: in order of their first packet. away_s: how long each break of the link took."""

    boots: tuple[Boot, ...]
    packets: int
    connects: int
    away_s: tuple[float, ...]

    @property
    def distinct(self) -> int:
        return sum(boot.distinct for boot in self.boots)

    @property
    def lost(self) -> int:
        return sum(boot.lost for boot in self.boots)


def hear(recordings: Iterable[Path], mount: Mount) -> Heard:
    """What recordings hold of one sensor; nothing where there is none yet."""
    numbers: dict[int, set[int]] = {}
    packets = connects = 0
    away_s: list[float] = []
    lost_ns: int | None = None
    for packet in (packet for path in recordings for packet in read(path) if packet.mount is mount):
        if packet.kind is Kind.DATA and whole(packet.data):
            data = read_data(packet.data)
            packets += 1
            numbers.setdefault(data.boot, set()).update(range(data.counter, data.counter + data.n))
        elif packet.kind is Kind.LINK:
            connects += packet.data == b"connected"
            lost_ns = _note_break(packet, lost_ns, away_s)
    boots = tuple(Boot(boot, len(seen), max(seen) + 1) for boot, seen in numbers.items())
    return Heard(boots, packets, connects, tuple(away_s))


def _note_break(packet: Packet, lost_ns: int | None, away_s: list[float]) -> int | None:
    if packet.data == b"lost":
        return packet.arrival_ns
    if lost_ns is not None:
        away_s.append(round((packet.arrival_ns - lost_ns) / 1e9, 1))
    return None
