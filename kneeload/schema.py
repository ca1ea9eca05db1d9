"""The journal's tables, and how they came to be."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache

__all__ = ["MIGRATIONS", "own_tables", "tables"]


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


def _parked_results_sent_again(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE refused ADD COLUMN again INTEGER NOT NULL DEFAULT 0")


# What leads from each schema version to the next: entry i makes version i + 1. Entries are never changed.
MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _first_tables,
    _parked_results_sent_again,
)


def tables(connection: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    """What a journal is made of: tables, indexes, triggers, views, with their definitions."""
    rows = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema")
    return frozenset(rows.fetchall())


@cache
def own_tables() -> frozenset[tuple[str, ...]]:
    """What this version's migrations make."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for migrate in MIGRATIONS:
            migrate(connection)
        return tables(connection)
