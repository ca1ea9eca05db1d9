"""Where recording, monitor and journal meet: in which order, and what a disk without room costs."""

import asyncio
import io
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from dsp.mount import Mount
from ingest import recording
from ingest.errors import FileLostError
from ingest.packet import Packet
from ingest.recording import Recorder
from kneeload import saver
from kneeload.journal import Journal
from kneeload.monitor import Monitor
from kneeload.place import make_folder, packets_of
from kneeload.report import print_summary
from kneeload.results import Result
from kneeload.resume import find_cut
from kneeload.session import Keeper
from tests.kneeload.virtual_packets import FAMILY, running
from tests.room import largest_file, no_sync

__all__: list[str] = []

LEFT = Mount.LEFT_SHIN
RUN = "20260301T070000Z"


@dataclass
class Standing:
    """Run time stands at the last packet: what comes out depends on packets alone."""

    at_ns: int = 0
    speedup: float = 1.0

    def now_ns(self) -> int:
        return self.at_ns

    async def sleep(self, _duration_s: float, /) -> None:
        await asyncio.Event().wait()


@dataclass
class Running:
    """A run on this disk, and what was said of it."""

    keeper: Keeper
    journal: Journal
    path: Path
    clock: Standing = field(default_factory=Standing)
    said: list[str] = field(default_factory=list)

    def receive(self, packets: Iterable[Packet]) -> None:
        for packet in packets:
            self.clock.at_ns = packet.arrival_ns
            self.keeper.receive(packet)
        assert not self.keeper.failed.done()

    @property
    def journalled(self) -> list[Result]:
        return [row.result for row in self.journal.deliveries.after(0, 100_000)]


@contextmanager
def started(folder: Path) -> Iterator[Running]:
    path = make_folder(folder, RUN) / "packets.mcap"
    assert path == packets_of(folder, RUN)
    clock = Standing()
    with Journal.open(folder) as journal, Recorder(path, {}) as recorder:
        journal.start_run(RUN, "runner", started_ns=1, config={})
        keeper = Keeper(RUN, clock=clock, recorder=recorder, monitor=fresh(), journal=journal)
        run = Running(keeper, journal, path, clock)
        keeper.troubles.told = run.said.append
        yield run


def fresh() -> Monitor:
    return Monitor({LEFT: FAMILY})


def computed(packets: Iterable[Packet]) -> list[Result]:
    monitor = fresh()
    return [result for packet in packets for result in monitor.receive(packet)]


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(LEFT, 20.0)


