"""The records of an MCAP file one by one, and the way on behind a damaged one."""

import os
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Attachment, Chunk
from mcap.writer import MCAP0_MAGIC

from ingest.damage import Damage
from ingest.errors import RecordingError

__all__ = ["AGAIN", "HEAD", "UNREADABLE", "parts", "records"]

# The name of attachments that hold packets for a second time.
AGAIN: Final = "kneeload-again"
# No record of ours is near this; one that claims to be is not read.
LARGEST_RECORD: Final = 16 * 1024 * 1024
COMPRESSIONS: Final = frozenset({"lz4", "zstd"})
# The smallest opcode that programs may use for records of their own.
OWN_RECORDS: Final = 0x80
# Records of ours are smaller: behind damage no others are looked for.
LARGEST_LOOKED_FOR: Final = 1024 * 1024
WINDOW: Final = 16 * 1024
# A file made for it could have a billion beginnings of records that are none.
MOST_TRIED: Final = 1000

UNREADABLE: Final = (McapError, struct.error, ValueError, OverflowError)

# Of a record: opcode, length of what follows.
HEAD: Final = struct.Struct("<BQ")
_BEFORE_DATA: Final = 40  # bytes of a chunk that is not compressed
_CRC = struct.Struct("<I")
# Where a chunk or one of our attachments may begin, as far as its bytes are known: none is of 16 MB, none is
# compressed.
_BEGINNING: Final = re.compile(
    rb"\x06(?=[\s\S]{3}\0{5}[\s\S]{7}\0[\s\S]{7}\0[\s\S]{3}\0{5}[\s\S]{4}\0{4}[\s\S]{3}\0{5})"
    rb"|\x09(?=[\s\S]{3}\0{5}[\s\S]{16}\x0e\0{3}" + AGAIN.encode() + rb")"
)
_AHEAD: Final = 64  # so many bytes at least does it look at


def records(path: Path, damage: Damage) -> Iterator[tuple[int, bytes]]:
    """(opcode, content) of each record; of chunks and our attachments what is in them, if the checksum fits.

    Raises RecordingError.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            magic = file.read(len(MCAP0_MAGIC))
            if not MCAP0_MAGIC.startswith(magic):
                raise RecordingError(path, "is not an MCAP file", "give a packets.mcap of a run")
            tries = iter(range(MOST_TRIED))
            begin, doubted = len(magic), None  # where the last chunk begins, if its checksum does not fit
            while len(head := file.read(HEAD.size)) == HEAD.size:
                opcode, length = HEAD.unpack(head)
                end = file.tell() + length
                if end > size or not _known(opcode):
                    # A length may be what is damaged, of this record or of the doubted one.
                    since = (begin if doubted is None else doubted) + 1
                    found = _next(path, file, since, size, tries)
                    if found is None:
                        return
                    damage.pieces += doubted is None
                    begin, doubted = file.seek(found), None
                    continue
                if length > LARGEST_RECORD:
                    file.seek(length, os.SEEK_CUR)
                else:
                    content = _content(path, opcode, file.read(length))
                    if content is not None:
                        doubted = None if opcode == Opcode.CHUNK else doubted
                        yield opcode, content
                    elif opcode == Opcode.CHUNK and doubted is None:
                        doubted = begin
                        damage.pieces += 1
                begin = end
    except OSError as error:
        raise RecordingError(path, error.strerror or str(error), "give a readable file") from error


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(opcode, content) of each complete record of a chunk."""
    at, end = 0, len(data)
    while at + HEAD.size <= end:
        opcode, length = HEAD.unpack_from(data, at)
        at += HEAD.size
        if length > end - at:
            return
        yield opcode, data[at : at + length]
        at += length


def _known(opcode: int) -> bool:
    return Opcode.HEADER <= opcode <= Opcode.DATA_END or opcode >= OWN_RECORDS


def _content(path: Path, opcode: int, body: bytes) -> bytes | None:
    """What is in a record; None when its checksum does not fit or it is nothing to us."""
    if opcode == Opcode.CHUNK:
        return _open(path, body)
    if opcode == Opcode.ATTACHMENT:
        try:
            attached = Attachment.read(ReadDataStream(BytesIO(body)))
        except UNREADABLE:
            return None
        whole = body[-_CRC.size :] == _CRC.pack(zlib.crc32(body[: -_CRC.size]))
        return attached.data if whole and attached.name == AGAIN else None
    return body


def _open(path: Path, body: bytes) -> bytes | None:
    try:
        chunk = Chunk.read(ReadDataStream(BytesIO(body)))
    except UNREADABLE:
        return None
    if chunk.compression in COMPRESSIONS:
        # A few bytes of a hostile file could unpack to gigabytes; we never write such chunks.
        raise RecordingError(
            path,
            f"is compressed ({chunk.compression})",
            "unpack it with: mcap compress --compression none",
        )
    # A record that is longer than what is in it swallows others.
    fits = len(body) == _BEFORE_DATA + len(chunk.data) and not chunk.compression
    return chunk.data if fits and chunk.uncompressed_crc in (0, zlib.crc32(chunk.data)) else None


def _next(path: Path, file: BinaryIO, since: int, size: int, tries: Iterator[int]) -> int | None:
    """Where the next whole chunk or attachment of ours begins. tries: as often may one be taken for such."""
    while since < size:
        file.seek(since)
        window = file.read(WINDOW + _AHEAD)
        for match in _BEGINNING.finditer(window, 0, WINDOW + _AHEAD):
            at = since + match.start()
            if match.start() >= WINDOW:
                break
            opcode, length = HEAD.unpack_from(window, match.start())
            if length > LARGEST_LOOKED_FOR or at + HEAD.size + length > size:
                continue
            file.seek(at + HEAD.size)
            if _content(path, opcode, file.read(length)) is not None:
                return at
            if next(tries, None) is None:
                return None
        since += WINDOW
    return None
