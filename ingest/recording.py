"""Every packet as it came, in an MCAP file that can be read after a kill at any byte.

One packet is one message on the topic MOUNT/KIND; its log time is the arrival on the run's timeline. Messages
are gathered into a chunk of half a second, and a chunk carries a checksum: what `read` yields is whole.
The file's metadata stand before the first packet and are on disk before the first packet comes. What samples
cannot be read without is there more than once (ingest/keepsakes.py).
"""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk
from mcap.writer import CompressionType, IndexType, Writer

from ingest.errors import FileLostError, PacketDroppedError, StorageError
from ingest.framing import AGAIN, HEAD
from ingest.growing import GrowingFile, fsync_folder, storage_error
from ingest.keepsakes import Keepsakes
from ingest.packet import Packet
from ingest.recorded import MESSAGE, METADATA_NAME, Damage, Origin, chunks, metadata, read

__all__ = ["Damage", "Recorder", "metadata", "read"]

ENCODING: Final = "kneeload-packet"
PROFILE: Final = "kneeload"
# The promise is one second from arrival to disk; half of it is the chunk, the rest is left for the disk.
CHUNK_NS: Final = 500_000_000
CHUNK_BYTES: Final = 256 * 1024
# What is kept in memory while the disk is full: over an hour of two sensors.
LARGEST_PENDING: Final = 64 * 1024 * 1024