async def test_packets_are_written_and_synced_before_their_results_are_journalled(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut leaves in the journal can be computed again from what it leaves of the packets."""
    synced: list[int] = []
    fsync = os.fsync

    def noted(file: int) -> None:
        fsync(file)
        if os.path.samestat(os.fstat(file), run.path.stat()):
            synced.append(os.fstat(file).st_size)

    with started(tmp_path) as run:
        taken: list[Packet] = []

        def look(_new: int) -> None:
            assert list(recording.read(run.path)) == taken, "not handed to the system"
            assert synced[-1:] == [run.path.stat().st_size], "not synced"

        monkeypatch.setattr(os, "fsync", noted)
        run.journal.listeners.append(look)
        for packet in packets:
            taken.append(packet)
            run.receive([packet])
        assert len(run.journalled) > 20


async def test_a_packet_that_is_lost_gives_no_results(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the journal holds can be computed again from packets.mcap, however much was lost."""
    monkeypatch.setattr(recording, "LARGEST_PENDING", 10_000)
    third = len(packets) // 3
    with started(tmp_path) as run:
        run.receive(packets[:third])
        with largest_file(1):
            run.receive(packets[third : 2 * third])
        run.receive(packets[2 * third :])
        await run.keeper.tick()
        dropped = run.keeper.recorder.packets_dropped
        kept = list(recording.read(run.path))
        assert 20 < dropped == len(packets) - len(kept)
        assert run.journalled == computed(kept) != computed(packets)
    assert [line for line in run.said if "no more packets fit into memory: they are being lost; " in line]
    assert run.said[-1].startswith(f"the disk takes results again: {dropped} packets are missing: ")
    assert len(run.said) == len(set(run.said)) <= 4, "each once, however often it was tried"


async def test_a_disk_that_is_full_twice_is_told_of_twice_though_no_result_had_to_wait(
    tmp_path: Path, packets: list[Packet]
) -> None:
    with started(tmp_path) as run:
        run.receive(packets[:10])
        before = run.journalled
        for packet in packets[10:12]:
            with largest_file(1):
                run.receive([packet])
                await run.keeper.tick()
                await run.keeper.tick()
            await run.keeper.tick()
            await run.keeper.tick()
        assert run.journalled == before
    full, well = run.said[0], "the disk takes results again: nothing is missing"
    assert full.startswith(f"{run.path}: File too large; ")
    assert run.said[1] == run.said[3] == well
    assert [line.split(";")[0] for line in run.said] == [full.split(";")[0], well] * 2


async def test_no_result_is_kept_of_packets_that_may_not_be_on_disk(
    tmp_path: Path, packets: list[Packet]
) -> None:
    half = len(packets) // 2
    with pytest.raises(FileLostError, match="no more results are kept"), started(tmp_path) as run:  # noqa: PT012
        run.receive(packets[:half])
        before = run.journalled
        with no_sync():
            run.receive(packets[half : half + 3])
            await run.keeper.tick()
        run.receive(packets[half + 3 :])
        await run.keeper.tick()
        assert run.journalled == before != computed(packets)
        assert [line.partition(": ")[2].split(";")[0] for line in run.said] == [
            "could not be synced: Input/output error"
        ]
    with Journal.open(tmp_path) as journal:
        cut = find_cut(journal, tmp_path)
        assert cut is not None, "what can still be read can be gone on with"
        assert cut.packets == len(packets)


async def test_of_results_that_wait_the_oldest_go_and_are_counted(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saver, "MOST_WAITING", 5)
    results = computed(packets)
    with started(tmp_path) as run:
        with largest_file(1):
            run.receive(packets)
        await run.keeper.tick()
        assert run.journalled == results[-5:]
        assert run.keeper.saver.dropped == len(results) - 5
    assert sum("the oldest are lost" in line for line in run.said) == 1
    assert f"again: {len(results) - 5} results are missing" in run.said[-1]


async def test_what_waits_is_worked_off_in_pieces_and_in_order(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All at once would hold up what comes meanwhile: ten hours of results take seconds to write."""
    monkeypatch.setattr(saver, "AT_ONCE", 5)
    results, half = computed(packets), len(packets) // 2
    with started(tmp_path) as run:
        with largest_file(1):
            run.receive(packets[:half])
        waiting = run.keeper.saver.waiting
        assert waiting > 10
        await run.keeper.tick()
        assert run.journalled == results[:5]
        run.receive(packets[half:])
        assert run.journalled == results[:5]
        assert run.keeper.saver.waiting > waiting - 5
        while run.keeper.saver.waiting:
            await run.keeper.tick()
        assert run.journalled == results


async def test_what_a_busy_journal_does_not_take_at_a_tick_waits_for_the_next(
    tmp_path: Path, packets: list[Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saver, "HASTE_S", 0.01)
    with started(tmp_path) as run:
        with closing(sqlite3.connect(tmp_path / "journal.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            run.receive(packets)
            await run.keeper.tick()
            assert run.journalled == []
        await run.keeper.tick()
        assert run.journalled == computed(packets)


def test_what_a_run_lacks_stands_at_its_end(tmp_path: Path) -> None:
    told = {"run": RUN, "strides": 9, "alerts": 0, "duration_s": 60.0}
    for dropped, said in ({"packets": 0, "results": 0}, False), ({"packets": 7, "results": 0}, True):
        text = io.StringIO()
        print_summary({**told, "dropped": dropped}, Console(file=text, width=80), folder=tmp_path)
        assert ("7 packets are missing" in text.getvalue()) is said
