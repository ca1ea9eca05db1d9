"""The journal: every result of every run, in order, durable before anyone is told."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType, TracebackType
from typing import Any, Literal, Self, TypeVar

from alerts.alert import Alert
from dsp.stride import Activity, Stride
from kneeload.codec import Row, encode
from kneeload.database import Database
from kneeload.deliveries import Deliveries, no_news, rows_of
from kneeload.errors import JournalError, JournalLockedError
from kneeload.lock import FolderLock
from kneeload.place import journal_of, run_folder
from kneeload.results import Result, SensorHealth, Summary

__all__ = ["RUN_FORMAT", "RUN_NAME", "Journal", "Row", "Run"]

RUN_FORMAT = "%Y%m%dT%H%M%SZ"
RUN_NAME = re.compile("[0-9]{8}T[0-9]{6}Z")

Kind = TypeVar("Kind", bound=Result)


@dataclass(frozen=True, slots=True)
class Run:
    """One run; times are UTC ns. "interrupted": it ended without saying so."""

    run: str
    runner: str
    started_ns: int
    ended_ns: int | None
    state: Literal["running", "ended", "interrupted"]
    config: Mapping[str, Any]
    note: str


class Journal:
    """The journal of one data folder.

    Any number of processes may read it; only the first that names or starts a run may write.
    Safe to call from several threads. Errors are kneeload.errors.JournalError. Each of listeners is called
    after an append, in its thread, with the number of new results.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = journal_of(data_dir)
        self.listeners: list[Callable[[int], None]] = []
        self._runs = Database(self.path, synchronous="FULL")
        try:
            self.deliveries = Deliveries(self.path)
        except BaseException:
            self._runs.close()
            raise
        self._lock = FolderLock(data_dir / "journal.lock")

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """The journal in a data folder, made where there is none."""
        return cls(data_dir)

    def close(self) -> None:
        """Everything is on disk already; frees the file."""
        self.deliveries.close()
        self._runs.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def writable(self) -> bool:
        """Whether anything can be kept here, by whoever has the folder's lock."""
        return self._runs.writable

    # Runs

    def name_run(self, started_ns: int) -> str:
        """A name for a run that starts now: its UTC second, or the next one that no run has yet."""
        self.claim()
        second = started_ns // 1_000_000_000
        while True:
            name = datetime.fromtimestamp(second, UTC).strftime(RUN_FORMAT)
            if not run_folder(self.path.parent, name).exists() and not self._runs.read(
                "SELECT 1 FROM run WHERE run = ?", name
            ):
                return name
            second += 1

    def claim(self) -> None:
        """Become the one process that writes runs; JournalLockedError when another is.

        JournalFullError while the disk has no room for it: no other process is the one then, either.
        """
        try:
            taken = self._lock.take()
        except OSError as error:
            raise JournalError(f"cannot be locked ({error.strerror or error})", path=self.path) from error
        if not taken:
            raise JournalLockedError(
                f"another kneeload (process {self._lock.owner() or 'unknown'}) is recording here; "
                "stop it or give this one a --data-dir of its own",
                path=self.path,
            )
        # Both, or sinks would go on reading what there was before.
        self._runs.find_room()
        self.deliveries.find_room()

    def start_run(
        self, run: str, runner: str, *, started_ns: int, config: Mapping[str, Any], note: str = ""
    ) -> None:
        """A run begins; earlier ones that never ended are interrupted. config holds no secrets."""
        self.claim()
        with self._runs.write() as connection:
            connection.execute("UPDATE run SET state = 'interrupted' WHERE state = 'running'")
            connection.execute(
                "INSERT INTO run (run, runner, started_ns, state, config, note) "
                "VALUES (?, ?, ?, 'running', ?, ?)",
                (run, runner, started_ns, json.dumps(dict(config)), note),
            )

    def add_earlier_run(
        self, run: str, runner: str, *, started_ns: int, config: Mapping[str, Any], note: str = ""
    ) -> None:
        """One that was cut off and is not known here yet, before all others."""
        self.claim()
        with self._runs.write() as connection:
            connection.execute(
                "INSERT INTO run (rowid, run, runner, started_ns, state, config, note) "
                "VALUES ((SELECT coalesce(min(rowid), 1) - 1 FROM run), ?, ?, ?, 'interrupted', ?, ?)",
                (run, runner, started_ns, json.dumps(dict(config)), note),
            )

    def resume_run(self, run: str) -> None:
        """An interrupted run goes on."""
        self.claim()
        with self._runs.write() as connection:
            connection.execute("UPDATE run SET state = 'interrupted' WHERE state = 'running'")
            connection.execute("UPDATE run SET state = 'running', ended_ns = NULL WHERE run = ?", (run,))

    def end_run(self, run: str, ended_ns: int, state: Literal["ended", "interrupted"] = "ended") -> None:
        """The run is over and complete; "interrupted": it did not end by itself, and is not to go on."""
        with self._runs.write() as connection:
            connection.execute("UPDATE run SET state = ?, ended_ns = ? WHERE run = ?", (state, ended_ns, run))

    def runs(self) -> list[Run]:
        """Every run in the order they were begun, whatever the clock said then; adopted ones come first.

        One that no living process writes is interrupted, whatever it was last.
        """
        abandoned = self._lock.free()
        rows = self._runs.read(
            "SELECT run, runner, started_ns, ended_ns, state, config, note FROM run ORDER BY rowid",
            types=(str, str, int, (int, NoneType), str, str, str),
        )
        # A run's name is the name of its folder: it must not lead anywhere else.
        stranger = next((row[0] for row in rows if not RUN_NAME.fullmatch(row[0])), None)
        if stranger is not None:
            what = f"is damaged (no run is called {stranger[:40]!r})"
            raise JournalError(what, remedy="move it away", path=self.path)
        return [
            Run(
                run=run,
                runner=runner,
                started_ns=started_ns,
                ended_ns=ended_ns,
                state="interrupted" if state == "running" and abandoned else state,
                config=self._settings(config),
                note=note,
            )
            for run, runner, started_ns, ended_ns, state, config, note in rows
        ]

    # Results

    def append(
        self, run: str, results: Sequence[Result], *, wait_s: float | None = None, news: bool = True
    ) -> int:
        """Keep results, all or none; returns how many were new. What was there already stays as it was.

        wait_s: for another program that writes; as long as for everything else where it is None.
        news: what a broker is told of.
        """
        entries = [encode(result) for result in results]
        with (
            self._runs.write(wait_s=wait_s) as connection,
            nullcontext() if news else no_news(connection),
        ):
            before = connection.total_changes
            connection.executemany(
                "INSERT INTO result (run, stream, mount, t_us, key, body) VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (run, stream, mount, key) DO NOTHING",
                [(run, entry.stream, entry.mount, entry.t_us, entry.key, entry.body) for entry in entries],
            )
            new = connection.total_changes - before
        if new:
            for listener in self.listeners:
                listener(new)
        return new

    def strides(self, run: str) -> list[Stride]:
        """A run's foot contacts in the order of their completion."""
        return self._results(run, "stride", Stride)

    def first_strides(self, run: str, most: int, gait: Activity) -> list[Stride]:
        """A run's first foot contacts in this gait, in the order of their completion.

        Costs what these few cost, and what comes before them.
        """
        first, last = self._runs.read("SELECT min(seq), max(seq) FROM result WHERE run = ?", run)[0]
        if first is None:
            return []
        # Along the places, not through an index: that would sort all of a long run first.
        rows = self._runs.read(
            "SELECT body FROM result NOT INDEXED WHERE seq BETWEEN ? AND ? AND run = ? AND stream = 'stride' "
            "AND json_extract(body, '$.activity') = ? ORDER BY seq LIMIT ?",
            first,
            last,
            run,
            gait,
            most,
            types=(str,),
        )
        decoded = [Row(0, run, "", 0, "stride", body).result for (body,) in rows]
        return [stride for stride in decoded if isinstance(stride, Stride)]

    def alerts(self, run: str) -> list[Alert]:
        """What was raised and cleared in a run, in order."""
        return self._results(run, "alert", Alert)

    def summaries(self, run: str) -> list[Summary]:
        """A run's summaries in order."""
        return self._results(run, "summary", Summary)

    def health(self, run: str) -> list[SensorHealth]:
        """The sensors' health during a run in order."""
        return self._results(run, "sensor", SensorHealth)

    def count(self, run: str, stream: str) -> int:
        """How many results of a stream a run has."""
        return int(
            self._runs.read("SELECT count(*) FROM result WHERE run = ? AND stream = ?", run, stream)[0][0]
        )

    def raised(self, run: str) -> int:
        """How many alerts a run raised, by their keys: one of another version counts too."""
        (count,) = self._runs.read(
            "SELECT count(*) FROM result WHERE run = ? AND stream = 'alert' AND key LIKE '%/raised/%'", run
        )[0]
        return int(count)

    def last_us(self, run: str, stream: str) -> int | None:
        """Run time of the last result of a stream, None where there is none."""
        (last,) = self._runs.read(
            "SELECT max(t_us) FROM result WHERE run = ? AND stream = ?", run, stream, types=((int, NoneType),)
        )[0]
        return None if last is None else int(last)

    def size(self, run: str) -> int:
        """How many results a run has."""
        return int(self._runs.read("SELECT count(*) FROM result WHERE run = ?", run)[0][0])

    def undelivered(self, run: str) -> dict[str, int]:
        """How many results of a run each sink that was ever served has not got yet."""
        rows = self._runs.read(
            "SELECT cursor.sink, count(*) FROM cursor JOIN result ON result.seq > cursor.seq "
            "WHERE result.run = ? GROUP BY cursor.sink",
            run,
        )
        return {str(sink): int(count) for sink, count in rows}

    def forget(self, run: str) -> None:
        """Remove a run and its results for good."""
        self.claim()
        with self._runs.write() as connection:
            connection.execute(
                "DELETE FROM refused WHERE seq IN (SELECT seq FROM result WHERE run = ?)", (run,)
            )
            connection.execute("DELETE FROM result WHERE run = ?", (run,))
            connection.execute("DELETE FROM run WHERE run = ?", (run,))

    def compact(self) -> None:
        """Give the room of what was removed back to the disk."""
        self.claim()
        self._runs.read("VACUUM")

    # Inside

    def _settings(self, text: str) -> Mapping[str, Any]:
        """The configuration that a run was started with."""
        try:
            settings = json.loads(text)
        except (ValueError, RecursionError):
            settings = None
        if not isinstance(settings, dict):
            what = "is damaged (a run's configuration is none)"
            raise JournalError(what, remedy="move it away", path=self.path)
        return settings

    def _results(self, run: str, stream: str, kind: type[Kind]) -> list[Kind]:
        rows = rows_of(self._runs, "result.run = ? AND result.stream = ? ORDER BY result.seq", run, stream)
        return [result for row in rows if isinstance(result := row.result, kind)]
