"""What samples cannot be read without, written again now and then: damage to one place must not cost a run.

It is in an attachment of the packets' file: the channels' records and the packets themselves, numbered as in
their chunks. A reader that has seen a number passes over the copy, so that of a whole file each packet comes
once. The first copy follows the chunk that it is of, each next one twice as far behind: one bad sector of a
disk holds a few chunks.
"""

from dataclasses import dataclass
from itertools import count
from typing import Final

from mcap.data_stream import RecordBuilder
from mcap.records import Channel, Message

from dsp.mount import Mount
from ingest.packet import Kind, Packet
from ingest.sensors import FAMILIES

__all__ = ["Keepsakes"]

FIRST_AGAIN_NS: Final = 1_000_000_000
LONGEST_NS: Final = 60_000_000_000
# Of one kind since the link came up. A start takes ten answers at most.
MOST_OF_A_KIND: Final = 16
OF_A_START: Final = frozenset({Kind.LINK, Kind.INFO, Kind.CONFIG, Kind.CONTROL, Kind.REQUEST})


@dataclass(frozen=True, slots=True)
class _Kept:
    kind: Kind
    place: int  # in the order of all that was kept
    message: Message


class Keepsakes:
    """Of each mount what came since its link did; of the file all channels."""

    def __init__(self) -> None:
        self._channels: list[Channel] = []
        self._kept: dict[Mount, list[_Kept]] = {}
        self._places = count()
        self._new = False
        self._wait_ns = FIRST_AGAIN_NS
        self._next_ns = 0

    def channel(self, channel: Channel) -> None:
        """A channel was begun."""
        self._channels.append(channel)
        self._new = True

    def note(self, packet: Packet, channel: int, sequence: int) -> None:
        """A packet was written."""
        kept = self._kept.setdefault(packet.mount, [])
        if packet.kind is Kind.LINK:
            kept.clear()
        same = [each for each in kept if each.kind is packet.kind]
        if not _needed(packet, first=not same):
            return
        if len(same) >= MOST_OF_A_KIND:
            kept.remove(same[0])
        message = Message(
            channel_id=channel,
            log_time=packet.arrival_ns,
            publish_time=packet.arrival_ns,
            sequence=sequence,
            data=packet.data,
        )
        kept.append(_Kept(packet.kind, next(self._places), message))
        self._new = True

    def due(self, now_ns: int) -> bytes | None:
        """What is to be written between two chunks now, as records; None where nothing is due."""
        if self._new:
            self._wait_ns = FIRST_AGAIN_NS
        elif not self._channels or now_ns < self._next_ns:
            return None
        self._new = False
        self._next_ns = now_ns + self._wait_ns
        self._wait_ns = min(2 * self._wait_ns, LONGEST_NS)
        builder = RecordBuilder()
        for channel in self._channels:
            channel.write(builder)
        # In the order in which they came, whichever mount they are of.
        kept = sorted((each for own in self._kept.values() for each in own), key=lambda each: each.place)
        for each in kept:
            each.message.write(builder)
        return bytes(builder.end())  # type: ignore[no-untyped-call]


def _needed(packet: Packet, *, first: bool) -> bool:
    """Whether others cannot be read without this packet. first: of its kind since the link came up."""
    if packet.kind is Kind.STATS:
        return first  # how many samples were taken before this link
    if packet.kind is Kind.DATA:
        family = FAMILIES.get(packet.family)
        return family is not None and family.tells(packet.data)
    return packet.kind in OF_A_START
