"""Hostile rows: what another program, or somebody with the file in their hands, put into a journal."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from kneeload.codec import Row, encode
from kneeload.errors import KneeloadError, RowError
from kneeload.export import export_run
from kneeload.journal import Journal
from kneeload.listing import list_runs
from kneeload.payload import line, message
from kneeload.replay import run_replay
from kneeload.review.load import load as load_review
from kneeload.schema import MIGRATIONS
from tests.fuzz.feed import Feed
from tests.fuzz.files import folder
from tests.fuzz.refusal import fit_to_show
from tests.sample_run import sample_results

__all__ = ["attack_journal", "attack_rows", "journal_seeds", "row_seeds"]

STREAMS = ("stride", "alert", "summary", "sensor", "status", "")
RUN = "20260301T070000Z"


def attack_rows(data: bytes) -> None:
    """A row is a result, which can be told to broker and database in one message and one line, or refused."""
    feed = Feed(data)
    stream = feed.pick(STREAMS)
    started_ns = feed.pick((0, 1_772_348_400_000_000_000, -(1 << 63), (1 << 63) - 1))
    runner = feed.text()
    row = Row(feed.uint(4), RUN, runner, started_ns, stream, feed.rest().decode("utf-8", "replace"))
    try:
        assert encode(row.result).stream == stream
    except RowError as error:
        fit_to_show(error)
        return
    try:
        told = message(row)
        json.loads(told.payload)
        assert not set(told.topic) & set("+#\0\n"), told.topic
        assert told.topic.startswith("kneeload/")
        assert told.topic.count("/") <= 3
    except RowError as error:
        fit_to_show(error)
    try:
        text = line(row)
        assert text.isprintable() or not any(c < " " for c in text), ascii(text)
        measurement, _, _ = text.partition(",")
        assert measurement == stream
    except RowError as error:
        fit_to_show(error)


@cache
def row_seeds() -> list[bytes]:
    by_stream = {entry.stream: entry for entry in map(encode, sample_results())}
    return [
        bytes((STREAMS.index(stream), 1, 4)) + b"anna" + bytes(4) + entry.body.encode()
        for stream, entry in by_stream.items()
    ]


def attack_journal(data: bytes) -> None:
    """A journal.db with anything in it is listed, reviewed and exported, or refused in one line."""
    place = folder() / "data"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    feed = Feed(data)
    if feed.uint(1) % 4 == 0:
        spoil(place / "journal.db", feed)
    else:
        fill(place / "journal.db", feed)
    for look in (
        lambda: list_runs(place, console=None),
        lambda: look_at_runs(place),
    ):
        try:
            look()
        except KneeloadError as error:
            fit_to_show(error)


def look_at_runs(place: Path) -> None:
    with Journal.open(place) as journal:
        names = [run.run for run in journal.runs()]
        journal.deliveries.refused()
        journal.deliveries.cursors()
        for row in journal.deliveries.after(0, 100):
            for tell in (message, line):
                try:
                    tell(row)
                except RowError as error:
                    fit_to_show(error)
    for name in names[:2]:
        for look in (
            lambda name=name: load_review(place, name),
            lambda name=name: export_run(place, name, folder() / "export"),
            lambda name=name: run_replay(name, data_dir=place, in_real_time=False, console=None),
        ):
            try:
                look()
            except KneeloadError as error:
                fit_to_show(error)


def spoil(path: Path, feed: Feed) -> None:
    """Bytes of a good file replaced."""
    content = bytearray(good_journal())
    while feed:
        at = feed.uint(3) % len(content)
        content[at : at + 1] = feed.take(1) or b"\0"
    path.write_bytes(content)


@cache
def good_journal() -> bytes:
    place = folder() / "good"
    shutil.rmtree(place, ignore_errors=True)
    with Journal.open(place) as journal:
        journal.start_run(RUN, "anna", started_ns=1_772_348_400_000_000_000, config={})
        journal.append(RUN, sample_results()[:40])
        journal.end_run(RUN, 1_772_348_500_000_000_000)
    with closing(sqlite3.connect(place / "journal.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return (place / "journal.db").read_bytes()


def fill(path: Path, feed: Feed) -> None:
    """Rows of any content in tables with the right names that hold any type."""
    strict = feed.uint(1) % 2 == 0
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        if strict:
            for migrate in MIGRATIONS:
                migrate(connection)
        else:
            connection.execute("CREATE TABLE run (run, runner, started_ns, ended_ns, state, config, note)")
            connection.execute("CREATE TABLE result (seq, run, stream, mount, t_us, key, body)")
            connection.execute("CREATE TABLE cursor (sink, seq)")
            connection.execute("CREATE TABLE refused (sink, seq, reason, at_ns)")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        runs: list[object] = [RUN]
        while feed:
            table = feed.uint(1) % 4
            if table == 0:
                runs.append(value(feed))
            name, values = row_of(table, runs[-1], feed)
            marks = ", ".join("?" * len(values))
            try:
                connection.execute(f"INSERT INTO {name} VALUES ({marks})", values)
            except sqlite3.Error:
                continue  # a table of the right types takes less
    os.chmod(path, 0o600)


def row_of(table: int, run: object, feed: Feed) -> tuple[str, tuple[object, ...]]:
    match table:
        case 0:
            return "run", (run, *(value(feed) for _ in range(3)), state(feed), config(feed), value(feed))
        case 1:
            stream = feed.pick(STREAMS)
            return "result", (value(feed), run, stream, "", value(feed), value(feed), body(feed))
        case 2:
            return "cursor", (value(feed), value(feed))
        case _:
            return "refused", tuple(value(feed) for _ in range(4))


def value(feed: Feed) -> object:
    """Any value that SQLite can hold."""
    match feed.uint(1) % 7:
        case 0:
            return None
        case 1:
            return feed.uint(8) - (1 << 63)
        case 2:
            return feed.double()
        case 3:
            return feed.text()
        case 4:
            return feed.blob()
        case 5:
            return feed.uint(2) * 100_000_000_000_000
        case _:
            return feed.pick(("", "anna", RUN, "../../etc/passwd", "\x1b[2J", "a\nb", "=1+1"))


def state(feed: Feed) -> object:
    return feed.pick(("ended", "running", "interrupted", "other", None, 1))


def config(feed: Feed) -> object:
    choice = feed.uint(1) % 12
    texts = ("{}", "[]", "null", '{"sensors": [1, null, {"mount": 3}]}', '{"alerts": {"shock-high": []}}')
    if choice < len(texts):
        return texts[choice]
    if choice == 11:
        return "[" * 100_000
    return value(feed)


def body(feed: Feed) -> object:
    known = row_bodies()
    text = known[feed.uint(1) % len(known)]
    if feed.uint(1) % 2:
        at = feed.uint(1) % len(text)
        return text[:at] + feed.text() + text[at + feed.uint(1) % 8 :]
    return text


@cache
def row_bodies() -> list[str]:
    return list({entry.stream: entry.body for entry in map(encode, sample_results())}.values())


@cache
def journal_seeds() -> list[bytes]:
    import random

    source = random.Random(7)
    return [bytes((0, 100, 0, 0, 255)), *(source.randbytes(300) for _ in range(12))]
