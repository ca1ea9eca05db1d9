"""A file that grows and never loses the order of what is written, on a disk that may take nothing."""

import errno
import os
import sys
from pathlib import Path
from threading import Lock
from typing import Final

from ingest.errors import FileLostError, StorageError

__all__ = ["GrowingFile", "fsync_folder", "storage_error"]

BINARY: Final = getattr(os, "O_BINARY", 0)
FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class GrowingFile:
    """A file that only grows; what could not be written waits in memory, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY
        try:
            self._fd = os.open(path, flags, 0o600)
        except OSError as error:
            raise storage_error(path, error, 0) from error
        self._size = 0
        self._pending = bytearray()
        self._dirty = True
        self._lost: str | None = None
        self._syncing = Lock()
        fsync_folder(path.parent)

    @property
    def pending_bytes(self) -> int:
        """How much waits in memory."""
        return len(self._pending)

    def write(self, data: bytes) -> int:
        """Takes all of it; `flush` writes."""
        self._pending += data
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """Where the next byte will be in the file."""
        return self._size

    def flush(self) -> None:
        """Hand what waits to the system. Raises StorageError."""
        # What fits is written even when not all of it does: a reader leaves a half chunk out, and the next
        # attempt completes it.
        while self._pending:
            try:
                done = os.write(self._fd, self._pending)
            except OSError as error:
                raise storage_error(self.path, error, len(self._pending)) from error
            del self._pending[:done]
            self._dirty = True

    def fsync(self) -> None:
        """What was flushed is on disk. Raises StorageError, FileLostError once and for all."""
        # Whoever finds nothing to do must not return before another thread's fsync of it has.
        with self._syncing:
            if self._lost is not None:
                raise FileLostError(self.path, self._lost, pending_bytes=len(self._pending))
            if not self._dirty:
                return
            self._dirty = False
            try:
                os.fsync(self._fd)
            except OSError as error:
                self._dirty = True
                if error.errno in FULL:
                    raise storage_error(self.path, error, len(self._pending)) from error
                # Linux takes what could not be written for written: the next sync would succeed without it.
                self._lost = error.strerror or str(error)
                raise FileLostError(self.path, self._lost, pending_bytes=len(self._pending)) from error

    def move(self, path: Path) -> None:
        """Take the place of another file. Closed meanwhile: not every system moves a file that is open."""
        self.close()
        os.replace(self.path, path)
        self.path = path
        self._fd = os.open(path, os.O_WRONLY | BINARY)
        os.lseek(self._fd, 0, os.SEEK_END)

    def close(self) -> None:
        """What was not flushed is gone."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def storage_error(path: Path, error: OSError, pending: int) -> StorageError:
    """What the system said, for a person. pending: bytes that wait in memory."""
    what = error.strerror or str(error)
    return StorageError(path, what, full=error.errno in FULL, pending_bytes=pending)


def fsync_folder(folder: Path) -> None:
    """A new name is only safe from a power cut once its folder is on disk."""
    if sys.platform == "win32":
        return
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return  # not ours to open: then it was there before us
    try:
        os.fsync(fd)
    except OSError:
        return  # some file systems cannot; the files themselves are synced
    finally:
        os.close(fd)
