"""Reading packets.mcap, whole or cut off at any byte, ours or damaged or somebody else's.

Chunks are taken apart here and not by the library: it makes half a dozen objects of every message, and an
hour of two sensors has a hundred thousand.
"""

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Metadata
from mcap.writer import MCAP0_MAGIC

from dsp.mount import Mount
from ingest.errors import RecordingError
from ingest.packet import QUIET_NS, Kind, Packet

__all__ = ["HEAD", "MESSAGE", "METADATA_NAME", "Origin", "chunks", "metadata", "read"]

METADATA_NAME: Final = "kneeload"
# No record of ours is near this; one that claims to be is not read.
LARGEST_RECORD: Final = 16 * 1024 * 1024
# Silence is reported on every few seconds: a few bytes that claim an age must not make gigabytes of it. So
# much is read in any case, and more with every packet: a service that runs for months is silent most of them.
MOST_SILENT_NS: Final = 7 * 24 * 3600 * 1_000_000_000
FOR_EACH_PACKET_NS: Final = 1_000_000_000
LONGEST_RUN_NS: Final = 10 * 365 * 24 * 3600 * 1_000_000_000

# Of a record: opcode, length of what follows. Of a message: channel, sequence, arrival, the same again.
HEAD: Final = struct.Struct("<BQ")
MESSAGE: Final = struct.Struct("<HIQQ")
_UNREADABLE = (McapError, struct.error, ValueError, OverflowError)

Origin = tuple[Mount, str, Kind]


def read(path: Path) -> Iterator[Packet]:
    """The packets of a recording in the order in which they came; a cut-off or damaged end is left out.

    Raises RecordingError when the file is missing, is no recording, or was compressed by another program.
    """
    last_ns, left_ns = 0, MOST_SILENT_NS
    for chunk in chunks(path):
        for origin, content in chunk:
            _channel, _sequence, arrival_ns, _published_ns = MESSAGE.unpack_from(content)
            left_ns += FOR_EACH_PACKET_NS - min(QUIET_NS, max(0, arrival_ns - last_ns))
            last_ns = max(last_ns, arrival_ns)
            if left_ns < 0 or last_ns > LONGEST_RUN_NS:
                raise RecordingError(path, "claims weeks of silence", "give a run's packets")
            yield Packet(*origin, arrival_ns, content[MESSAGE.size :])


def chunks(path: Path) -> Iterator[Iterator[tuple[Origin, bytes]]]:
    """Of each whole chunk the packets as they are on disk: what each is of; MESSAGE and its bytes."""
    origins: dict[int, Origin] = {}
    for opcode, body in _records(path):
        if opcode == Opcode.CHUNK:
            yield _messages(origins, _parts(_open(path, body)))
        elif opcode in (Opcode.CHANNEL, Opcode.MESSAGE):  # outside of chunks: other programs write so
            yield _messages(origins, [(opcode, body)])
        elif opcode == Opcode.DATA_END:
            return


def _messages(
    origins: dict[int, Origin], parts: Iterable[tuple[int, bytes]]
) -> Iterator[tuple[Origin, bytes]]:
    for opcode, content in parts:
        if opcode == Opcode.MESSAGE and len(content) >= MESSAGE.size:
            if (origin := origins.get(MESSAGE.unpack_from(content)[0])) is not None:
                yield origin, content
        elif opcode == Opcode.CHANNEL:
            _note(origins, content)


def metadata(path: Path) -> dict[str, str]:
    """What was said at the file's start; empty when it was cut off before that."""
    for opcode, body in _records(path):
        if opcode == Opcode.METADATA:
            try:
                record = Metadata.read(ReadDataStream(BytesIO(body)))
            except _UNREADABLE:
                continue
            if record.name == METADATA_NAME:
                return dict(record.metadata)
        elif opcode in (Opcode.CHUNK, Opcode.DATA_END):
            break
    return {}


def _records(path: Path) -> Iterator[tuple[int, bytes]]:
    """(opcode, content) of each complete record of the file."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            magic = file.read(len(MCAP0_MAGIC))
            if not MCAP0_MAGIC.startswith(magic):
                raise RecordingError(path, "is not an MCAP file", "give a packets.mcap of a run")
            while len(head := file.read(HEAD.size)) == HEAD.size:
                opcode, length = HEAD.unpack(head)
                if length > size - file.tell():
                    return
                if length > LARGEST_RECORD:
                    file.seek(length, os.SEEK_CUR)
                    continue
                yield opcode, file.read(length)
    except OSError as error:
        raise RecordingError(path, error.strerror or str(error), "give a readable file") from error


def _open(path: Path, body: bytes) -> bytes:
    """What is in a chunk; nothing when its checksum does not fit."""
    try:
        chunk = Chunk.read(ReadDataStream(BytesIO(body)))
    except _UNREADABLE:
        return b""
    if chunk.compression:
        # A few bytes of a hostile file could unpack to gigabytes; we never write such chunks.
        raise RecordingError(
            path,
            f"is compressed ({chunk.compression[:8]!r})",
            "unpack it with: mcap compress --compression none",
        )
    whole = chunk.uncompressed_crc in (0, zlib.crc32(chunk.data))
    return chunk.data if whole else b""


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(opcode, content) of each complete record of a chunk."""
    at, end = 0, len(data)
    while at + HEAD.size <= end:
        opcode, length = HEAD.unpack_from(data, at)
        at += HEAD.size
        if length > end - at:
            return
        yield opcode, data[at : at + length]
        at += length


def _note(origins: dict[int, Origin], content: bytes) -> None:
    """Remember a channel; one that is not ours brings no packets."""
    try:
        channel = Channel.read(ReadDataStream(BytesIO(content)))
        about = channel.metadata
        origins[channel.id] = Mount(about["mount"]), about["family"], Kind(about["kind"])
    except (*_UNREADABLE, KeyError):
        return
