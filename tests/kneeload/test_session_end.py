"""How a session ends: complete, or in a failure of which a person is told."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.errors import LinkError
from ingest.packet import Packet
from kneeload import database, session
from kneeload.config import load
from kneeload.errors import JournalLockedError
from kneeload.failures import told
from kneeload.journal import Journal
from kneeload.outlets import Outlets
from kneeload.resume import find_cut
from kneeload.session import Keeper, run_session
from tests.kneeload.test_session import LEFT, RUN, computed, fresh, started
from tests.kneeload.virtual_packets import running

__all__: list[str] = []


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(LEFT, 20.0)


async def for_ever() -> None:
    await asyncio.Event().wait()


async def at_once() -> None:
    return


async def a_moment() -> None:
    await asyncio.sleep(0.01)


async def test_a_run_whose_last_results_found_no_way_in_is_not_over(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marked as ended it would lack them for good, and nothing would say so."""
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    with pytest.raises(JournalLockedError, match="busy"), started(tmp_path) as run:  # noqa: PT012
        run.receive(packets)
        with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await run_session(run.keeper, for_ever, until=at_once)
    with Journal.open(tmp_path) as journal:
        assert journal.size(RUN) == len(computed(packets))
        cut = find_cut(journal, tmp_path)
        assert cut is not None
        assert cut.packets == len(packets)


async def test_a_journal_that_is_free_again_gets_the_last_results(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    with started(tmp_path) as run:
        run.receive(packets)
        other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        def troubled(line: str) -> None:
            run.said.append(line)
            other.close()  # between the first attempt and the second

        run.keeper.troubles.told = troubled
        await run_session(run.keeper, for_ever, until=at_once)
        assert run.keeper.saver.waiting == 0
        assert len(run.journalled) > len(computed(packets))
    assert run.said[-1] == "the disk takes results again: nothing is missing"


async def test_a_run_that_is_stopped_while_it_catches_up_ends_as_of_then_and_holds_nobody_up(
    tmp_path: Path, packets: list[Packet]
) -> None:
    """The rest was worked through in one piece, and links that were cut meanwhile were told of as silent."""
    turns = 0

    def slowly() -> Iterator[Packet]:
        for packet in packets:
            run.clock.at_ns += 1_000_000_000
            yield packet

    async def look_on() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    stopped_ns = packets[-1].arrival_ns + 5
    with started(tmp_path) as run:
        run.keeper = Keeper(
            RUN,
            clock=run.clock,
            recorder=run.keeper.recorder,
            monitor=fresh(),
            journal=run.journal,
            earlier=slowly(),
        )
        run.clock.at_ns = stopped_ns
        looking = asyncio.create_task(look_on())
        await run_session(run.keeper, for_ever, until=at_once)
        looking.cancel()
        monitor = fresh()
        expected = [result for packet in packets for result in monitor.receive(packet)]
        assert run.journalled == expected + monitor.finish(stopped_ns)
    assert turns >= len(packets) // session.CATCH_UP


async def test_of_failures_at_the_same_time_a_person_is_told_of_each(tmp_path: Path) -> None:
    async def no_radio() -> None:
        raise LinkError("Bluetooth: turned off")

    async def no_memory() -> None:
        try:
            await for_ever()
        finally:
            raise MemoryError("no more")

    with started(tmp_path) as run, pytest.raises(LinkError) as caught:
        await run_session(run.keeper, no_radio, until=no_memory)
    said, code = told(caught.value)
    assert said.startswith("Bluetooth: turned off; at the same time: MemoryError: no more")
    assert code == 1


async def test_a_mistake_stops_the_run_at_once(tmp_path: Path, packets: list[Packet]) -> None:
    def mistaken(_results: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    async def bringing() -> None:
        for packet in packets:
            run.keeper.receive(packet)
        await for_ever()

    with started(tmp_path) as run:
        run.keeper.listeners.append(mistaken)
        with pytest.raises(ZeroDivisionError, match="of ours"):
            async with asyncio.timeout(30):
                await run_session(run.keeper, bringing, until=for_ever)


async def test_a_mistake_while_the_links_are_closed_fails_the_run(
    tmp_path: Path, packets: list[Packet]
) -> None:
    """The last packets come then; a run that lost what they tell would be marked as ended."""
    half = len(packets) // 2

    async def closing() -> None:
        try:
            await for_ever()
        finally:
            run.keeper.listeners.append(mistaken)
            for packet in packets[half:]:
                run.keeper.receive(packet)
            run.keeper.listeners.remove(mistaken)

    def mistaken(_results: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    with started(tmp_path) as run:
        run.receive(packets[:half])
        with pytest.raises(ZeroDivisionError, match="of ours"):
            await run_session(run.keeper, closing, until=a_moment)


async def test_beside_the_sinks_too(tmp_path: Path) -> None:
    both = BaseExceptionGroup("", [LinkError("off"), ExceptionGroup("", [OSError(5, "I/O", "disk")])])
    with Journal.open(tmp_path) as journal, pytest.raises(LinkError) as caught:
        async with Outlets.open(journal, load(None, data_dir=tmp_path), run=RUN, tell=print):
            raise both
    assert told(caught.value) == ("off; at the same time: disk: I/O", 1)
    assert told(both) == told(caught.value), "each once"
