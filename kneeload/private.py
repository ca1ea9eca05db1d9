"""Files that nobody but their owner may read: what is written of a runner is about a body."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.growing import fsync_folder
from kneeload.errors import KneeloadError

__all__ = ["UnwritableError", "make_private_folder", "private_file"]


class UnwritableError(KneeloadError):
    """A result cannot be written where it was to go."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: cannot be written ({why}); give another place with --output")
        self.path = path


@contextmanager
def private_file(path: Path) -> Iterator[Path]:
    """A new file (0600) to write to beside path; takes its place at the end, whole or not at all: also when
    the power is cut.

    Raises UnwritableError.
    """
    draft: Path | None = None
    try:
        if path.is_symlink():
            raise UnwritableError(path, "it is a link, which may lead anywhere")
        if path.exists() and not path.is_file():
            raise UnwritableError(path, "it is no file")
        # A name that nobody guesses, and private from the first moment whatever the umask is.
        handle, name = tempfile.mkstemp(prefix=".kneeload-", dir=path.parent)
        os.close(handle)
        draft = Path(name)
        yield draft
        _sync(draft)
        os.replace(draft, path)
        fsync_folder(path.parent)
    except OSError as error:
        raise UnwritableError(path, error.strerror or str(error)) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """A name may reach the disk before what is in the file does."""
    file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def make_private_folder(path: Path) -> None:
    """Make a folder (0700) where there is none; one that is there stays as its owner wants it."""
    try:
        for folder in reversed((path, *path.parents)):
            if not folder.is_dir():
                if folder.exists():
                    raise UnwritableError(path, f"{folder} is no folder")
                folder.mkdir(mode=0o700)
    except OSError as error:
        raise UnwritableError(path, error.strerror or str(error)) from error
