"""The journal's tables, and how they came to be."""

import sqlite3
from collections.abc import Callable

__all__ = ["MIGRATIONS"]


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
