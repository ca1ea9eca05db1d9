"""Whether a run's packets are still all there: those that are read against those that its journal counted."""

from collections import Counter
from collections.abc import Iterable, Iterator

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from kneeload.results import SensorHealth

__all__ = ["Tally"]


class Tally:
    """Counts packets on their way through. A damaged file is read without an error as far as it is whole."""

    def __init__(self, health: Iterable[SensorHealth]) -> None:
        self._came: Counter[Mount] = Counter()
        for row in health:
            self._came[row.mount] = max(self._came[row.mount], row.packets_received)
        self._read: Counter[Mount] = Counter()
        self.families: set[str] = set()

    def through(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """The same packets."""
        for packet in packets:
            self._read[packet.mount] += packet.kind is Kind.DATA
            self.families.add(packet.family)
            yield packet

    @property
    def came(self) -> int:
        """How many packets with samples the journal counted."""
        return self._came.total()

    def lacking(self) -> dict[Mount, str]:
        """Sensors that packets are missing of, and how many are there, in words."""
        return {
            mount: f"{self._read[mount]} of {came} packets of the {mount.value.replace('-', ' ')} sensor"
            for mount in Mount
            if self._read[mount] < (came := self._came[mount])
        }
