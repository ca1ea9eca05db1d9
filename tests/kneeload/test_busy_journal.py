"""A journal that somebody keeps busy: a way out waits for it, and neither the run nor the event loop does."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kneeload.settings import InfluxSettings
from tests.kneeload.examples import a_run
from tests.kneeload.following import RUN, following, http_stand_in, journal_at, until


@contextmanager
def busy(folder: Path) -> Iterator[sqlite3.Connection]:
    """Another program writes, until it rolls back."""
    with closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_busy_at_its_start_a_way_out_waits_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kneeload.database.BUSY_S", 0.05)

    async def run(url: str) -> None:
        with journal_at(tmp_path) as journal:
            journal.append(RUN, results := a_run(5))
            with busy(tmp_path) as other:
                async with following(journal, InfluxSettings(url=url, drain_s=60)) as state:
                    await until(
                        lambda: "another program keeps it busy" in str(state.last_error), "it is told"
                    )
                    other.rollback()
            assert (state.delivered, state.behind, state.last_error) == (len(results), 0, None)
            assert state.given_up is None

    with http_stand_in(lambda _path, _body: (204, {"X-Influxdb-Version": "1.8.10"}, b"")) as url:
        asyncio.run(run(url))


def test_a_place_that_cannot_be_kept_is_told_of_until_the_next_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All has arrived, and would be delivered once more after a restart."""
    monkeypatch.setattr("kneeload.database.BUSY_S", 0.05)

    async def run(url: str) -> None:
        with journal_at(tmp_path) as journal:
            async with following(journal, InfluxSettings(url=url)) as state:
                await until(lambda: state.connected, "it is connected")
                first, second = a_run(5), a_run(10)[len(a_run(5)) :]
                journal.append(RUN, first)
                with busy(tmp_path) as other:
                    await until(lambda: "keeps it busy" in str(state.last_error), "it is told")
                    assert (state.delivered, state.behind, state.connected) == (len(first), 0, True)
                    other.rollback()
                journal.append(RUN, second)
            assert (state.delivered, state.last_error) == (len(first) + len(second), None)

    with http_stand_in(lambda _path, _body: (204, {"X-Influxdb-Version": "1.8.10"}, b"")) as url:
        asyncio.run(run(url))


def test_the_loop_waits_for_no_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop itself ends what keeps the journal busy: had it to wait, the writing would fail first."""
    monkeypatch.setattr("kneeload.database.BUSY_S", 20.0)

    async def run(url: str) -> None:
        loop = asyncio.get_running_loop()
        with journal_at(tmp_path) as journal:
            journal.append(RUN, a_run(5))
            async with following(journal, InfluxSettings(url=url, drain_s=0)) as earlier:
                await until(lambda: earlier.last_error is not None, "its server refuses")
                with busy(tmp_path) as other:
                    advance = journal.deliveries.advance
                    writing = asyncio.create_task(asyncio.to_thread(advance, "another", 1))
                    await asyncio.sleep(0.1)
                    loop.call_later(0.5, other.rollback)
                    # One way out begins, one ends; both look how much there is left.
                    async with following(journal, InfluxSettings(url=url, drain_s=0)):
                        await asyncio.sleep(0.1)
                    await writing

    with http_stand_in(lambda _path, _body: (503, {}, b"")) as url:
        asyncio.run(run(url))
