"""The short form of make torture: each attack a few times."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from ingest.packet import Packet
from tests.torture.broker import Pace, without_descriptors, without_room
from tests.torture.checks import look
from tests.torture.crash import MOST_MISSING_S, kill_and_go_on
from tests.torture.day import long_run
from tests.torture.limits import starved
from tests.torture.machine import CLOCKS, clocks, full_disk, little_memory, loaded, read_only, stopped
from tests.torture.outing import outing
from tests.torture.paper import MEASURED, conditions
from tests.torture.power import cut_power
from tests.torture.row import Row
from tests.torture.runner import load_packets, save_packets
from tests.torture.sensors import needed
from tests.torture.servers import Trouble, trouble

Stream = tuple[Path, list[Packet]]
# Nothing of how long an answer takes is judged here, and the wall's time is what it costs.
FASTER = 8.0
# Where nothing that takes time is done to a run from outside: it would have to come before the end.
FASTEST = 16.0
# In the bad time a broker saves its sessions once at least, and a connection that broke is tried again.
BRIEFLY = Pace(1.0, 2.0, 2.0, FASTER)


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Stream:
    file = save_packets(tmp_path_factory.mktemp("stream") / "packets.pickle", 110.0)
    return file, load_packets(file)


def test_killed_runs_go_on(tmp_path: Path, stream: Stream) -> None:
    crashes = [
        kill_and_go_on(tmp_path / f"run{number}", *stream, Random(number), broker=None) for number in range(4)
    ]
    assert any(crash.gone_on for crash in crashes)
    for crash in crashes:
        assert crash.missing_s <= MOST_MISSING_S
        assert (crash.lost, crash.doubled) == (0, 0)
    assert look(tmp_path / "run0").run is not None


def test_power_cuts_take_no_journalled_stride(tmp_path: Path) -> None:
    rows = cut_power(tmp_path, 4)
    assert [row.lost.split(" of ")[0] for row in rows] == ["0", "0"]
    assert [row.doubled for row in rows] == ["0 strides", "0 strides"]


def test_misbehaving_servers_get_everything_once_and_in_order(tmp_path: Path, stream: Stream) -> None:
    seen = trouble(tmp_path / "run", stream[0], "413", "reset")
    assert (seen.missing, seen.surplus, seen.unordered) == (0, 0, 0)
    assert seen.parked > 0


@pytest.mark.parametrize("attack", [without_room, without_descriptors])
def test_a_poor_broker_gets_everything_once_and_in_order(
    tmp_path: Path, stream: Stream, attack: Callable[[Path, Path, Pace], Trouble]
) -> None:
    seen = attack(tmp_path / "run", stream[0], BRIEFLY)
    assert seen.results > 50
    assert (seen.missing, seen.surplus, seen.unordered) == (0, 0, 0)


def test_every_sample_is_accounted_for(tmp_path: Path) -> None:
    faults = ["right-shin:disconnect=6:2", "duplicate=0.1", "reorder=0.1", "corrupt=0.05", "loss=0.05"]
    account = outing(tmp_path, faults, 10.0, stranger=True)
    assert account.lost == account.truly_lost
    assert all(account.lost)
    assert all(account.bad)
    assert account.strangers_started == 0


def test_a_machine_that_slept_goes_on_at_the_right_time(tmp_path: Path) -> None:
    account = outing(tmp_path, ["disconnect=24:4"], 36.0, suspended=(6.0, 20.0))
    assert account.lost == account.truly_lost
    assert all(account.lost)
    assert account.extra == 0
    assert max(account.off_s) < 0.1
    assert len(account.returns_s) == 2


def test_a_process_that_is_starved_makes_nothing_up(tmp_path: Path) -> None:
    """With less than half the processor that it takes everything comes late: how late is the machine's."""
    share = needed(tmp_path / "fed", 3.0)
    with ExitStack() as hunger:
        hunger.enter_context(starved(0.45 * share))
        account = outing(tmp_path / "starved", [], 6.0, contacts=10, relieve=hunger.close)
    assert account.contacts > account.missed
    assert account.lost == account.truly_lost == [0, 0]
    assert account.extra == 0


def test_a_full_disk_costs_nothing(tmp_path: Path, stream: Stream) -> None:
    _is_whole(full_disk(tmp_path, *stream, speedup=FASTER))


def test_a_read_only_disk_ends_no_run_and_takes_nothing_back(tmp_path: Path, stream: Stream) -> None:
    row = read_only(tmp_path, *stream, speedup=FASTER)
    assert re.fullmatch("0 of [1-9][0-9]* strides journalled before", row.lost)
    assert row.doubled == "0 strides"
    assert row.beside.count("Read-only file system; check the disk") == 2


def test_a_stopped_process_goes_on(tmp_path: Path, stream: Stream) -> None:
    _is_whole(stopped(tmp_path, *stream, speedup=FASTEST, for_s=1.0))


@pytest.mark.parametrize("attack", [little_memory, loaded])
def test_a_poor_machine_is_enough(tmp_path: Path, stream: Stream, attack: Callable[..., Row]) -> None:
    _is_whole(attack(tmp_path, *stream, speedup=FASTEST))


def test_the_wall_clock_moves_nothing(tmp_path: Path, stream: Stream) -> None:
    for row in clocks(tmp_path, *stream, CLOCKS[-1:], speedup=FASTER):
        assert row.lost.startswith("0 packets")
        assert "19700101T" in row.beside


def test_nothing_is_left_over(tmp_path: Path) -> None:
    seen = long_run(tmp_path, 0.02, at_most_s=60.0)
    assert seen["strides"] > 150
    assert seen["tasks_over"] == seen["threads_over"] == 0
    assert seen["files_over"] <= 0


def test_the_record_says_what_figures_depend_on_and_no_more() -> None:
    for experiment in json.loads(MEASURED.read_text()).values():
        assert re.fullmatch(r"[0-9a-f]{7}\+?", experiment["version"])
        assert re.fullmatch(r"\d+ CPUs, Python \d+(\.\d+)+", experiment["machine"])
    assert re.fullmatch(r"\d+ CPUs, Python \S+", conditions())


def _is_whole(row: Row) -> None:
    assert re.fullmatch("0 packets; all [1-9][0-9]* strides are those of the packets", row.lost)
    assert row.doubled == "0 strides"
