"""What can go wrong on the way in. str(error) is one line for a person: what, where, what to do."""

from pathlib import Path

from ingest.text import one_line

__all__ = [
    "DecodeError",
    "FileLostError",
    "IngestError",
    "LinkError",
    "PacketDroppedError",
    "RecordingError",
    "RefusedError",
    "StorageError",
    "VersionError",
]


class IngestError(Exception):
    """Root of everything ingest raises. Its text is one printable line, whatever a file or sensor held."""

    def __init__(self, message: str = "") -> None:
        super().__init__(one_line(message))


class DecodeError(IngestError):
    """Bytes that are not what the profile says. where: the characteristic; what: the deviation."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


class VersionError(DecodeError):
    """The sensor speaks a protocol version this program does not know."""

    def __init__(self, where: str, version: int, known: int) -> None:
        side = "newer" if version > known else "unknown"
        super().__init__(
            where, f"protocol version {version} is {side}, this program knows {known}: update kneeload"
        )
        self.version = version
        self.known = known


class RecordingError(IngestError):
    """A file that cannot be read as a recording. line is counted from 1, None where it does not apply;
    row is the same of a file without lines.
    """

    def __init__(
        self, path: Path, what: str, remedy: str, *, line: int | None = None, row: int | None = None
    ) -> None:
        place = f"{path}, line {line}" if line is not None else f"{path}, row {row}" if row else str(path)
        super().__init__(f"{place}: {what}; {remedy}")
        self.path = path
        self.line = line
        self.what = what
        self.remedy = remedy


class StorageError(IngestError):
    """The packets' file could not be written; what is not on disk is still held by the Recorder.

    full: no space (or quota) left; pending_bytes: how much waits in memory to be written.
    """

    def __init__(
        self, path: Path, what: str, *, full: bool, pending_bytes: int, remedy: str | None = None
    ) -> None:
        remedy = remedy or ("free some space" if full else "check the disk and the folder's permissions")
        waits = f" ({pending_bytes} bytes wait in memory)" if pending_bytes else ""
        super().__init__(f"{path}: {what}; {remedy}{waits}")
        self.path = path
        self.what = what
        self.remedy = remedy
        self.full = full
        self.pending_bytes = pending_bytes


class FileLostError(StorageError):
    """What the packets' file had taken may be gone, and nobody can tell: it is trusted no more."""

    def __init__(self, path: Path, what: str, *, pending_bytes: int) -> None:
        remedy = (
            "check the disk, then start kneeload anew; packets written before may be gone, "
            "and no more results are kept of this run"
        )
        what = f"could not be synced: {what}"
        super().__init__(path, what, full=False, pending_bytes=pending_bytes, remedy=remedy)

    def at_beginning(self, path: Path) -> StorageError:
        """The same of a file that nothing but its beginning was in: no packet is lost with it."""
        return StorageError(path, self.what, full=False, pending_bytes=0)


class PacketDroppedError(StorageError):
    """This packet was not kept: as much as may wait in memory waits already."""

    def __init__(self, cause: StorageError) -> None:
        super().__init__(
            cause.path,
            f"{cause.what}, and no more packets fit into memory: they are being lost",
            full=cause.full,
            pending_bytes=cause.pending_bytes,
        )


class LinkError(IngestError):
    """Bluetooth cannot be used at all: no adapter, no service, no permission."""


class RefusedError(IngestError):
    """A sensor will not do what it has to do for us."""
