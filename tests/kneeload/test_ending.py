"""A run that ends on a disk that takes nothing: what a person is told, and what can be had back."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from dsp.mount import Mount
from ingest import recording
from ingest.packet import Packet
from kneeload.conduct import conduct
from kneeload.config import load
from kneeload.errors import UnfinishedRunError
from kneeload.failures import told
from kneeload.journal import Journal
from kneeload.place import packets_of
from kneeload.resume import find_cut, recover
from kneeload.view import Silent
from tests.kneeload.test_session import LEFT, Standing
from tests.kneeload.virtual_packets import FAMILY, running
from tests.room import largest_file, no_sync

__all__: list[str] = []

HALF_NS = 10_000_000_000
SENSOR = {"mount": str(Mount.LEFT_SHIN), "address": "00:00:00:00:00:01", "family": FAMILY}
REST = "the same command with --resume goes on with it, `kneeload runs --recover` keeps what there is of it"


@pytest.fixture(scope="module")
def packets() -> list[Packet]:
    return running(LEFT, 20.0)


def broken_off(folder: Path, packets: list[Packet], breaks: Callable[[ExitStack], object]) -> str:
    """A run whose disk breaks after ten seconds, for good; what was said at its end."""
    clock, over = Standing(), asyncio.Event()

    async def run() -> None:
        with ExitStack() as machine:

            async def links(receive: Callable[[Packet], None]) -> None:
                broken = False
                for packet in packets:
                    if packet.arrival_ns > HALF_NS and not broken:
                        broken = bool(breaks(machine)) or True
                    clock.at_ns = packet.arrival_ns
                    receive(packet)
                over.set()
                await asyncio.Event().wait()

            async def until() -> None:
                await over.wait()

            config = load(None, data_dir=folder, overrides={"sensors": [SENSOR]})
            await conduct(
                config, clock=clock, links=links, families={LEFT: FAMILY}, until=until, view=Silent()
            )

    with pytest.raises(UnfinishedRunError) as caught:
        asyncio.run(run())
    said, code = told(caught.value)
    assert code == 1
    return said


def test_a_run_that_ends_on_a_full_disk_says_what_is_lost_and_what_to_do(
    tmp_path: Path, packets: list[Packet]
) -> None:
    said = broken_off(tmp_path, packets, lambda machine: machine.enter_context(largest_file(1)))
    with Journal.open(tmp_path) as journal:
        cut = find_cut(journal, tmp_path)
        assert cut is not None, "it did not end"
        path = packets_of(tmp_path, cut.run)
        on_disk = list(recording.read(path))
        assert on_disk == packets[: len(on_disk)]
        lost, _, rest = said.partition(" bytes of packets since ")
        assert int(lost.removeprefix(f"run {cut.run}: ")) > sum(len(p.data) for p in packets[len(on_disk) :])
        since_s = packets[len(on_disk)].arrival_ns // 1_000_000_000
        remedy = "check the disk and the folder's permissions"
        assert rest == f"0:{since_s:02d} are lost: {path}: File too large; {remedy}, then {REST}"
        assert recover(journal, cut) > 0


def test_a_run_whose_packets_cannot_be_trusted_at_its_end_says_so(
    tmp_path: Path, packets: list[Packet]
) -> None:
    said = broken_off(tmp_path, packets, lambda machine: machine.enter_context(no_sync()))
    assert (
        "could not be synced: Input/output error; check the disk; packets written before may be gone" in said
    )
    assert said.endswith(REST)
