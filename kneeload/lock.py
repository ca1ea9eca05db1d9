"""One process at a time writes in a folder. The lock ends with the process, however that ends."""

import errno
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["FolderLock"]


# Somebody who only asks whether the lock is free holds it for a moment.
LOOKS, LOOK_S = 5, 0.01


class FolderLock:
    """The lock file of a folder; holds the number of the process that has it, where there is room for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """This object has the lock."""
        return self._file is not None

    def take(self) -> bool:
        """Take the lock if it is free (or already ours); False when another process has it."""
        if self._file is not None:
            return True
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        for _ in range(LOOKS):
            if _lock(file):
                break
            time.sleep(LOOK_S)
        else:
            os.close(file)
            return False
        self._file = file
        # A full disk takes no number, and the lock is ours all the same.
        with suppress(OSError):
            os.ftruncate(file, 0)
            os.write(file, str(os.getpid()).encode())
        return True

    def release(self) -> None:
        """Give it back; nothing happens when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def owner(self) -> str:
        """The number of the process that has or last had the lock; empty when nobody ever had."""
        try:
            return self.path.read_text().strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def free(self) -> bool:
        """Nobody has the lock now."""
        if self._file is not None or not self.path.exists():
            return self._file is None
        try:
            file = self._open_to_ask()
        except OSError:
            return False
        try:
            return _lock(file)
        finally:
            os.close(file)

    def _open_to_ask(self) -> int:
        careful = getattr(os, "O_NOFOLLOW", 0)
        try:
            return os.open(self.path, os.O_RDWR | careful)
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
            # Where we cannot write somebody else may.
            return os.open(self.path, os.O_RDONLY | careful)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