class Recorder:
    """Writes packets to a new file (mode 0600). Use as a context manager: leaving it completes the file.

    `append` and `flush` write to the operating system, `fsync` makes that survive a power cut and may be
    called from another thread. Times are the run's, in ns, and are given, not read.
    Every method may raise StorageError: what could not be written is kept, up to LARGEST_PENDING bytes, and
    the next call tries again; beyond that packets are dropped (PacketDroppedError) and counted. After a sync
    that failed every further one raises FileLostError, unless the disk was only full.
    """

    def __init__(self, path: Path, metadata: Mapping[str, str]) -> None:
        self.path = path
        self._file = GrowingFile(path)
        self._channels: dict[Origin, int] = {}
        self._sequences: dict[int, int] = {}
        self._keepsakes = Keepsakes()
        self._chunk_since_ns: int | None = None
        self._finished = False
        # Arrival of the first packet that the system has not taken, None when it has taken all.
        self.unwritten_since_ns: int | None = None
        self.packets_dropped = 0
        # Uncompressed: 5 kB/s does not need it, and a damaged file is easier to mend.
        self._writer = Writer(
            self._file,  # type: ignore[arg-type]  # it asks for IO and uses write, tell and flush
            chunk_size=CHUNK_BYTES,
            compression=CompressionType.NONE,
            # Readers do without an index of the chunks, and it would grow in memory until the end.
            index_types=IndexType.NONE,
        )
        self._writer.start(PROFILE)
        self._writer.add_metadata(METADATA_NAME, dict(metadata))
        try:
            self.flush()
            self.fsync()
        except StorageError as error:
            self._file.close()
            if isinstance(error, FileLostError):
                raise error.at_beginning(path) from error
            raise

    @classmethod
    def resume(cls, path: Path, extra: Mapping[str, str] | None = None) -> Self:
        """Go on with the file of a run that was cut off.

        Its packets are copied into a new file that takes its place once it is on disk; until then the old
        one is untouched. extra: added to its metadata. An hour of two sensors are 25 MB: not to be done on an
        event loop.
        """
        known = metadata(path)
        beside = path.with_name(path.name + ".resumed")
        beside.unlink(missing_ok=True)
        recorder = cls(beside, {**known, **(extra or {})})
        try:
            for chunk in chunks(path):
                recorder._copy(list(chunk))
            recorder.flush()
            recorder.fsync()
            recorder._file.move(path)
        except BaseException as error:
            recorder._file.close()
            beside.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise storage_error(path, error, 0) from error
            if isinstance(error, FileLostError):
                raise error.at_beginning(path) from error  # the old file is as it was
            raise
        recorder.path = path
        fsync_folder(path.parent)
        return recorder

    def append(self, packet: Packet) -> None:
        """Take one packet. It is written at the latest with the first packet half a second later."""
        if self._file.pending_bytes > LARGEST_PENDING:
            try:
                self.flush()
            except StorageError as error:
                self.packets_dropped += 1
                raise PacketDroppedError(error) from error
        if self._chunk_since_ns is None:
            self._write_again(packet.arrival_ns)
        channel = self._channel((packet.mount, packet.family, packet.kind))
        if self.unwritten_since_ns is None:
            self.unwritten_since_ns = packet.arrival_ns
        sequence = self._sequences[channel] = self._sequences.get(channel, -1) + 1
        self._writer.add_message(
            channel, packet.arrival_ns, packet.data, packet.arrival_ns, sequence & 0xFFFF_FFFF
        )
        self._keepsakes.note(packet, channel, sequence & 0xFFFF_FFFF)
        if self._chunk_since_ns is None:
            self._chunk_since_ns = packet.arrival_ns
        elif packet.arrival_ns - self._chunk_since_ns >= CHUNK_NS:
            self.flush()

    def _channel(self, origin: Origin) -> int:
        channel = self._channels.get(origin)
        if channel is None:
            mount, family, kind = origin
            topic, about = f"{mount}/{kind}", {"mount": mount, "family": family, "kind": kind}
            channel = self._channels[origin] = self._writer.register_channel(topic, ENCODING, 0, about)
            self._keepsakes.channel(Channel(channel, topic, ENCODING, about, 0))
        return channel

    def _write_again(self, now_ns: int) -> None:
        """Between two chunks: what would cost the run if it were damaged."""
        if (again := self._keepsakes.due(now_ns)) is not None:
            self._writer.add_attachment(now_ns, now_ns, AGAIN, ENCODING, again)

    def _copy(self, messages: Sequence[tuple[Origin, bytes]]) -> None:
        """The packets of one chunk of another recording, as one chunk of this."""
        if any(origin not in self._channels for origin, _ in messages):
            # The library writes a new channel with its first packet.
            for origin, content in messages:
                self.append(Packet(*origin, MESSAGE.unpack_from(content)[2], content[MESSAGE.size :]))
            self.flush()
        elif messages:
            # Packet by packet through the library takes several times as long, while nothing is received.
            self._write_again(MESSAGE.unpack_from(messages[0][1])[2])
            self._file.write(self._packed(messages))
            self._file.flush()

    def _packed(self, messages: Sequence[tuple[Origin, bytes]]) -> bytes:
        """A chunk, with the numbers that channels have here, and counted."""
        records: list[bytes] = []
        arrivals = []
        counted = getattr(self._writer, "_Writer__statistics")  # noqa: B009
        for origin, content in messages:
            channel = self._channels[origin]
            known_as, sequence, arrival_ns, published_ns = MESSAGE.unpack_from(content)
            if known_as != channel:
                content = MESSAGE.pack(channel, sequence, arrival_ns, published_ns) + content[MESSAGE.size :]
            records += HEAD.pack(Opcode.MESSAGE, len(content)), content
            arrivals.append(arrival_ns)
            self._sequences[channel] = sequence
            self._keepsakes.note(Packet(*origin, arrival_ns, content[MESSAGE.size :]), channel, sequence)
            counted.channel_message_counts[channel] += 1
        data = b"".join(records)
        first_ns, last_ns = min(arrivals), max(arrivals)
        counted.message_count += len(messages)
        counted.chunk_count += 1
        counted.message_start_time = min(counted.message_start_time, first_ns)
        counted.message_end_time = max(counted.message_end_time, last_ns)
        builder = RecordBuilder()
        Chunk(
            compression="",
            data=data,
            message_start_time=first_ns,
            message_end_time=last_ns,
            uncompressed_crc=zlib.crc32(data),
            uncompressed_size=len(data),
        ).write(builder)
        return bytes(builder.end())  # type: ignore[no-untyped-call]

    def flush(self) -> None:
        """Close the chunk and hand it to the operating system: it survives the end of this process."""
        self._chunk_since_ns = None
        self._writer.flush()  # type: ignore[no-untyped-call]
        # It keeps one entry a chunk even for an index that it is not to write: 10 MB an hour.
        getattr(self._writer, "_Writer__chunk_indices").clear()  # noqa: B009
        self.unwritten_since_ns = None

    def fsync(self) -> None:
        """What was flushed is on disk when this returns. The one method for another thread."""
        self._file.fsync()

    def close(self) -> None:
        """Complete the file with its index."""
        try:
            if not self._finished:
                self._finished = True
                self._writer.finish()  # type: ignore[no-untyped-call]
            self._file.flush()
            self.fsync()
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
