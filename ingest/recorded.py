"""Reading packets.mcap, whole or cut off at any byte, ours or damaged or somebody else's.

Chunks are taken apart here and not by the library: it makes half a dozen objects of every message, and an
hour of two sensors has a hundred thousand.
"""

import struct
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Metadata

from dsp.mount import Mount
from ingest.damage import Damage, Lacking
from ingest.errors import RecordingError
from ingest.framing import UNREADABLE, parts, records
from ingest.packet import QUIET_NS, Kind, Packet

__all__ = ["MESSAGE", "METADATA_NAME", "Damage", "Origin", "chunks", "metadata", "read"]

METADATA_NAME: Final = "kneeload"
DATA_END_BYTES: Final = 4
# Silence is reported on every few seconds: a few bytes that claim an age must not make gigabytes of it. So
# much is read in any case, and more with every packet: a service that runs for months is silent most of them.
MOST_SILENT_NS: Final = 7 * 24 * 3600 * 1_000_000_000
FOR_EACH_PACKET_NS: Final = 1_000_000_000
LONGEST_RUN_NS: Final = 10 * 365 * 24 * 3600 * 1_000_000_000

# Of a message: channel, number in it, arrival, the same again.
MESSAGE: Final = struct.Struct("<HIQQ")

Origin = tuple[Mount, str, Kind]


def read(path: Path, damage: Damage | None = None) -> Iterator[Packet]:
    """The packets of a recording in the order in which they came; a cut-off or damaged part is left out.

    damage: is told what was damaged. Raises RecordingError when the file is missing, is no recording, or was
    compressed by another program.
    """
    last_ns, left_ns = 0, MOST_SILENT_NS
    for chunk in chunks(path, damage):
        for origin, content in chunk:
            _channel, _sequence, arrival_ns, _published_ns = MESSAGE.unpack_from(content)
            left_ns += FOR_EACH_PACKET_NS - min(QUIET_NS, max(0, arrival_ns - last_ns))
            last_ns = max(last_ns, arrival_ns)
            if left_ns < 0 or last_ns > LONGEST_RUN_NS:
                raise RecordingError(path, "claims weeks of silence", "give a run's packets")
            yield Packet(*origin, arrival_ns, content[MESSAGE.size :])


def chunks(path: Path, damage: Damage | None = None) -> Iterator[Iterator[tuple[Origin, bytes]]]:
    """Of each whole chunk the packets as they are on disk: what each is of; MESSAGE and its bytes.

    What copies have in the place of a damaged chunk comes as one of its own.
    """
    damage = Damage() if damage is None else damage
    contents, chunked = _Contents(damage), False
    for opcode, body in records(path, damage):
        if opcode in (Opcode.CHUNK, Opcode.ATTACHMENT):
            chunked = True
            yield contents.messages(parts(body), again=opcode == Opcode.ATTACHMENT)
        elif opcode in (Opcode.CHANNEL, Opcode.MESSAGE) and not chunked:  # other programs write so
            yield contents.messages([(opcode, body)], again=False)
        elif opcode == Opcode.DATA_END and len(body) == DATA_END_BYTES:
            return


class _Contents:
    """What is in chunks and copies, each packet once."""

    def __init__(self, damage: Damage) -> None:
        self._origins: dict[int, Origin | None] = {}
        self._seen: dict[int, int] = {}  # the number of each channel's last packet
        self._lacking = Lacking(damage)

    def messages(self, inner: Iterable[tuple[int, bytes]], *, again: bool) -> Iterator[tuple[Origin, bytes]]:
        for opcode, content in inner:
            if opcode == Opcode.MESSAGE and len(content) >= MESSAGE.size:
                channel, number, _arrival_ns, _published_ns = MESSAGE.unpack_from(content)
                if again and number <= self._seen.get(channel, -1):
                    continue
                origin = self._origins.get(channel)
                self._lacking.note(channel, number, again=again, known=channel in self._origins)
                if origin is not None:
                    self._seen[channel] = number
                    yield origin, content
            elif opcode == Opcode.CHANNEL:
                _note(self._origins, content)


def metadata(path: Path) -> dict[str, str]:
    """What was said at the file's start; empty when it was cut off before that."""
    for opcode, body in records(path, Damage()):
        if opcode == Opcode.METADATA:
            try:
                record = Metadata.read(ReadDataStream(BytesIO(body)))
            except UNREADABLE:
                continue
            if record.name == METADATA_NAME:
                return dict(record.metadata)
        elif opcode in (Opcode.CHUNK, Opcode.DATA_END):
            break
    return {}


def _note(origins: dict[int, Origin | None], content: bytes) -> None:
    """Remember a channel; one that is not ours brings no packets."""
    try:
        channel = Channel.read(ReadDataStream(BytesIO(content)))
    except UNREADABLE:
        return
    about = channel.metadata
    try:
        origins[channel.id] = Mount(about["mount"]), about["family"], Kind(about["kind"])
    except (ValueError, KeyError):
        origins.setdefault(channel.id)
