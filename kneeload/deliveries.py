"""What each sink has been given of the journal's results, and what it refused."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kneeload.codec import Row
from kneeload.database import Database

__all__ = ["Deliveries", "Refusal", "no_news", "rows_of"]

# A sink's cursor passes a place; it never goes back.
PASS: Final = (
    "INSERT INTO cursor (sink, seq) VALUES (?, ?) "
    "ON CONFLICT (sink) DO UPDATE SET seq = max(seq, excluded.seq)"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A result that a server will never take, and its reason. again: it is to be tried once more."""

    sink: str
    seq: int
    reason: str
    at_ns: int
    again: bool = False


class Deliveries:
    """Results in the order of their places, and for each sink the place up to which it has been served.

    Safe to call from several threads. Errors are kneeload.errors.JournalError. Where a sink has got to may be
    forgotten by a power cut: it is then given the same once more.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, synchronous="NORMAL")

    def close(self) -> None:
        """Frees the file."""
        self._database.close()

    def find_room(self) -> None:
        """As kneeload.database: for writing, where there was no room when it was opened."""
        self._database.find_room()

    def before_newest_run(self) -> int:
        """The place in the journal behind which the results of the newest run lie."""
        (first,) = self._database.read(
            "SELECT min(seq) FROM result WHERE run = (SELECT run FROM run ORDER BY rowid DESC LIMIT 1)"
        )[0]
        return self.last_seq() if first is None else int(first) - 1

    def after(self, seq: int, limit: int) -> list[Row]:
        """Up to limit results of all runs that follow a place in the journal, in order."""
        return rows_of(self._database, "result.seq > ? ORDER BY result.seq LIMIT ?", seq, limit)

    def last_seq(self) -> int:
        """The place of the newest result, 0 when there is none."""
        return int(self._database.read("SELECT coalesce(max(seq), 0) FROM result")[0][0])

    def cursor(self, sink: str) -> int | None:
        """The place up to which a sink has been served; None when it never was."""
        rows = self._database.read("SELECT seq FROM cursor WHERE sink = ?", sink)
        return int(rows[0][0]) if rows else None

    def cursors(self) -> dict[str, int]:
        """Every sink that was ever served, and up to which place."""
        return dict(self._database.read("SELECT sink, seq FROM cursor", types=(str, int)))

    def advance(self, sink: str, seq: int) -> None:
        """A sink has been served up to seq; never goes back."""
        with self._database.write() as connection:
            connection.execute(PASS, (sink, seq))

    def refuse(self, sink: str, seq: int, *, reason: str, at_ns: int) -> None:
        """A sink will never take this result: it is parked, and the cursor passes it, in one step."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO refused (sink, seq, reason, at_ns) VALUES (?, ?, ?, ?)",
                (sink, seq, reason, at_ns),
            )
            connection.execute(PASS, (sink, seq))

    def refused(self, sink: str | None = None) -> list[Refusal]:
        """What was refused by one sink or by all."""
        rows = self._database.read(
            "SELECT sink, seq, reason, at_ns, again FROM refused WHERE ?1 IS NULL OR sink = ?1 "
            "ORDER BY at_ns, seq",
            sink,
        )
        return [
            Refusal(sink=sink, seq=seq, reason=reason, at_ns=at_ns, again=bool(again))
            for sink, seq, reason, at_ns, again in rows
        ]

    def count_refused(self, sink: str) -> int:
        """How many results one sink refused."""
        return int(self._database.read("SELECT count(*) FROM refused WHERE sink = ?", sink)[0][0])

    def try_again(self) -> int:
        """Let every sink try what it refused once more when it next connects; how many results."""
        with self._database.write() as connection:
            return connection.execute("UPDATE refused SET again = 1").rowcount

    def to_try_again(self, sink: str, limit: int) -> list[Row]:
        """Up to limit parked results that a sink is to try once more, the first in order."""
        return rows_of(
            self._database,
            "result.seq IN (SELECT seq FROM refused WHERE sink = ? AND again ORDER BY seq LIMIT ?) "
            "ORDER BY result.seq",
            sink,
            limit,
        )

    def is_to_try_again(self, sink: str) -> bool:
        """Whether there are such."""
        asked = "SELECT EXISTS (SELECT 1 FROM refused WHERE sink = ? AND again)"
        return bool(self._database.read(asked, sink)[0][0])

    def taken(self, sink: str, seq: int) -> None:
        """A sink has taken a result that it once refused."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM refused WHERE sink = ? AND seq = ?", (sink, seq))


@contextmanager
def no_news(connection: sqlite3.Connection) -> Iterator[None]:
    """In a transaction: results of a run long over, which a broker that has got all before them is not given.

    Its subscribers want what happens now; a database is told of every run.
    """
    newest = "SELECT coalesce(max(seq), 0) FROM result"
    (before,) = connection.execute(newest).fetchone()
    yield
    connection.execute(
        f"UPDATE cursor SET seq = max(seq, ({newest})) WHERE sink LIKE 'mqtt:%' AND seq >= ?", (before,)
    )


def rows_of(database: Database, where: str, *values: object) -> list[Row]:
    """Results with the runs that they are of; where: of the tables result and run, with an order."""
    rows = database.read(
        "SELECT result.seq, result.run, run.runner, run.started_ns, result.stream, result.body "
        f"FROM result JOIN run ON run.run = result.run WHERE {where}",
        *values,
        types=(int, str, str, int, str, str),
    )
    return [Row(*row) for row in rows]
