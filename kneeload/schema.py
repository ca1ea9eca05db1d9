"""The journal's tables, how they came to be, and a connection that loses nothing it has acknowledged."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kneeload.errors import JournalError, JournalFullError, JournalLockedError, JournalVersionError

__all__ = ["MIGRATIONS", "connect", "explained", "transaction"]

BUSY_S = 5.0
# A disk with less than this free is called full when SQLite can only say "disk I/O error".
FULL_BYTES = 1_000_000


def _first_tables(connection: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE run (
            run TEXT PRIMARY KEY,
            runner TEXT NOT NULL,
            started_ns INTEGER NOT NULL,
            ended_ns INTEGER,
            state TEXT NOT NULL CHECK (state IN ('running', 'ended', 'interrupted')),
            config TEXT NOT NULL,
            note TEXT NOT NULL DEFAULT ''
        ) STRICT""",
        """CREATE TABLE result (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES run (run),
            stream TEXT NOT NULL,
            mount TEXT NOT NULL,
            t_us INTEGER NOT NULL,
            key TEXT NOT NULL,
            body TEXT NOT NULL,
            UNIQUE (run, stream, mount, key)
        ) STRICT""",
        """CREATE TRIGGER result_is_never_changed BEFORE UPDATE ON result
            BEGIN SELECT RAISE (ABORT, 'results are append-only'); END""",
        "CREATE TABLE cursor (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT",
        """CREATE TABLE refused (
            sink TEXT NOT NULL,
            seq INTEGER NOT NULL,
            reason TEXT NOT NULL,
            at_ns INTEGER NOT NULL,
            PRIMARY KEY (sink, seq)
        ) STRICT""",
    ):
        connection.execute(statement)


# What leads from each schema version to the next: entry i makes version i + 1. Entries are never changed.
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first_tables,)


def connect(path: Path) -> sqlite3.Connection:
    """The journal at path, made (file 0600, folder 0700) or brought up to date where necessary."""
    with explained(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its side files the mode of the main file.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "trusted_schema = OFF",
            ):
                connection.execute(f"PRAGMA {pragma}")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == len(MIGRATIONS):
        return
    with transaction(connection):
        # Looked at again inside: another process may have been first.
        version = _version(connection)
        if version > len(MIGRATIONS):
            known = len(MIGRATIONS)
            raise JournalVersionError(
                f"was written by a newer kneeload (schema {version}, known here {known}): update it",
                path=path,
            )
        for migrate in MIGRATIONS[version:]:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing; on disk when it returns."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back by itself already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Errors of SQLite and the system as errors for people."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except OSError as error:
        raise JournalError(f"cannot be opened ({error.strerror or error})", path=path) from error


def _explain(error: sqlite3.Error, path: Path) -> JournalError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path)):
        return JournalFullError("no room left on the disk; free some space", path=path)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return JournalLockedError(f"another program has kept it busy for {BUSY_S:g} s", path=path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return JournalError(f"cannot be written ({error}): check the folder's owner and the disk", path=path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return JournalError(
            f"is damaged ({error}): move it away; runs can be computed again from their packets.mcap",
            path=path,
        )
    return JournalError(str(error), path=path)


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < FULL_BYTES
    except OSError:
        return False
