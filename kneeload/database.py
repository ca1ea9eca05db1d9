"""One connection to the journal's file, with errors for people."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any, Literal

from kneeload.errors import JournalError, JournalFullError, JournalLockedError, JournalVersionError
from kneeload.schema import MIGRATIONS, own_tables, tables

__all__ = ["Database"]

BUSY_S = 5.0
# A disk with less than this free is called full when SQLite can only say that it cannot read, write or open.
FULL_BYTES = 1_000_000


class Database:
    """The file at path, made (file 0600, folder 0700) or brought up to date where necessary.

    In a folder that cannot be written in (an archive, say) and on a disk without room for SQLite's side files
    it is read as it is: writable is False then.
    Safe to call from several threads. synchronous: what is written is on disk with "FULL" when the call
    returns, with "NORMAL" at the next full write: enough for what may be done twice after a power cut.
    """

    def __init__(self, path: Path, *, synchronous: Literal["FULL", "NORMAL"]) -> None:
        self.path = path
        self._synchronous = synchronous
        self._guard = RLock()
        self._no_room = False
        with _explained(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path)
            self._allowed = os.access(path.parent, os.W_OK)
            try:
                self._connection = self._opened()
            except sqlite3.Error as error:
                # Somebody else who writes has made the side files: then there is room for us, too.
                if not isinstance(_explain(error, path), JournalFullError) or _size(self._log):
                    raise
                self._no_room = True
                try:
                    self._connection = self._opened()
                except (sqlite3.Error, JournalError):
                    raise error from None  # of an older version, or empty

    @property
    def writable(self) -> bool:
        """Whether anything can be kept here."""
        return self._allowed and not self._no_room

    @property
    def _log(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _opened(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            for pragma in (
                *(("journal_mode = WAL", f"synchronous = {self._synchronous}") if self.writable else ()),
                "foreign_keys = ON",
                "trusted_schema = OFF",
            ):
                connection.execute(f"PRAGMA {pragma}")
            _migrate(connection, self.path)
            # Types are only as strict as the tables; and a trigger in a stranger's file would be obeyed.
            if tables(connection) != own_tables():
                raise _damaged("its tables are not ours", self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> sqlite3.Connection:
        address = self.path.absolute().as_uri()
        if self._no_room:
            address += "?immutable=1"
        elif not self.writable:
            log, index = self._log, self.path.with_name(self.path.name + "-shm")
            if not log.exists():
                address += "?immutable=1"
            elif index.exists():  # somebody else writes, where we may look on
                address += "?mode=ro"
            elif log.stat().st_size:
                # SQLite reads a log with an index, which is not there and cannot be made.
                remedy = "copy the folder to where it can be written, and look there"
                raise JournalError(f"needs {log.name} worked in", remedy=remedy, path=self.path)
        return sqlite3.connect(
            address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )

    def find_room(self) -> None:
        """Where there was none when it was opened it is opened anew; JournalFullError while there is none."""
        with self._guard, _explained(self.path):
            if not self._no_room:
                return
            self._no_room = False
            try:
                connection = self._opened()
            except BaseException:
                self._no_room = True
                raise
            self._connection.close()
            self._connection = connection

    def close(self) -> None:
        """Frees the file; everything is in it already."""
        with self._guard:
            self._connection.close()

    def read(
        self, statement: str, *values: object, types: Sequence[type | tuple[type, ...]] = ()
    ) -> list[tuple[Any, ...]]:
        """Every row of the answer. types: of its columns, where somebody relies on them."""
        # Read as it is, a file may change in mid-read as soon as another process finds room to write.
        with suppress(JournalFullError):
            self.find_room()
        with self._guard, _explained(self.path):
            rows = self._connection.execute(statement, values).fetchall()
        # A damaged or forged page can hold what the table's types forbid.
        if types and not all(all(map(isinstance, row, types)) for row in rows):
            raise _damaged("a row of other types", self.path)
        return rows

    @contextmanager
    def write(self, *, wait_s: float | None = None) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it or nothing. wait_s: for another program that writes; None: BUSY_S."""
        wait_s = BUSY_S if wait_s is None else wait_s
        with self._guard, _explained(self.path):
            self.find_room()
            self._connection.execute(f"PRAGMA busy_timeout = {round(1000 * wait_s)}")
            with _transaction(self._connection) as connection:
                yield connection


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back by itself already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    known = len(MIGRATIONS)
    if _version(connection) == known:
        return
    with _transaction(connection):
        # Looked at again inside: another process may have been first.
        version = _version(connection)
        if version > known:
            raise JournalVersionError(
                f"was written by a newer kneeload (schema {version}, known here {known})",
                remedy="update it",
                path=path,
            )
        for migrate in MIGRATIONS[version:]:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {known}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _size(path: Path) -> int:
    """In bytes, 0 where there is no such file."""
    return path.stat().st_size if path.exists() else 0


def _make(path: Path) -> None:
    """Make an empty private file where there is none; SQLite gives its side files the same mode."""
    try:
        # One that is there is not opened: closing it would take the locks away that SQLite holds on it for
        # another connection of this process, and the next process to look in would throw its log away.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if path.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Errors of SQLite and the system as errors for people."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except UnicodeDecodeError as error:
        raise _damaged("text that is no UTF-8", path) from error
    except OSError as error:
        no_folder = isinstance(error, FileExistsError | NotADirectoryError)
        why = "its folder is a file" if no_folder else error.strerror or error
        remedy = "give another place with --data-dir"
        raise JournalError(f"cannot be opened ({why})", remedy=remedy, path=path) from error


def _explain(error: sqlite3.Error, path: Path) -> JournalError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    full = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and _is_full(path)
    if full or code == sqlite3.SQLITE_FULL:
        return JournalFullError("no room left on the disk", remedy="free some space", path=path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return JournalLockedError("another program keeps it busy", path=path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        remedy = "check the folder's owner and the disk"
        return JournalError(f"cannot be written ({error})", remedy=remedy, path=path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(str(error), path)
    return JournalError(str(error), path=path)


def _damaged(how: str, path: Path) -> JournalError:
    remedy = "move it away, and `kneeload runs --recover` computes its runs from packets"
    return JournalError(f"is damaged ({how})", remedy=remedy, path=path)


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < FULL_BYTES
    except OSError:
        return False
